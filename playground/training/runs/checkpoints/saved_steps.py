"""The checkpoints and snapshots in a run's folder: which steps there are, and which are deleted.

A folder is renamed before it is deleted, so that a crash in between never leaves half a checkpoint under its name.
"""

import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path

from playground.config import ModelConfig
from playground.errors import CheckpointError
from playground.training.runs.checkpoints.checkpoint import (
    Checkpoint,
    checkpoint_name,
    delete_unfinished,
    read_checkpoint,
    read_position,
)

SNAPSHOTS_FOLDER = "grown"
_STEP_FOLDER = re.compile(r"step_(\d{8,12})")
_DELETED, _DAMAGED = ".gone-", ".damaged-"


class SavedSteps:
    """The checkpoints (`step_*`) and snapshots (`grown/step_*`) in `folder`, which need not exist.

    >>> saved = SavedSteps(Path("checkpoints/run"))
    >>> saved.checkpoint_folder(500).as_posix(), saved.snapshot_folder(500).as_posix()
    ('checkpoints/run/step_00000500', 'checkpoints/run/grown/step_00000500')
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._snapshots_folder = folder / SNAPSHOTS_FOLDER

    def checkpoint_folder(self, step: int) -> Path:
        """The folder of the checkpoint of `step`, which need not exist."""
        return self._folder / checkpoint_name(step)

    def snapshot_folder(self, step: int) -> Path:
        """The folder of the snapshot of `step`, which need not exist."""
        return self._snapshots_folder / checkpoint_name(step)

    def checkpoints(self) -> list[int]:
        """Steps of the complete checkpoints, oldest first."""
        return _steps_in(self._folder)

    def snapshots(self) -> list[int]:
        """Steps of the complete snapshots, oldest first."""
        return _steps_in(self._snapshots_folder)

    def best(self) -> int | None:
        """Step of the checkpoint with the lowest validation loss; None if none is known."""
        losses = {}
        for step in self.checkpoints():
            try:
                losses[step] = read_position(self.checkpoint_folder(step)).val_loss
            except CheckpointError:
                continue
        known = {step: loss for step, loss in losses.items() if loss is not None}
        return min(known, key=known.__getitem__, default=None)

    def newest_intact(self, model: ModelConfig) -> tuple[Checkpoint | None, list[str]]:
        """The newest checkpoint that passes all checks; the damaged ones before it are quarantined.

        Also one sentence for each damaged one, and one more if none is intact.
        """
        warnings: list[str] = []
        for step in reversed(self.checkpoints()):
            try:
                return read_checkpoint(self.checkpoint_folder(step), model), warnings
            except CheckpointError as error:
                self.quarantine(step)
                warnings.append(f"The checkpoint of step {step} is damaged and was skipped: {error}")
        if warnings:
            warnings.append("No checkpoint of this run can be read; the training starts over.")
        return None, warnings

    def quarantine(self, step: int) -> None:
        """Rename a damaged checkpoint, so that it is no longer used; its files are kept for inspection."""
        target = self._folder / f"{_DAMAGED}{step}"
        shutil.rmtree(target, ignore_errors=True)
        os.rename(self.checkpoint_folder(step), target)

    def prune(self, keep: int, pinned: Collection[int] = ()) -> list[int]:
        """Delete all checkpoints but the newest `keep`, the best one and the pinned ones; returns the deleted steps."""
        steps = self.checkpoints()
        if len(steps) <= keep:
            return []
        kept = {self.best(), *pinned}
        deleted = [step for step in steps[:-keep] if step not in kept]
        for step in deleted:
            self._delete(self.checkpoint_folder(step), step)
        return deleted

    def delete_snapshots_after(self, step: int) -> None:
        """Delete snapshots of later steps: a training that resumes at `step` makes them again, perhaps differently."""
        for later in self.snapshots():
            if later > step:
                self._delete(self.snapshot_folder(later), later)

    def delete_leftovers(self) -> None:
        """Delete what a process that was killed has left half written or half deleted.

        Only for the process that trains the run.
        """
        delete_unfinished(self._folder)
        delete_unfinished(self._snapshots_folder)
        for path in self._folder.iterdir():
            if path.name.startswith(_DELETED):
                shutil.rmtree(path, ignore_errors=True)

    def _delete(self, folder: Path, step: int) -> None:
        renamed = self._folder / f"{_DELETED}{step}"
        os.rename(folder, renamed)
        shutil.rmtree(renamed, ignore_errors=True)


def _steps_in(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    found = (_STEP_FOLDER.fullmatch(path.name) for path in folder.iterdir() if path.is_dir())
    return sorted(int(match[1]) for match in found if match)
