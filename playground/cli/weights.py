"""The commands for models of others and for others: import and export."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from playground.cli.shared import (
    CHECKPOINTS,
    Checkpoints,
    RunName,
    Step,
    checkpoint_name,
    read_text_arguments,
    say,
    store,
)
from playground.errors import RunError, SettingsError

if TYPE_CHECKING:
    from playground.model.pretrained import Published
    from playground.training.runs.run import Run
    from playground.training.runs.store import RunStore

_MAX_TEXT_BYTES = 1_000_000_000


def add_commands(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("import")(import_model)
    app.command("export")(export_model)


def import_model(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="gpt2-124M, gpt2-355M, gpt2-774M or gpt2-1558M, which are fetched; or a file or folder of GPT-2 "
            "weights (safetensors, pytorch_model.bin, the book's model.pth), or the archive of a run.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Name of the new run; by default made from the file's name.")] = None,
    heads: Annotated[
        int | None, typer.Option(min=1, max=256, help="Attention heads, where neither a config nor the width tells.")
    ] = None,
    checkpoints: Checkpoints = CHECKPOINTS,
) -> None:
    """Import a model: GPT-2 as it was published, weights from elsewhere, or a run from an archive."""
    from playground.model.interchange.kinds import kind_of
    from playground.model.pretrained import PUBLISHED, fetch
    from playground.training.runs.archive import import_run
    from playground.training.runs.weights.take_in import import_weights

    run_store, path, source = store(checkpoints), Path(what), ""
    if not path.exists():
        if what not in PUBLISHED:
            raise RunError(f"There is no file or folder {what[:100]!r}; or choose one of {', '.join(PUBLISHED)}.")
        published = PUBLISHED[what]
        _check_room(published, checkpoints)
        with _bar(f"Fetching {what}") as progress:
            path = fetch(published, progress)
        source, name = f"{published.repository}, as published", name or what.lower()
    elif path.is_file() and kind_of(path) == "run":
        run = import_run(run_store, path, name)
        say(f"{run.name} is here; `resume {run.name}` goes on with it.")
        return
    started = time.perf_counter()
    with _bar("Reading the weights") as progress:
        run = import_weights(run_store, path, name, n_heads=heads, source=source, progress=progress)
    took_s = time.perf_counter() - started
    model = run.spec.model
    sizes = f"{model.n_layers} layers, width {model.emb_dim}, {model.n_heads} heads"
    say(f"{run.name} is here ({run.spec.source}; {sizes}, {took_s:.1f} s).")
    say(f"`generate {run.name}` writes with it, `fork {run.name} --text FILE` trains it on a text.")


def export_model(
    run: RunName,
    target: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write, new or empty.")],
    form: Annotated[
        Literal["hf", "book", "book-optimizer"],
        typer.Option(
            "--format",
            help="hf: a folder for transformers. book: model.pth. book-optimizer: model_and_optimizer.pth. "
            "(`runs export` packs a whole run.)",
        ),
    ] = "hf",
    step: Step = "last",
    checkpoints: Checkpoints = CHECKPOINTS,
) -> None:
    """Export a run's model for transformers or for the book's code."""
    from playground.sampling.receipt import CARD_DECODE, Receipt, sample_with_receipt
    from playground.training.runs.weights.hand_out import export_weights

    opened = store(checkpoints).open(run)
    which = checkpoint_name(step)
    sample = ""
    if form == "hf":
        number, spec = opened.find_step(which), opened.spec
        prompt = spec.train.start_context
        empty = Receipt(run=run, step=number, text_sha256=spec.text_sha256, prompt=prompt, decode=CARD_DECODE)
        sample = sample_with_receipt(empty, opened.load_model(number), opened.tokenizer)
    folder = export_weights(opened, target, form, which, sample=sample)
    size = sum(file.stat().st_size for file in folder.iterdir())
    how = {
        "hf": f'AutoModelForCausalLM.from_pretrained("{folder}")',
        "book": 'model.load_state_dict(torch.load("model.pth", weights_only=True))',
        "book-optimizer": 'torch.load("model_and_optimizer.pth", weights_only=True)',
    }
    say(f"{run} is in {folder} ({size / 1e6:,.1f} MB): {how[form]}")


def fine_tuned(
    run_store: "RunStore",
    name: str,
    step: str,
    new_name: str | None,
    text: str,
    drop_rate: float | None,
    settings: dict[str, Any],
    *,
    context_length: int | None,
    batch_size: int | None,
) -> "Run":
    """A new run on `text` from a checkpoint of the run `name`; says where the memory will not do."""
    from playground.cli.progress import encoding_bar
    from playground.cost import memory_advice
    from playground.device import free_memory_bytes
    from playground.training.runs.weights.fine_tune import fine_tune, settings_for

    parent = run_store.open(name)
    data, train = settings_for(parent, parent.load_checkpoint(checkpoint_name(step)))
    if batch_size is not None:
        data = data.replace(batch_size=batch_size)
    content, text_name = read_text_arguments([text], _MAX_TEXT_BYTES)
    with encoding_bar(shown=True) as progress:
        run = fine_tune(
            run_store,
            name,
            content,
            checkpoint_name(step),
            text_name=text_name,
            new_name=new_name,
            context_length=context_length,
            data=data,
            train=train.replace(**settings),
            drop_rate=drop_rate,
            progress=progress,
        )
    if advice := memory_advice(run.spec.model, run.spec.data, run.spec.train, free_memory_bytes(run.spec.train.device)):
        say(f"{advice} (--recompute, --batch-size 1)", to_stderr=True, style="yellow")
    return run


def _check_room(published: "Published", checkpoints: Path) -> None:
    """Say what a published size needs, before anything is fetched; raises `SettingsError` if there is no room."""
    from playground.model.pretrained import cached, free_bytes

    to_fetch = 0 if cached(published) else published.file_bytes
    free = free_bytes(checkpoints.absolute())
    fetching = "is in the cache already" if not to_fetch else f"is {_gb(to_fetch)} to fetch"
    say(f"{published.name} {fetching}, and its run takes {_gb(published.run_bytes)}; {_gb(free)} are free on the disk.")
    if to_fetch + published.run_bytes > free:
        raise SettingsError(f"{published.name} does not fit on the disk; make room, or choose a smaller size.")


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr with bytes, speed and time left; it appears with the first call."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: list[TaskID] = []

        def show(done: int, total: int) -> None:
            if not tasks:
                tasks.append(progress.add_task(title))
            progress.update(tasks[0], completed=done, total=total)

        yield show


def _gb(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB"
