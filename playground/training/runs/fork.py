"""A new run that goes on from a checkpoint of another one, with other settings."""

import shutil
import time

from playground.config import TrainConfig
from playground.errors import RunError
from playground.training.runs.files import link_or_copy, write_atomic
from playground.training.runs.given_text import write_spec
from playground.training.runs.run import Run, Which
from playground.training.runs.spec import Parent
from playground.training.runs.status import Status
from playground.training.runs.store import RunStore, versions


def settings_at(run: Run, which: Which = "last") -> TrainConfig:
    """The training settings in force at a checkpoint: the run's own, with the learning rate if it was changed since."""
    lr = run.load_position(which).lr
    settings = run.spec.train
    return settings if lr is None else settings.replace(lr=lr, min_lr=min(lr, settings.min_lr))


def fork(
    store: RunStore,
    name: str,
    which: Which = "last",
    *,
    new_name: str | None = None,
    train: TrainConfig | None = None,
    drop_rate: float | None = None,
) -> Run:
    """Make a run that begins with weights, optimizer and place in the batch order of `name` at a checkpoint.

    `train` are its settings (left out: `settings_at`), `drop_rate` its dropout. Whatever is left as it was goes on bit
    for bit. Nothing is trained yet. Raises RunError if there is no such checkpoint or nothing is left to train,
    CheckpointError if it is damaged.
    """
    parent = store.open(name)
    step = parent.find_step(which)
    position = parent.load_checkpoint(step).position
    settings = train or settings_at(parent, step)
    if settings.epochs <= position.epoch:
        raise RunError(
            f"The checkpoint of step {step} has {position.epoch} epochs behind it; give the fork more epochs."
        )
    model = parent.spec.model if drop_rate is None else parent.spec.model.replace(drop_rate=drop_rate)
    spec = parent.spec.model_copy(
        update={
            "name": new_name or store.free_name(f"{name}-from-{step}"),
            "model": model,
            "train": settings,
            "parent": Parent(name=name, step=step),
            "versions": versions(),
            "created": round(time.time(), 3),
        }
    )
    folder = store.new_folder()
    try:
        for file in ("text.txt", "vocabulary.json"):
            link_or_copy(parent.folder / file, folder / file)
        earlier = [parent.snapshot_folder(kept) for kept in parent.snapshots() if kept <= step]
        for kept in (parent.step_folder(step), *earlier):
            target = folder / kept.relative_to(parent.folder)
            target.mkdir(parents=True)
            for file in kept.iterdir():
                link_or_copy(file, target / file.name)
        status = Status(
            message=f"Forked from {name} at step {step}; not started yet.",
            step=step,
            saved_step=step,
            tokens_seen=position.tokens_seen,
            elapsed_s=position.elapsed_s,
            val_loss=position.val_loss,
            best_val_loss=position.best_val_loss,
        )
        write_atomic(folder / "status.json", status.model_dump_json().encode())
        write_spec(folder, spec)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return store.put(folder, spec.name)
