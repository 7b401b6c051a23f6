"""What the commands share: their common options, output, the run store, and training in this process."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console

from playground.config import Config
from playground.errors import TextError

if TYPE_CHECKING:
    from playground.training.loop.control import Control
    from playground.training.runs.run import Run, Which
    from playground.training.runs.store import RunStore

Checkpoints = Annotated[Path, typer.Option(help="Folder of the runs; every run has a folder in it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value per line on stdout, and nothing else.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Name or title of a run; `runs` lists them.")]
Sharded = Annotated[
    bool, typer.Option("--sharded", help="Under torchrun: shard a model that is too large for one process.")
]
Step = Annotated[str, typer.Option(help="Which checkpoint: last, best, or a step number.")]
CHECKPOINTS = Path("checkpoints")


def store(checkpoints: Path) -> "RunStore":
    """The run store of a folder, which opens runs by their titles, too."""
    from playground.cli.titles import TitledStore

    return TitledStore(checkpoints)


def only(settings: dict[str, Any], config: type[Config]) -> dict[str, Any]:
    """The settings that belong to a config.

    >>> from playground.config import ModelConfig
    >>> only({"emb_dim": 64, "lr": 0.1}, ModelConfig)
    {'emb_dim': 64}
    """
    return {name: value for name, value in settings.items() if name in config.model_fields}


def checkpoint_name(step: str) -> "Which":
    """The value of `--step`: a number becomes an int; a name other than last and best is refused by the run.

    >>> checkpoint_name("120"), checkpoint_name("best")
    (120, 'best')
    """
    return int(step) if step.isdecimal() else cast("Which", step)


def read_text_arguments(
    texts: Sequence[str], max_bytes: int, encoding: str | None = None, mark_ends: bool = False
) -> tuple[str | Path, str]:
    """The text that the arguments TEXT mean, or the path of a large file, and a name for it; raises `TextError`.

    What could not be read of a document is said on stderr.
    """
    from playground.text.documents import read_document, read_files
    from playground.text.samples import load_sample

    first, *others = texts
    if not others and first.startswith("sample:"):
        sample = first.removeprefix("sample:")
        return load_sample(sample, max_bytes=max_bytes), sample
    if not others and first == "-":
        data = sys.stdin.buffer.read(max_bytes + 1)
        document, name = read_document(data, "standard input", max_bytes=max_bytes, encoding=encoding), "stdin"
    else:
        for text in texts:
            if not Path(text).is_file():
                instead = "give files only" if others else "give a file, `-` for standard input, or sample:story"
                raise TextError(f"There is no file {text!r}; {instead}.")
        paths = [Path(text) for text in texts]
        found = read_files(paths, mark_ends=mark_ends, max_bytes=max_bytes, encoding=encoding)
        name = f"{paths[0].stem} and {len(others)} more" if others else paths[0].stem
        if isinstance(found, Path):
            return found, name
        document = found
    for note in document.notes:
        say(note, to_stderr=True)
    return document.text, name


def write(text: str) -> None:
    """Write text to stdout and flush it."""
    sys.stdout.write(text)
    sys.stdout.flush()


def write_json(value: dict[str, Any]) -> None:
    """Write one line of JSON to stdout."""
    write(json.dumps(value, ensure_ascii=False) + "\n")


def say(sentence: str, *, to_stderr: bool = False, style: str | None = None) -> None:
    """Print one line for a person."""
    Console(stderr=to_stderr).print(sentence, style=style, markup=False, highlight=False, soft_wrap=True)


def follow(run: "Run", as_json: bool, *, sharded: bool = False) -> None:
    """Train a run in this process and show its events; exit with status 1 when the training fails."""
    from playground.cli.progress import show_progress
    from playground.sampling.generate import write_sample
    from playground.training.jobs.session import run_training
    from playground.training.loop.events import Finished, event_to_json

    with stop_on_signal() as control:
        events = run_training(run, sample=write_sample, control=control, sharded=sharded)
        if as_json:
            last = None
            for last in events:
                write(event_to_json(last) + "\n")
        else:
            last = show_progress(run.name, events)
    if isinstance(last, Finished) and last.reason in ("diverged", "failed"):
        raise typer.Exit(1)


@contextmanager
def stop_on_signal() -> Iterator[Callable[[], "Control"]]:
    """A control for the trainer: the first Ctrl-C or SIGTERM makes it save and stop, a second ends the process."""
    from playground.training.loop.control import Control

    wanted = Control()

    def stop(*_: Any) -> None:
        nonlocal wanted
        wanted = Control("stop")
        if "WORLD_SIZE" not in os.environ:  # torchrun forwards each signal that its processes got already
            restore()

    def restore() -> None:
        for number, handler in former.items():
            signal.signal(number, handler)

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: wanted
    finally:
        restore()
