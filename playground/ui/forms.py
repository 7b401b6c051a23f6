"""Converts a config to form widgets and back, so that no handler takes a long list of positional values.

    fields = Fields(TrainConfig())
    fields.add("epochs"); fields.add("lr", label="Learning rate")      # each widget is laid out where it is added
    button.click(lambda values: fields.read(values), inputs=fields.inputs, …)

The widgets do not repeat the bounds of the settings: the config checks them, also for a request that was not sent by
the page.
"""

import math
import types
from collections.abc import Mapping, Sequence
from itertools import starmap
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

import gradio as gr
from gradio.components import Component

from playground.config import Config
from playground.errors import SettingsError

C = TypeVar("C", bound=Config)

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
    "max_steps": "Maximum steps",
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
"""Name of a setting → its label on the page; code, command line and help texts use the book's names."""


def label_of(name: str) -> str:
    """The label of a setting on the page.

    >>> label_of("lr"), label_of("some_new_setting")
    ('Learning rate', 'Some new setting')
    """
    return LABELS.get(name, name.replace("_", " ").capitalize())


def sentence_of(name: str, problem: str) -> str:
    """What is wrong with a setting, as a sentence for the page.

    >>> sentence_of("lr", "must be above 0"), sentence_of("n_heads", "5 heads do not divide a width of 64")
    ('Learning rate must be above 0.', 'Heads: 5 heads do not divide a width of 64.')
    """
    separator = " " if problem.startswith(("must ", "is ")) else ": "
    return f"{label_of(name)}{separator}{problem}."


def explain_all(error: SettingsError) -> str:
    """All that is wrong with some settings, as sentences for the page."""
    return " ".join(starmap(sentence_of, error.problems.items())) or str(error)


class Fields(Generic[C]):
    """The widgets of one config: `add` creates one, `read` makes a config of their values, `write` does the reverse.

    `initial` is the config that the widgets show at first.
    """

    def __init__(self, initial: C) -> None:
        self.initial = initial
        self.widgets: dict[str, Component] = {}

    def add(self, name: str, *, info: bool = True, **settings: Any) -> Component:
        """Create the widget of one setting at this place of the layout.

        `settings` go to the widget (label, elem_id, …); without `info` it shows no help text.
        """
        help_text = type(self.initial).model_fields[name].description or ""
        settings.setdefault("label", label_of(name))
        settings.setdefault("elem_id", f"pg-{name}")
        settings.setdefault("info", help_text if info else None)
        settings.setdefault("min_width", 120)
        widget = _widget(self.initial, name, settings)
        self.widgets[name] = widget
        return widget

    def add_rest(self, *left_out: str) -> None:
        """Create the widgets of all settings that have none yet, except `left_out`."""
        for name in type(self.initial).model_fields:
            if name not in self.widgets and name not in left_out:
                self.add(name)

    @property
    def inputs(self) -> set[Component]:
        """For `inputs=` of an event; as a set, so that the handler receives one dict from widget to value."""
        return set(self.widgets.values())

    @property
    def outputs(self) -> list[Component]:
        """For `outputs=` of an event whose handler returns the result of `write`."""
        return list(self.widgets.values())

    def read(self, values: Mapping[Component, Any], base: C | None = None) -> C:
        """`base` (by default `initial`) with the settings that `values` contains, from widget to value.

        Raises `SettingsError` naming all fields that are wrong.
        """
        changes: dict[str, Any] = {}
        errors: list[SettingsError] = []
        for name, widget in self.widgets.items():
            if widget in values:
                try:
                    changes[name] = self._value(name, values[widget])
                except SettingsError as error:
                    errors.append(error)
        try:
            config = (base or self.initial).replace(**changes)
        except SettingsError as error:
            errors.append(error)
        if errors:
            raise all_of(errors)
        return config

    def write(self, config: C) -> dict[Component, Any]:
        """The values that show `config`, from widget to value, as an event's handler may return them."""
        return {
            widget: _shown(config[name]) if _is_optional_number(config, name) else config[name]
            for name, widget in self.widgets.items()
        }

    def _value(self, name: str, value: Any) -> Any:
        kind, is_optional = _kind(self.initial, name)
        if isinstance(value, str) and kind in (int, float):
            value = _number(name, value.strip())
        if value == "" and is_optional:
            value = None
        if value is None and not is_optional:
            raise _wrong(name, "is empty; give a value")
        if isinstance(value, float) and not math.isfinite(value):
            raise _wrong(name, "must be a number")
        return value


def all_of(errors: Sequence[SettingsError]) -> SettingsError:
    """One error with the problems of all of them; there must be one at least."""
    problems: dict[str, str] = {}
    for error in errors:
        problems |= error.problems
    return SettingsError(str(errors[0]), problems)


def _wrong(name: str, problem: str) -> SettingsError:
    return SettingsError(f"{name}: {sentence_of(name, problem)}", {name: problem})


def _number(name: str, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise _wrong(name, "must be a number or empty") from None


def _widget(config: Config, name: str, settings: dict[str, Any]) -> Component:
    value = config[name]
    kind, is_optional = _kind(config, name)
    settings["interactive"] = True  # else Gradio disables a widget that is not an input of an event
    if get_origin(kind) is Literal:
        return gr.Dropdown(choices=list(get_args(kind)), value=value, filterable=False, **settings)
    if kind is bool:
        return gr.Checkbox(value=value, **settings)
    if kind is str:
        return gr.Textbox(value=value, max_lines=1, elem_classes="pg-wide", **settings)
    if is_optional:  # a text, since an empty gr.Number shows 0
        return gr.Textbox(value=_shown(value), placeholder="empty", max_lines=1, **settings)
    # Without `precision`: with it Gradio rounds 4.5 epochs to 4 and crashes on NaN.
    return gr.Number(value=value, step=1 if kind is int else 0.0001, **settings)


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:.12g}"


def _is_optional_number(config: Config, name: str) -> bool:
    kind, is_optional = _kind(config, name)
    return is_optional and kind in (int, float)


def _kind(config: Config, name: str) -> tuple[Any, bool]:
    """The type of a setting without None, and whether it may be None."""
    annotation = type(config).model_fields[name].annotation
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return kinds[0], True
    return annotation, False
