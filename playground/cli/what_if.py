"""The command that trains a run once more with one setting changed, and says what that has changed."""

from typing import Annotated, Any

import typer

from playground.cli.options import takes_settings
from playground.cli.shared import (
    CHECKPOINTS,
    AsJson,
    Checkpoints,
    RunName,
    Sharded,
    checkpoint_name,
    follow,
    say,
    store,
)
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import SettingsError


def add_commands(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("what-if")(what_if)


@takes_settings(ModelConfig, DataConfig, TrainConfig)
def what_if(
    run: RunName,
    step: Annotated[str, typer.Option(help="From where it is trained: start, last, best, or a step number.")] = "start",
    preset: Annotated[str | None, typer.Option(help="Width, heads and layers of another preset.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the new run; by default made from the old one's.")] = None,
    checkpoints: Checkpoints = CHECKPOINTS,
    sharded: Sharded = False,
    as_json: AsJson = False,
    **settings: Any,
) -> None:
    """Train a run once more with one setting changed, such as --lr 1e-4, and say what that has changed."""
    from playground.training.runs.fork import SIZE
    from playground.training.runs.fork import what_if as make_other

    changes = {**settings, **({} if preset is None else {SIZE: preset})}
    if len(changes) != 1:
        given = ", ".join(changes) or "none"
        raise SettingsError(f"what-if: give one setting to change, such as --lr 1e-4 (given: {given}).")
    ((setting, value),) = changes.items()
    run_store = store(checkpoints)
    old = run_store.open(run)
    start = None if step == "start" else checkpoint_name(step)
    made = make_other(run_store, old.name, setting, value, start=start, new_name=name)
    follow(made, as_json, sharded=sharded)
    if not as_json:
        from playground.ui.tabs.runs.verdict import Trained, verdict

        say(verdict([Trained.of(old), Trained.of(run_store.open(made.name))]))
