"""Archives of runs on the page: packed into a file that the browser fetches, and unpacked from an upload."""

import secrets
import shutil
import time
from pathlib import Path
from typing import cast, get_args

from playground.errors import CheckpointError, RunError
from playground.model.interchange.kinds import kind_of
from playground.sampling.receipt import CARD_DECODE, Receipt, sample_with_receipt
from playground.training.runs.archive import export_run, import_run
from playground.training.runs.files import writing
from playground.training.runs.run import Run
from playground.training.runs.weights.hand_out import Format, export_weights, pack
from playground.training.runs.weights.take_in import import_weights
from playground.ui.access import new_run_name
from playground.ui.context import Context

_KEPT_S = 3600.0


def make_archive(context: Context, run_name: str, cache: Path, form: str = "run") -> Path:
    """Pack a run into a file below `cache`, which the page serves; archives older than an hour are removed.

    `form` is `run` for all of it, or that of `export_weights` for its model alone. Raises `RunError` while the run is
    being trained, or if the disk is full, and `CheckpointError` if there is no optimizer to export.
    """
    run = context.store.open(run_name)
    folder = cache / "archives"
    own = folder / secrets.token_hex(16)  # the path is the only key to the file
    with writing("The archive"):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if time.time() - old.stat().st_mtime > _KEPT_S:
                shutil.rmtree(old, ignore_errors=True)
        own.mkdir()
    try:
        if form not in get_args(Format):
            return export_run(run, own / f"{run.name}.zip")
        folder = export_weights(run, own / run.name, cast("Format", form), sample=sample_for_card(context, run))
        packed = pack(folder, own / f"{run.name}-{form}.zip")
        shutil.rmtree(folder, ignore_errors=True)
        return packed
    except (RunError, CheckpointError):
        shutil.rmtree(own, ignore_errors=True)
        raise


def sample_for_card(context: Context, run: Run) -> str:
    """A text that the model writes, and its receipt, for the model card."""
    model, tokenizer = context.models.get(run.name)
    spec = run.spec
    empty = Receipt(
        run=run.name,
        step=run.find_step(),
        text_sha256=spec.text_sha256,
        prompt=spec.train.start_context,
        decode=CARD_DECODE,
    )
    return sample_with_receipt(empty, model, tokenizer)


def holds_weights(path: Path) -> bool:
    """Whether an uploaded file has weights of others, rather than a run; what is neither counts as a run's archive."""
    try:
        return kind_of(path) != "run"
    except CheckpointError:
        return path.suffix != ".zip"


def take_archive(context: Context, path: Path) -> Run:
    """Make a run of an uploaded archive or, on a public server, of weights; the file is removed.

    Raises `RunError` or `CheckpointError` for one that is damaged, too large, or contains too large a model. Files of
    torch.save, which are pickles, are not read here.
    """
    limits, name = context.limits, new_run_name(context, None)
    try:
        if holds_weights(path):
            return import_weights(context.store, path, name, allow_pickle=False, max_parameters=limits.max_parameters)
        return import_run(
            context.store,
            path,
            name,
            max_bytes=limits.max_archive_bytes,
            max_parameters=limits.max_parameters,
            max_events=limits.max_events,
        )
    finally:
        path.unlink(missing_ok=True)
