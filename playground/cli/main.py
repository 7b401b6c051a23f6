"""The command line: `python -m playground COMMAND`; each command turns options into a config and calls one function.

People see tables and progress; with `--json` stdout holds one JSON value a line and nothing else. Imports of the
slow libraries stand inside the commands, so that `--help` answers at once.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from playground.cli import runs, writing
from playground.cli.options import takes_settings
from playground.cli.shared import (
    CHECKPOINTS,
    AsJson,
    Checkpoints,
    Sharded,
    follow,
    only,
    store,
)
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import PlaygroundError, TextError

app = typer.Typer(
    name="playground",
    help="Train a small GPT on a text of yours, look at its next word, and let it write.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
writing.add_commands(app)
runs.add_commands(app)


def main() -> None:
    """Run the command line; an error meant for the user is one sentence on stderr and exit status 1.

    Of the processes that torchrun starts, the first one runs the command and the others help it to train.
    """
    try:
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            from playground.training.loop.parallel.distributed import run_together

            run_together(app)
        else:
            app()
    except PlaygroundError as error:
        Console(stderr=True).print(f"[bold red]Error:[/] {escape(str(error))}", highlight=False)
        sys.exit(1)


@app.command()
@takes_settings(ModelConfig, DataConfig, TrainConfig)
def train(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A file, `-` for standard input, or sample:NAME.")],
    preset: Annotated[str, typer.Option(help="Size and settings to begin with.")] = "mini",
    name: Annotated[str | None, typer.Option(help="Name of the run; made from text and preset when left out.")] = None,
    max_bytes: Annotated[int, typer.Option(min=1, help="Most bytes of text to read.")] = 1_000_000_000,
    encoding: Annotated[
        str | None, typer.Option(help="How the file is encoded, such as windows-1252; found out when left out.")
    ] = None,
    checkpoints: Checkpoints = CHECKPOINTS,
    sharded: Sharded = False,
    as_json: AsJson = False,
    **settings: Any,
) -> None:
    """Train a model from scratch on a text; Ctrl-C or SIGTERM saves and stops."""
    from playground.cli.progress import encoding_bar
    from playground.model.presets import find_preset
    from playground.text.upload import UnclearEncodingError

    chosen = find_preset(preset)
    try:
        content, text_name = read_text_argument(text, max_bytes, encoding)
        with encoding_bar(shown=not as_json) as progress:
            run = store(checkpoints).create(
                name,
                content,
                model=chosen.model.replace(**only(settings, ModelConfig)),
                data=chosen.data.replace(**only(settings, DataConfig)),
                train=chosen.train.replace(**only(settings, TrainConfig)),
                preset=preset,
                text_name=text_name,
                progress=progress,
                encoding=encoding,
            )
    except UnclearEncodingError as error:
        raise TextError(f"{error} Name it with --encoding: {', '.join(error.choices)}.") from None
    follow(run, as_json, sharded=sharded)


@app.command()
def ui(
    checkpoints: Checkpoints = CHECKPOINTS,
    host: Annotated[str, typer.Option(help="Address to listen on; 127.0.0.1 is this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page.")] = 7860,
    max_jobs: Annotated[int, typer.Option(min=1, help="Trainings that may run at the same time.")] = 1,
) -> None:
    """Open the page in the browser."""
    from playground.ui.build import serve

    serve(checkpoints, host=host, port=port, max_jobs=max_jobs)


def read_text_argument(text: str, max_bytes: int, encoding: str | None = None) -> tuple[str | Path, str]:
    """The text that TEXT stands for, or the path of a large file, and a name for it; raises `TextError`."""
    from playground.text.samples import load_sample
    from playground.text.upload import LARGE_TEXT_BYTES, check_size, decode_upload

    kind, _, sample = text.partition(":")
    if kind == "sample":
        return load_sample(sample, max_bytes=max_bytes), sample
    if text == "-":
        data = sys.stdin.buffer.read(max_bytes + 1)
        return decode_upload(data, "standard input", max_bytes=max_bytes, encoding=encoding), "stdin"
    path = Path(text)
    if not path.is_file():
        raise TextError(f"There is no file {text!r}; give a file, `-` for standard input, or sample:story.")
    check_size(path.stat().st_size, path.name, max_bytes)
    if path.stat().st_size >= LARGE_TEXT_BYTES:
        return path, path.stem
    return decode_upload(path.read_bytes(), path.name, encoding=encoding), path.stem
