"""What if one setting had been another: a new run that differs from an existing one in that setting alone."""

from typing import Any, TypeVar

from playground.config import Config, DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, SettingsError
from playground.model.presets import find_preset
from playground.training.runs.fork import fork, settings_at
from playground.training.runs.run import Run, Which
from playground.training.runs.store import RunStore

SIZE = "preset"
"""The setting that stands for width, heads and layers together; its value is the name of a preset."""

C = TypeVar("C", bound=Config)
Value = str | bool | int | float | None


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
    >>> run = store.create("first", "so it goes " * 200, model)
    >>> other = what_if(store, "first", "seed", 7)
    >>> other.name, other.spec.train.seed, other.text() == run.text()
    ('first-seed-7', 7, True)
    """
    run = store.open(name)
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
