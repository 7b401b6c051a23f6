"""The commands for runs that are there already: resume, fork, stop, and `runs` with all that is done to one at rest."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from playground.cli.options import takes_settings
from playground.cli.shared import (
    CHECKPOINTS,
    AsJson,
    Checkpoints,
    RunName,
    Sharded,
    checkpoint_name,
    follow,
    store,
    write,
)
from playground.config import TrainConfig
from playground.errors import SettingsError

runs = typer.Typer(help="List the runs, compare them, rename, delete or carry them to another machine.")
NewName = Annotated[str | None, typer.Option("--name", help="Name of the new run; made from the old one if left out.")]


def add_commands(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(resume)
    app.command()(fork)
    app.command()(stop)
    app.add_typer(runs, name="runs")


def resume(
    run: RunName,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs in all, to train a complete run longer.")] = None,
    checkpoints: Checkpoints = CHECKPOINTS,
    sharded: Sharded = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a run from its last good checkpoint; Ctrl-C saves and stops."""
    there = store(checkpoints)
    follow(there.open(run) if epochs is None else there.extend(run, epochs), as_json, sharded=sharded)


@takes_settings(TrainConfig)
def fork(
    run: RunName,
    step: Annotated[str, typer.Option(help="Which checkpoint to begin from: last, best, or a step number.")] = "last",
    name: NewName = None,
    drop_rate: Annotated[float | None, typer.Option(help="Share of values dropped at random while training.")] = None,
    checkpoints: Checkpoints = CHECKPOINTS,
    sharded: Sharded = False,
    as_json: AsJson = False,
    **settings: Any,
) -> None:
    """Train a new run from a checkpoint of another one, with other settings."""
    from playground.training.runs.fork import fork as make_fork
    from playground.training.runs.fork import settings_at

    there = store(checkpoints)
    which = there.open(run).find_step(checkpoint_name(step))
    train = settings_at(there.open(run), which).replace(**settings)
    follow(make_fork(there, run, which, new_name=name, train=train, drop_rate=drop_rate), as_json, sharded=sharded)


def stop(run: RunName, checkpoints: Checkpoints = CHECKPOINTS) -> None:
    """Let a run that is being trained, here or from the page, save and end after its current step."""
    opened = store(checkpoints).open(run)
    if opened.status().live:
        opened.control.stop()
        say(f"{run} stops after its current step and is saved.")
    else:
        say(f"{run} is not being trained.")


@runs.callback(invoke_without_command=True)
def list_runs(context: typer.Context, checkpoints: Checkpoints = CHECKPOINTS, as_json: AsJson = False) -> None:
    """List the runs, the pinned ones (marked *) first, then the newest first."""
    if context.invoked_subcommand is not None:
        if checkpoints != CHECKPOINTS or as_json:
            raise SettingsError(
                f"Options stand behind the command: runs {context.invoked_subcommand} … --checkpoints DIR."
            )
        return
    there = store(checkpoints)
    found = there.runs()
    if as_json:
        for row in found:
            status = row.status.model_dump(exclude={"pid", "process_started"})
            record = {"name": row.name, **row.spec.model_dump(include={"preset", "text_name", "created"}), **status}
            write(json.dumps({**record, "size_bytes": row.size_bytes, "pinned": row.pinned}, ensure_ascii=False) + "\n")
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("run", overflow="fold")
    table.add_column("state", no_wrap=True)
    for title in ("steps", "train loss", "val loss", "best", "on disk"):
        table.add_column(title, justify="right", no_wrap=title != "train loss")
    for row in found:
        status = row.status
        table.add_row(
            escape(("*" if row.pinned else "") + row.name),
            status.state,
            f"{status.step}/{status.total_steps or '–'}",
            *(shown(value, ".3f") for value in (status.train_loss, status.val_loss, status.best_val_loss)),
            f"{row.size_bytes / 1e6:,.1f} MB",
        )
    Console().print(table if found else f"There are no runs in {checkpoints} yet.")
    for sentence in there.unreadable().values():
        Console(stderr=True).print(f"[yellow]{escape(sentence)}[/]", highlight=False)


@runs.command()
def compare(
    names: Annotated[list[str], typer.Argument(metavar="RUN...", help="Names of two runs or more.")],
    checkpoints: Checkpoints = CHECKPOINTS,
    as_json: AsJson = False,
) -> None:
    """Show in what the settings of runs differ, and what came of it."""
    from playground.training.runs.compare import differences

    opened = [store(checkpoints).open(name) for name in names]
    rows = [(row.setting, row.values) for row in differences([run.spec for run in opened])]
    results = [run.status() for run in opened]
    for name in ("step", "train_loss", "val_loss", "best_val_loss", "tokens_per_s", "elapsed_s"):
        rows.append((name, tuple(getattr(status, name) for status in results)))  # noqa: PERF401
    if as_json:
        for setting, values in rows:
            write(json.dumps({"setting": setting, **dict(zip(names, values, strict=True))}, ensure_ascii=False) + "\n")
        return
    table = Table("", *map(escape, names))
    for setting, values in rows:
        table.add_row(setting, *(shown(value, ".6g") for value in values))
    Console().print(table)


@runs.command("export")
def export_archive(
    run: RunName,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The archive; RUN.zip here if left out.")
    ] = None,
    checkpoints: Checkpoints = CHECKPOINTS,
) -> None:
    """Pack a run with all its checkpoints into one file."""
    from playground.training.runs.archive import export_run

    path = export_run(store(checkpoints).open(run), file or Path(f"{run}.zip"))
    say(f"{run} is packed into {path} ({path.stat().st_size / 1e6:,.1f} MB).")


@runs.command("import")
def import_archive(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive that `runs export` wrote.")],
    name: NewName = None,
    checkpoints: Checkpoints = CHECKPOINTS,
) -> None:
    """Bring in a run from an archive; every file in it is checked first."""
    from playground.training.runs.archive import import_run

    run = import_run(store(checkpoints), file, name)
    say(f"{run.name} is here; `resume {run.name}` goes on with it.")


@runs.command()
def rename(
    run: RunName,
    new_name: Annotated[str, typer.Argument(metavar="NAME", help="Its new name.")],
    checkpoints: Checkpoints = CHECKPOINTS,
) -> None:
    """Give a run another name."""
    store(checkpoints).rename(run, new_name)
    say(f"{run} is now called {new_name}.")


@runs.command()
def pin(
    run: RunName,
    step: Annotated[int | None, typer.Option(help="Pin this checkpoint, so that it is never pruned.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Unpin.")] = False,
    checkpoints: Checkpoints = CHECKPOINTS,
) -> None:
    """Keep a run from being deleted, or one of its checkpoints from being pruned."""
    opened = store(checkpoints).open(run)
    if step is None:
        opened.set_pinned(not off)
    else:
        opened.pin_checkpoint(step, not off)
    say(f"{run if step is None else f'Step {step} of {run}'} is {'unpinned' if off else 'pinned'}.")


@runs.command()
def delete(run: RunName, checkpoints: Checkpoints = CHECKPOINTS) -> None:
    """Delete a run; for a day `runs undo` brings it back."""
    store(checkpoints).delete(run)
    say(f"{run} is deleted; `runs undo` brings it back.")


@runs.command()
def undo(checkpoints: Checkpoints = CHECKPOINTS) -> None:
    """Bring back the run that was deleted last."""
    there = store(checkpoints)
    run = there.undo(next(iter(there.deleted()), ""))
    say(f"{run.name} is back.")


def say(sentence: str) -> None:
    """One line for a person."""
    Console().print(sentence, markup=False, highlight=False, soft_wrap=True)


def shown(value: Any, pattern: str) -> str:
    """A number as the pattern says; anything else as it is, what is not known as a dash.

    >>> shown(3.14159, ".3f"), shown(None, ".3f"), shown("cosine", ".3f")
    ('3.142', '–', 'cosine')
    """
    if value is None:
        return "–"
    return format(value, pattern) if isinstance(value, float) else str(value)
