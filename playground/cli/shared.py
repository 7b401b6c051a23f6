"""What the commands share: their common options, the run store, and training in this process."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from playground.training.runs.store import Run, RunStore

Checkpoints = Annotated[Path, typer.Option(help="Folder that holds one folder a run.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value a line on stdout, and nothing else.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Name of a run; `runs` lists them.")]
Sharded = Annotated[
    bool, typer.Option("--sharded", help="Under torchrun: share the model among the processes; for one too large.")
]
Step = Annotated[str, typer.Option(help="Which checkpoint: last, best, or a step number.")]
CHECKPOINTS = Path("checkpoints")


def store(checkpoints: Path) -> "RunStore":
    """The run store of a folder."""
    from playground.training.runs.store import RunStore

    return RunStore(checkpoints)


def only(settings: dict[str, Any], config: type) -> dict[str, Any]:
    """The settings that belong to one config."""
    return {name: value for name, value in settings.items() if name in config.model_fields}


def checkpoint_name(step: str) -> "str | int":
    """`last`, `best`, or a step number."""
    return int(step) if step.isdecimal() else step


def write(text: str) -> None:
    """Put text on stdout at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def follow(run: "Run", as_json: bool, *, sharded: bool = False) -> None:
    """Train a run in this process and show its events as they come; exit status 1 when it fails."""
    from playground.cli.progress import show_progress
    from playground.sampling.generate import write_sample
    from playground.training.jobs.session import run_training
    from playground.training.loop.events import event_to_json

    with stop_on_signal() as control:
        events = run_training(run, sample=write_sample, control=control, sharded=sharded)
        if as_json:
            last = None
            for last in events:
                write(event_to_json(last) + "\n")
        else:
            last = show_progress(run.name, events)
    if last is not None and getattr(last, "reason", "") in ("diverged", "failed"):
        raise typer.Exit(1)


@contextmanager
def stop_on_signal() -> Iterator[Any]:
    """A control for the trainer that asks it to save and stop after the first Ctrl-C or SIGTERM; a second ends it."""
    from playground.training.loop.trainer import Control

    commands = ["run"]

    def stop(*_: Any) -> None:
        commands[0] = "stop"
        if "WORLD_SIZE" not in os.environ:  # torchrun hands each signal on to us a second time
            restore()

    def restore() -> None:
        for number, handler in former.items():
            signal.signal(number, handler)

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: Control(command=commands[0])
    finally:
        restore()
