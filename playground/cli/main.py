"""The command line: `python -m playground COMMAND`; each command turns options into a config and calls one function.

People see tables and progress; with `--json`, stdout has one JSON value per line and nothing else. Slow libraries are
imported inside the commands, so that `--help` answers at once.
"""

import os
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from playground.cli import evaluation, inside, record, runs, weights, what_if, writing
from playground.cli.options import takes_settings
from playground.cli.shared import CHECKPOINTS, AsJson, Checkpoints, Sharded, follow, only, read_text_arguments, store
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import PlaygroundError, TextError, reason_of

app = typer.Typer(
    name="playground",
    help="Train a small GPT on your own text, inspect its next-token distribution, and let it write.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
writing.add_commands(app)
evaluation.add_commands(app)
inside.add_commands(app)
runs.add_commands(app)
what_if.add_commands(app)
weights.add_commands(app)
record.add_commands(app)


def main() -> None:
    """Run the command line; an error of the playground is printed as one sentence on stderr, with exit status 1.

    Of the processes that torchrun starts, rank 0 runs the command and the others join its training.
    """
    try:
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            from playground.training.loop.parallel.distributed import run_together

            run_together(app)
        else:
            app()
    except PlaygroundError as error:
        _refuse(str(error))
    except OSError as error:  # a full disk, a path that is too long, a folder that may not be read
        where = "" if error.filename is None else f": {str(error.filename)[:100]}"
        _refuse(f"The system refused to read or write ({reason_of(error)}){where}; choose another file or folder.")


def _refuse(sentence: str) -> None:
    Console(stderr=True).print(f"[bold red]Error:[/] {escape(sentence)}", highlight=False)
    sys.exit(1)


@app.command()
@takes_settings(ModelConfig, DataConfig, TrainConfig)
def train(
    texts: Annotated[
        list[str],
        typer.Argument(
            metavar="TEXT",
            help="A file (text, PDF, Word, EPUB, HTML, Markdown) or several, `-` for standard input, or sample:NAME.",
        ),
    ],
    preset: Annotated[str, typer.Option(help="Size and settings to start from.")] = "mini",
    name: Annotated[str | None, typer.Option(help="Name of the run; by default made from text and preset.")] = None,
    max_bytes: Annotated[int, typer.Option(min=1, help="Largest text to read, in bytes.")] = 1_000_000_000,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file, such as windows-1252; detected by default.")
    ] = None,
    mark_ends: Annotated[
        bool, typer.Option("--mark-ends", help="Put <|endoftext|> between several files, not a blank line.")
    ] = False,
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
        content, text_name = read_text_arguments(texts, max_bytes, encoding, mark_ends)
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
    host: Annotated[str, typer.Option(help="Address to listen on; 127.0.0.1: this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page.")] = 7860,
    max_jobs: Annotated[int, typer.Option(min=1, help="Number of trainings that may run at the same time.")] = 1,
) -> None:
    """Open the page in the browser."""
    from playground.ui.build import serve

    serve(checkpoints, host=host, port=port, max_jobs=max_jobs)
