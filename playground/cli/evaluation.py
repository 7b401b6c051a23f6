"""The command that measures trained models: evaluate."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from playground.cli.shared import (
    CHECKPOINTS,
    AsJson,
    Checkpoints,
    Step,
    checkpoint_name,
    read_text_arguments,
    store,
    write_json,
)

if TYPE_CHECKING:
    from playground.evaluation.evaluate import Evaluation

MAX_TEXT_BYTES = 50_000_000  # an own text is read into memory


def add_commands(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(evaluate)


def evaluate(
    runs: Annotated[list[str], typer.Argument(metavar="RUN", help="Names of runs; `runs` lists them.")],
    text: Annotated[
        str, typer.Option(help="A file, `-` or sample:NAME; without it, both parts of the run's own text.")
    ] = "",
    step: Step = "last",
    reading: Annotated[
        Literal["sliding", "chapter"],
        typer.Option(help="sliding: half a context before every token. chapter: windows that do not overlap."),
    ] = "sliding",
    checkpoints: Checkpoints = CHECKPOINTS,
    as_json: AsJson = False,
) -> None:
    """Measure models: loss, perplexity, bits per byte, and how often the right token was among the likeliest."""
    from playground.evaluation.evaluate import evaluate as measure

    own, own_name = _own_text(text) if text else (None, "")
    rows = []
    for name in runs:
        run = store(checkpoints).open(name)
        parts: tuple[Literal["train", "validation"], ...] = (
            ("validation",) if own is not None else ("train", "validation")
        )
        for part in parts:
            found = measure(run, own, part=part, step=checkpoint_name(step), reading=reading)
            row = {"run": name, "step": run.find_model(checkpoint_name(step)), "text": own_name or part}
            rows.append(row | _numbers(found))
    if as_json:
        for row in rows:
            write_json(row)
    else:
        Console().print(_table(rows))


def _own_text(argument: str) -> tuple[str, str]:
    text, name = read_text_arguments([argument], MAX_TEXT_BYTES)
    return (text if isinstance(text, str) else text.read_text("utf-8")), name


def _numbers(found: "Evaluation") -> dict[str, Any]:
    return {
        "tokens": found.tokens,
        "loss": found.loss,
        "perplexity": found.perplexity,
        "bits_per_byte": found.bits_per_byte,
        "first_share": found.first_share,
        "first_ten_share": found.first_ten_share,
        "reading": found.reading,
        "context_length": found.context_length,
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=0, collapse_padding=True)
    table.add_column("run", overflow="fold")
    for heading in ("step", "text", "tokens", "loss", "perplexity", "bits/byte", "top 1", "top 10"):
        table.add_column(heading, justify="left" if heading == "text" else "right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["run"],
            f"{row['step']:,}",
            row["text"],
            f"{row['tokens']:,}",
            f"{row['loss']:.4f}",
            f"{row['perplexity']:,.1f}",
            f"{row['bits_per_byte']:.3f}",
            f"{row['first_share']:.1%}",
            f"{row['first_ten_share']:.1%}",
        )
    return table
