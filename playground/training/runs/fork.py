"""A new run made from another one: from a checkpoint with other settings, or with one setting changed."""

import shutil
import time
from pathlib import Path
from typing import Any, TypeVar

from playground.config import Config, DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, SettingsError
from playground.model.presets import find_preset
from playground.training.loop.optimizer import with_lr
from playground.training.runs.files import link_or_copy, write_atomic, writing
from playground.training.runs.run import Run, Which
from playground.training.runs.spec import Parent, write_spec
from playground.training.runs.status import Status
from playground.training.runs.store import RunStore, versions

SIZE = "preset"
"""The setting that stands for width, heads and layers together; its value is the name of a preset."""

C = TypeVar("C", bound=Config)
Value = str | bool | int | float | None


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
    name, step = parent.name, parent.find_step(which)
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


def is_changed_by_fork(setting: str) -> bool:
    """Whether the setting may change at a step of a run; the others hold from its start.

    >>> is_changed_by_fork("lr"), is_changed_by_fork("batch_size")
    (True, False)
    """
    return setting in TrainConfig.model_fields or setting == "drop_rate"


def what_if(
    store: RunStore,
    name: str,
    setting: str,
    value: Value,
    *,
    start: Which | None = None,
    new_name: str | None = None,
) -> Run:
    """Create a run with the text and all settings of the run `name` but one; nothing is trained yet.

    It is trained from its start, or from a checkpoint (`start`), as a fork. A lower learning rate takes a schedule's
    floor along. Raises SettingsError for a setting or value that is not allowed or is the one of the run, RunError if
    there is no such checkpoint or nothing is left to train.

    >>> import tempfile
    >>> store = RunStore(tempfile.mkdtemp())
    >>> model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> _ = store.create("first", "so it goes " * 200, model)
    >>> other = what_if(store, "first", "seed", 7)
    >>> other.name, other.spec.train.seed
    ('first-seed-7', 7)
    """
    run = store.open(name)
    name = run.name
    if run.is_unread:
        raise RunError(f"The text of the run {name} has not been read yet; wait until its training has begun.")
    if start is None:
        model, data, train, preset = changed_settings(run, setting, value)
        return store.create(
            new_name or store.free_name(f"{name[:40]}-{setting}-{value}"),
            run.folder / "text.txt",
            model,
            data,
            train,
            preset=preset,
            text_name=run.spec.text_name,
            encoding="utf-8",
            read_later=True,
            title="" if new_name or not run.spec.title else f"{run.spec.title[:60]}, {setting} {value}",
        )
    if not is_changed_by_fork(setting):
        raise SettingsError(f"{setting}: it holds from the first step; change it from the start.")
    step = run.find_step(start)
    _check_is_other(_values(run)[setting], setting, value)
    if setting == "drop_rate":
        drop_rate = run.spec.model.replace(drop_rate=value).drop_rate
        return fork(store, name, step, new_name=new_name, drop_rate=drop_rate)
    return fork(store, name, step, new_name=new_name, train=settings_at(run, step).replace(**{setting: value}))


def changed_settings(run: Run, setting: str, value: Value) -> tuple[ModelConfig, DataConfig, TrainConfig, str]:
    """The settings of a run with one of them changed, and its preset; raises SettingsError as `what_if` does."""
    spec = run.spec
    if setting == SIZE:
        _check_is_other(spec.preset, setting, value)
        size = find_preset(str(value)).model
        return (
            spec.model.replace(emb_dim=size.emb_dim, n_heads=size.n_heads, n_layers=size.n_layers),
            spec.data,
            spec.train,
            str(value),
        )
    values = _values(run)
    if setting not in values or setting == "vocab_size":
        raise SettingsError(f"There is no setting named {setting[:40]!r} that a run could be trained with.")
    _check_is_other(values[setting], setting, value)
    return (
        _with(spec.model, setting, value),
        _with(spec.data, setting, value),
        _with(spec.train, setting, value),
        spec.preset,
    )


def _with(config: C, setting: str, value: Value) -> C:
    """The config with the setting changed, if it has it."""
    return config.replace(**{setting: value}) if setting in type(config).model_fields else config


def _values(run: Run) -> dict[str, Any]:
    return {**dict(run.spec.model), **dict(run.spec.data), **dict(run.spec.train)}


def _check_is_other(now: Any, setting: str, value: Value) -> None:
    if value == now:
        raise SettingsError(f"{setting}: it is {value} in the run already; choose another value.")
