"""Archives of runs on the page: packed into a file that the browser fetches, and unpacked from an upload."""

import secrets
import shutil
import time
from pathlib import Path

from playground.errors import RunError
from playground.training.runs.archive import export_run, import_run
from playground.training.runs.files import writing
from playground.training.runs.run import Run
from playground.ui.access import new_run_name
from playground.ui.context import Context

_KEPT_S = 3600.0


def make_archive(context: Context, run_name: str, cache: Path) -> Path:
    """Pack a run into a file below `cache`, which the page serves; archives older than an hour are removed.

    Raises `RunError` while the run is being trained, or if the disk is full.
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
        return export_run(run, own / f"{run.name}.zip")
    except RunError:
        shutil.rmtree(own, ignore_errors=True)
        raise


def take_archive(context: Context, path: Path) -> Run:
    """Make a run of an uploaded archive, whose file is removed.

    Raises `RunError` for an archive that is damaged, too large, or contains too large a model.
    """
    limits = context.limits
    try:
        return import_run(
            context.store,
            path,
            new_run_name(context, None),
            max_bytes=limits.max_archive_bytes,
            max_parameters=limits.max_parameters,
            max_events=limits.max_events,
        )
    finally:
        path.unlink(missing_ok=True)
