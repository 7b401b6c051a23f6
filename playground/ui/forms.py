"""A config as widgets and back, so that no handler takes a long list of positional values.

    fields = Fields(TrainConfig())
    fields.add("epochs"); fields.add("lr", label="Learning rate")      # laid out where they are called
    button.click(lambda values: fields.read(values), inputs=fields.inputs, …)

Bounds are not repeated in the widgets: the config itself refuses what is out of them, with its own sentence, and it
does so for a request sent past the page as well.
"""

import math
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

import gradio as gr
from gradio.components import Component

from playground.config import Config
from playground.errors import SettingsError

LABELS = {
    "context_length": "Context length",
    "emb_dim": "Width",
    "n_heads": "Heads",
    "n_layers": "Layers",
    "drop_rate": "Dropout",
    "qkv_bias": "Query, key and value bias",
    "vocabulary": "Vocabulary",
    "train_ratio": "Share to train on",
    "batch_size": "Batch size",
    "stride": "Stride",
    "drop_last": "Leave out the last, partial batch",
    "shuffle": "Shuffle the windows",
    "epochs": "Epochs",
    "max_steps": "Most steps",
    "lr": "Learning rate",
    "weight_decay": "Weight decay",
    "beta1": "Beta 1",
    "beta2": "Beta 2",
    "lr_schedule": "Schedule",
    "warmup_pct": "Warmup, %",
    "min_lr": "Lowest learning rate",
    "grad_clip": "Clip gradients at",
    "accumulation_steps": "Accumulate batches",
    "recompute": "Recompute activations",
    "eval_freq": "Evaluate every … steps",
    "eval_iter": "Batches per evaluation",
    "start_context": "The sample begins with",
    "sample_tokens": "Tokens in the sample",
    "save_freq": "Save every … steps",
    "keep_checkpoints": "Checkpoints kept",
    "snapshot_freq": "Copy the weights every … steps",
    "seed": "Seed",
    "device": "Device",
    "precision": "Precision",
    "threads": "Threads",
    "vocab_size": "Vocabulary size",
    "max_new_tokens": "Tokens to write",
    "temperature": "Temperature",
    "top_k": "Top-k",
    "past_context": "Past the context's end",
}
"""What a setting is called on the page; the book's own names stay in the code, the command line and the help text."""


def label_of(name: str) -> str:
    """What a setting is called on the page.

    >>> label_of("lr"), label_of("some_new_setting")
    ('Learning rate', 'Some new setting')
    """
    return LABELS.get(name, name.replace("_", " ").capitalize())


class Fields:
    """The widgets of one config: `add` makes one, `read` turns their values into a config, `write` does the reverse.

    `first` is the config they show at first.
    """

    def __init__(self, first: Config) -> None:
        self.first = first
        self.widgets: dict[str, Component] = {}

    def add(self, name: str, *, info: bool = True, **settings: Any) -> Component:
        """Make the widget of one setting here in the layout; `settings` go to the widget (label, elem_id, …)."""
        help_text = type(self.first).model_fields[name].description or ""
        settings.setdefault("label", label_of(name))
        settings.setdefault("elem_id", f"pg-{name}")
        settings.setdefault("info", help_text if info else None)
        settings.setdefault("min_width", 120)
        widget = _widget(self.first, name, settings)
        self.widgets[name] = widget
        return widget

    def add_rest(self, *left_out: str) -> None:
        """Make the widgets of all settings that have none yet, but for those left out."""
        for name in type(self.first).model_fields:
            if name not in self.widgets and name not in left_out:
                self.add(name)

    @property
    def inputs(self) -> set[Component]:
        """For `inputs=` of an event: its handler then gets one dict, from widget to value."""
        return set(self.widgets.values())

    @property
    def outputs(self) -> list[Component]:
        """For `outputs=` of an event whose handler returns `write(…)`."""
        return list(self.widgets.values())

    def read(self, values: Mapping[Component, Any], base: Config | None = None) -> Any:
        """The config that the widgets show, on top of `base`; raises `SettingsError` naming the field."""
        changes = {name: self._value(name, values[widget]) for name, widget in self.widgets.items() if widget in values}
        return (base or self.first).replace(**changes)

    def write(self, config: Config) -> dict[Component, Any]:
        """What to show for a config: widget to value, as an event's handler may return it."""
        return {
            widget: _shown(config[name]) if _is_optional_number(config, name) else config[name]
            for name, widget in self.widgets.items()
        }

    def _value(self, name: str, value: Any) -> Any:
        kind, is_optional = _kind(self.first, name)
        if isinstance(value, str) and kind in (int, float):
            value = _number(name, value.strip())
        if value == "" and is_optional:
            value = None
        if value is None and not is_optional:
            raise SettingsError(f"{name}: {label_of(name)} is empty; give a value.")
        if isinstance(value, float) and not math.isfinite(value):
            raise SettingsError(f"{name}: {label_of(name)} must be a number (got {value}).")
        return value


def _number(name: str, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise SettingsError(f"{name}: {label_of(name)} must be a number or empty (got {text[:40]!r}).") from None


def _widget(config: Config, name: str, settings: dict[str, Any]) -> Component:
    value = config[name]
    kind, is_optional = _kind(config, name)
    settings["interactive"] = True  # a widget that is no input yet would be drawn disabled
    if get_origin(kind) is Literal:
        return gr.Dropdown(choices=list(get_args(kind)), value=value, filterable=False, **settings)
    if kind is bool:
        return gr.Checkbox(value=value, **settings)
    if kind is str:
        return gr.Textbox(value=value, max_lines=1, elem_classes="pg-wide", **settings)
    if is_optional:  # gr.Number cannot be empty: it shows 0
        return gr.Textbox(value=_shown(value), placeholder="empty", max_lines=1, **settings)
    # No precision: Gradio would round 4.5 epochs to 4 in silence, and fail on NaN without a sentence.
    return gr.Number(value=value, step=1 if kind is int else 0.0001, **settings)


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:.12g}"


def _is_optional_number(config: Config, name: str) -> bool:
    kind, is_optional = _kind(config, name)
    return is_optional and kind in (int, float)


def _kind(config: Config, name: str) -> tuple[Any, bool]:
    """A setting's type without None, and whether it may be None."""
    annotation = type(config).model_fields[name].annotation
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return kinds[0], True
    return annotation, False
