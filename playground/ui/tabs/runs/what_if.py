"""What the form of *What if?* offers: the settings that can be changed one at a time, and what to try first."""

from typing import Any, Literal, get_args, get_origin

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.model.presets import PRESETS
from playground.training.runs.fork import SIZE, is_changed_by_fork
from playground.training.runs.run import Run
from playground.ui.forms import label_of

OFFERED = (
    "lr",
    SIZE,
    "seed",
    "drop_rate",
    "vocabulary",
    "batch_size",
    "epochs",
    "context_length",
    "lr_schedule",
    "warmup_pct",
    "weight_decay",
    "grad_clip",
    "shuffle",
    "train_ratio",
)
"""Settings in the order of the list."""
_SUGGESTED: dict[str, Any] = {
    "lr": lambda value: float(f"{value / 4:.2g}"),
    "seed": lambda value: value + 1,
    "drop_rate": lambda value: 0.0 if value else 0.2,
    "batch_size": lambda value: value * 2,
    "epochs": lambda value: value * 2,
    "context_length": lambda value: max(1, value // 2),
    "warmup_pct": lambda value: 0.0 if value else 10.0,
    "weight_decay": lambda value: 0.0 if value else 0.1,
    "grad_clip": lambda value: None if value else 1.0,
    "train_ratio": lambda value: 0.8 if value > 0.8 else 0.9,
}


def offered_settings(run: Run) -> list[dict[str, Any]]:
    """For each setting: `name`, `label`, `help`, its `value` in the run, and `suggested`, another one to try.

    `choices` are values and labels where it is chosen from a list, else None; `is_whole` holds for whole numbers,
    `from_step` where it may also change at a step of the run.
    """
    return [_offer(run, name) for name in OFFERED]


def setting_label(name: str) -> str:
    """The label of a setting, as in the form of a training."""
    return "Size" if name == SIZE else label_of(name)


def _offer(run: Run, name: str) -> dict[str, Any]:
    made = {"name": name, "label": setting_label(name), "from_step": is_changed_by_fork(name), "is_whole": False}
    if name == SIZE:
        sizes = [(preset.name, preset.title) for preset in PRESETS.values()]
        value = run.spec.preset
        help_text = "Width, heads and layers together; the learning rate stays."
        return {**made, "value": value, "choices": sizes, "suggested": _other(value, sizes), "help": help_text}
    config = next(
        config for config in (run.spec.model, run.spec.data, run.spec.train) if name in type(config).model_fields
    )
    kind = type(config).model_fields[name].annotation
    value = config[name]
    choices = _choices(kind)
    suggested = _other(value, choices) if choices else _SUGGESTED[name](value)
    return {
        **made,
        "value": value,
        "choices": choices,
        "suggested": suggested,
        "help": _DESCRIPTIONS[name],
        "is_whole": kind is int,
    }


def _choices(kind: Any) -> list[tuple[Any, str]] | None:
    if get_origin(kind) is Literal:
        return [(choice, str(choice)) for choice in get_args(kind)]
    return [(True, "yes"), (False, "no")] if kind is bool else None


def _other(value: Any, choices: list[tuple[Any, str]]) -> Any:
    return next(choice for choice, _ in choices if choice != value)


_DESCRIPTIONS = {
    name: field.description or ""
    for config in (ModelConfig, DataConfig, TrainConfig)
    for name, field in config.model_fields.items()
}
