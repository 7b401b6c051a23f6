"""The commands for existing runs: resume, fork, stop, and `runs` with its subcommands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    Step,
    checkpoint_name,
    follow,
    say,
    store,
    write_json,
)
from playground.config import TrainConfig
from playground.errors import SettingsError

if TYPE_CHECKING:
    from playground.training.runs.run import Run
    from playground.training.runs.store import RunSummary

runs = typer.Typer(help="List, compare, rename, pin, delete, export and import runs.")
NewName = Annotated[
    str | None, typer.Option("--name", help="Name of the new run; by default made from the old one's name.")
]


def add_commands(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(resume)
    app.command()(fork)
    app.command()(stop)
    app.add_typer(runs, name="runs")


def resume(
    run: RunName,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs in total, to train a completed run longer.")] = None,
    checkpoints: Checkpoints = CHECKPOINTS,
    sharded: Sharded = False,
    as_json: AsJson = False,
) -> None:
    """Resume a run from its last intact checkpoint; Ctrl-C saves and stops."""
    run_store = store(checkpoints)
    follow(run_store.open(run) if epochs is None else run_store.extend(run, epochs), as_json, sharded=sharded)


@takes_settings(TrainConfig)
def fork(
    run: RunName,
    step: Step = "last",
    name: NewName = None,
    drop_rate: Annotated[
        float | None, typer.Option(help="Dropout: share of values set to zero at random during training.")
    ] = None,
    text: Annotated[
        str, typer.Option(help="Another text to train on: a file, `-` or sample:NAME; for fine-tuning.")
    ] = "",
    context_length: Annotated[
        int | None, typer.Option(min=1, help="With --text: tokens per window; 256 by default, or fewer.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="With --text: windows per batch.")] = None,
    checkpoints: Checkpoints = CHECKPOINTS,
    sharded: Sharded = False,
    as_json: AsJson = False,
    **settings: Any,
) -> None:
    """Train a new run from a checkpoint of another run, with other settings or on another text."""
    if text:
        from playground.cli.weights import fine_tuned

        sizes = {"context_length": context_length, "batch_size": batch_size}
        tuned = fine_tuned(store(checkpoints), run, step, name, text, drop_rate, settings, **sizes)
        return follow(tuned, as_json, sharded=sharded)
    if context_length or batch_size:
        raise SettingsError("context_length and batch_size: they may change with another text only; add --text.")
    from playground.training.runs.fork import fork as make_fork
    from playground.training.runs.fork import settings_at

    run_store = store(checkpoints)
    parent = run_store.open(run)
    parent_step = parent.find_step(checkpoint_name(step))
    train = settings_at(parent, parent_step).replace(**settings)
    forked = make_fork(run_store, run, parent_step, new_name=name, train=train, drop_rate=drop_rate)
    return follow(forked, as_json, sharded=sharded)


def stop(run: RunName, checkpoints: Checkpoints = CHECKPOINTS) -> None:
    """Make a run that is being trained, here or from the page, save and stop after its current step."""
    opened = store(checkpoints).open(run)
    if opened.status().live:
        opened.control.stop()
        say(f"{run} stops after its current step and is saved.")
    else:
        say(f"{run} is not being trained.")


@runs.callback(invoke_without_command=True)
def list_runs(context: typer.Context, checkpoints: Checkpoints = CHECKPOINTS, as_json: AsJson = False) -> None:
    """List the runs: pinned ones (marked *) first, then the newest first."""
    if context.invoked_subcommand is not None:
        if checkpoints != CHECKPOINTS or as_json:
            raise SettingsError(
                f"Put options after the subcommand: runs {context.invoked_subcommand} … --checkpoints DIR."
            )
        return
    run_store = store(checkpoints)
    rows = run_store.runs()
    if as_json:
        for row in rows:
            write_json(_record(row))
        return
    Console().print(_table(rows) if rows else f"There are no runs in {checkpoints} yet.")
    for sentence in run_store.unreadable().values():
        say(sentence, to_stderr=True, style="yellow")


def _record(row: "RunSummary") -> dict[str, Any]:
    """A run as JSON."""
    return {
        "name": row.name,
        "title": row.spec.shown_name,
        **row.spec.model_dump(include={"preset", "text_name", "created"}),
        **row.status.model_dump(exclude={"pid", "process_started"}),
        "size_bytes": row.size_bytes,
        "pinned": row.pinned,
    }


def _table(rows: "list[RunSummary]") -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("run", overflow="fold")
    table.add_column("state", no_wrap=True)
    for title in ("steps", "train loss", "val loss", "best", "on disk"):
        table.add_column(title, justify="right", no_wrap=title != "train loss")
    for row in rows:
        status = row.status
        table.add_row(
            escape(("*" if row.pinned else "") + row.name + (f" ({row.spec.title})" if row.spec.title else "")),
            status.state,
            f"{status.step}/{status.total_steps or '–'}",
            *(shown(value, ".3f") for value in (status.train_loss, status.val_loss, status.best_val_loss)),
            f"{row.size_bytes / 1e6:,.1f} MB",
        )
    return table


@runs.command()
def compare(
    names: Annotated[list[str], typer.Argument(metavar="RUN...", help="Names of two or more runs.")],
    checkpoints: Checkpoints = CHECKPOINTS,
    as_json: AsJson = False,
) -> None:
    """Show the settings in which runs differ, and their results."""
    from playground.training.runs.compare import differences

    run_store = store(checkpoints)
    opened = [run_store.open(name) for name in names]
    rows = [(row.setting, row.values) for row in differences([run.spec for run in opened])]
    results = [run.status() for run in opened]
    for name in ("step", "train_loss", "val_loss", "best_val_loss", "tokens_per_s", "elapsed_s"):
        rows.append((name, tuple(getattr(status, name) for status in results)))  # noqa: PERF401
    if as_json:
        for setting, values in rows:
            write_json({"setting": setting, **dict(zip(names, values, strict=True))})
        return
    table = Table("", *map(escape, names))
    for setting, values in rows:
        table.add_row(setting, *(shown(value, ".6g") for value in values))
    Console().print(table)


@runs.command("export")
def export_archive(
    run: RunName,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The archive to write; RUN.zip in this folder by default.")
    ] = None,
    as_page: Annotated[
        Path | None,
        typer.Option(
            "--as-page",
            metavar="FILE.html",
            help="Write a page instead, which any browser opens without a server: curve, samples, a text to look into.",
        ),
    ] = None,
    checkpoints: Checkpoints = CHECKPOINTS,
) -> None:
    """Pack a run with all its checkpoints into one file, or make one page of it."""
    from playground.training.runs.archive import export_run

    opened = store(checkpoints).open(run)
    if as_page is not None:
        if file is not None:
            raise SettingsError("as-page: it names the file already; leave the archive's name out.")
        _write_page(opened, as_page)
        return
    path = export_run(opened, file or Path(f"{opened.name}.zip"))
    say(f"{run} is packed into {path} ({path.stat().st_size / 1e6:,.1f} MB).")


def _write_page(run: "Run", path: Path) -> None:
    """Write the run as one page; raises `SettingsError` where the file cannot be written."""
    from playground.training.runs.files import write_atomic
    from playground.ui.one_page.page import run_page

    page = run_page(run).encode()
    try:
        write_atomic(path, page)
    except OSError as error:
        raise SettingsError(f"as-page: {path} cannot be written: {error.strerror}; choose another file.") from None
    say(f"{run.name} is on the page {path} ({len(page) / 1e6:.1f} MB); open it in any browser.")


@runs.command("import")
def import_archive(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive that `runs export` wrote.")],
    name: NewName = None,
    checkpoints: Checkpoints = CHECKPOINTS,
) -> None:
    """Import a run from an archive; all its files are checked first."""
    from playground.training.runs.archive import import_run

    run = import_run(store(checkpoints), file, name)
    say(f"{run.name} is here; `resume {run.name}` goes on with it.")


@runs.command()
def rename(
    run: RunName,
    new_name: Annotated[str, typer.Argument(metavar="NAME", help="The new name.")],
    checkpoints: Checkpoints = CHECKPOINTS,
) -> None:
    """Rename a run."""
    store(checkpoints).rename(run, new_name)
    say(f"{run} is now called {new_name}.")


@runs.command()
def pin(
    run: RunName,
    step: Annotated[int | None, typer.Option(help="Pin this checkpoint instead, so that it is never pruned.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Unpin.")] = False,
    checkpoints: Checkpoints = CHECKPOINTS,
) -> None:
    """Protect a run from being deleted, or one of its checkpoints from being pruned."""
    opened = store(checkpoints).open(run)
    if step is None:
        opened.set_pinned(not off)
    else:
        opened.pin_checkpoint(step, not off)
    say(f"{run if step is None else f'Step {step} of {run}'} is {'unpinned' if off else 'pinned'}.")


@runs.command()
def delete(run: RunName, checkpoints: Checkpoints = CHECKPOINTS) -> None:
    """Delete a run; `runs undo` restores it for a day."""
    store(checkpoints).delete(run)
    say(f"{run} is deleted; `runs undo` brings it back.")


@runs.command()
def undo(checkpoints: Checkpoints = CHECKPOINTS) -> None:
    """Restore the run that was deleted last."""
    run_store = store(checkpoints)
    run = run_store.undo(next(iter(run_store.deleted()), ""))
    say(f"{run.name} is back.")


def shown(value: Any, pattern: str) -> str:
    """A float formatted with the pattern, None as a dash, anything else as it is.

    >>> shown(3.14159, ".3f"), shown(None, ".3f"), shown("cosine", ".3f")
    ('3.142', '–', 'cosine')
    """
    if value is None:
        return "–"
    return format(value, pattern) if isinstance(value, float) else str(value)
