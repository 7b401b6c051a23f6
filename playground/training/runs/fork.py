"""A new run that continues from a checkpoint of another one, with other settings."""

import shutil
import time
from pathlib import Path

from playground.config import TrainConfig
from playground.errors import RunError
from playground.training.loop.optimizer import with_lr
from playground.training.runs.files import link_or_copy, write_atomic, writing
from playground.training.runs.run import Run, Which
from playground.training.runs.spec import Parent, write_spec
from playground.training.runs.status import Status
from playground.training.runs.store import RunStore, versions


def settings_at(run: Run, which: Which = "last") -> TrainConfig:
    """The training settings at a checkpoint: those of the run, with the learning rate if it was changed meanwhile.

    Raises RunError if there is no such checkpoint, CheckpointError if it is damaged.
    """
    return with_lr(run.spec.train, run.load_position(which).lr)


def fork(
    store: RunStore,
    name: str,
    which: Which = "last",
    *,
    new_name: str | None = None,
    train: TrainConfig | None = None,
    drop_rate: float | None = None,
) -> Run:
    """Create a run that starts with weights, optimizer state and position of a checkpoint of the run `name`.

    `train` replaces its training settings (None: `settings_at`), `drop_rate` its dropout. With unchanged settings it
    continues bit for bit. Nothing is trained yet. Raises RunError if there is no such checkpoint or nothing is left to
    train, CheckpointError if the checkpoint is damaged.
    """
    parent = store.open(name)
    step = parent.find_step(which)
    position = parent.load_checkpoint(step).position
    settings = train or settings_at(parent, step)
    if settings.epochs <= position.epoch:
        raise RunError(f"The checkpoint of step {step} is at the end of epoch {position.epoch}; choose more epochs.")
    if new_name is None:
        wanted, title = (
            store.free_name(f"{name}-from-{step}"),
            parent.spec.title and f"{parent.spec.title[:80]}, {step}",
        )
    else:
        wanted, title = store.named(new_name)
    model = parent.spec.model if drop_rate is None else parent.spec.model.replace(drop_rate=drop_rate)
    spec = parent.spec.model_copy(
        update={
            "name": wanted,
            "title": title,
            "model": model,
            "train": settings,
            "parent": Parent(name=name, step=step),
            "versions": versions(),
            "created": round(time.time(), 3),
        }
    )
    status = Status(
        message=f"Forked from {name} at step {step}; not started yet.",
        step=step,
        saved_step=step,
        tokens_seen=position.tokens_seen,
        elapsed_s=position.elapsed_s,
        val_loss=position.val_loss,
        best_val_loss=position.best_val_loss,
    )
    folder = store.new_folder()
    try:
        with writing(f"The run {spec.name}"):
            _link_files(parent, step, folder)
            write_atomic(folder / "status.json", status.model_dump_json().encode())
            write_spec(folder, spec)
    except RunError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return store.put(folder, spec.name)


def _link_files(parent: Run, step: int, folder: Path) -> None:
    """Put text, vocabulary, the checkpoint of `step`, and the snapshots up to it into `folder`."""
    for name in ("text.txt", "vocabulary.json"):
        link_or_copy(parent.folder / name, folder / name)
    snapshots = [parent.snapshot_folder(earlier) for earlier in parent.snapshots() if earlier <= step]
    for source in (parent.step_folder(step), *snapshots):
        target = folder / source.relative_to(parent.folder)
        target.mkdir(parents=True)
        for file in source.iterdir():
            link_or_copy(file, target / file.name)
