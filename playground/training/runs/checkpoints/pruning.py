"""Which checkpoints of a run are kept: the newest ones, the best, and those the user pinned.

A folder that goes loses its name first, so that a crash in the middle never leaves half a checkpoint under a name.
"""

import os
import shutil

from playground.training.runs.run import Run

_GONE, _DAMAGED = ".gone-", ".damaged-"


def prune(run: Run) -> list[int]:
    """Delete checkpoints beyond the newest `keep_checkpoints`, never the best or a pinned one; the steps deleted."""
    keep = run.spec.train.keep_checkpoints
    if len(run.steps()) <= keep:
        return []
    gone = [info.step for info in run.checkpoints()[:-keep] if not info.best and not info.pinned]
    for step in gone:
        nameless = run.folder / f"{_GONE}{step}"
        os.rename(run.step_folder(step), nameless)
        shutil.rmtree(nameless, ignore_errors=True)
    return gone


def drop_undone(run: Run, step: int) -> None:
    """Delete snapshots of steps after `step`: a training that goes on from there makes them anew, perhaps otherwise."""
    for later in run.snapshots():
        if later > step:
            nameless = run.folder / f"{_GONE}{later}"
            os.rename(run.snapshot_folder(later), nameless)
            shutil.rmtree(nameless, ignore_errors=True)


def set_aside(run: Run, step: int) -> None:
    """Take a checkpoint that cannot be read out of the way; it stays on the disk, for whoever wants to look."""
    target = run.folder / f"{_DAMAGED}{step}"
    shutil.rmtree(target, ignore_errors=True)
    os.rename(run.step_folder(step), target)


def sweep(run: Run) -> None:
    """Delete what a crash in the middle of pruning left behind; only for the process that trains the run."""
    for path in run.folder.iterdir():
        if path.name.startswith(_GONE):
            shutil.rmtree(path, ignore_errors=True)
