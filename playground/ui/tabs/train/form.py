"""The form of the Train tab: which text, which size, which settings."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import SettingsError, TextError
from playground.model.presets import DEFAULT_PRESET, PRESETS
from playground.text.estimate import read_sample
from playground.text.samples import SAMPLES
from playground.text.upload import ENCODINGS
from playground.ui.context import Limits
from playground.ui.forms import C, Fields, all_of
from playground.ui.tabs.train.choice import Choice, check_parameters, check_pasted, read_sample_text
from playground.ui.tabs.train.cost import cost_facts, text_facts
from playground.ui.tabs.train.uploads import Upload, Uploads
from playground.ui.widgets.drawer.drawer import Drawer
from playground.ui.widgets.facts.facts import Facts
from playground.ui.widgets.text_view.text_view import TextView

UPLOAD, PASTE = "upload", "paste"
FIRST_WORD = "Every effort moves you"
"""What is shown as tokens before the user types a word."""
_SAMPLE_LABELS = {"story": "Story", "stdlib": "Python code", "verdict": "The Verdict (downloads)"}


class TrainForm:
    """Lays itself out where it is made; `read` turns the values of its widgets into a `Choice`.

    `text_facts`, `cost` and the problems that `drawer` shows at the fields are filled by `Preview`.
    """

    def __init__(self, limits: Limits, drawer: Drawer) -> None:
        self._limits, self.drawer = limits, drawer
        self.read_part = lru_cache(maxsize=2)(read_sample)
        """Reads a part of a large text file; remembers the last ones."""
        self._uploads = Uploads(limits.max_text_bytes)
        first = PRESETS[DEFAULT_PRESET]
        self.model, self.data, self.train = Fields(first.model), Fields(first.data), Fields(first.train)
        self._lay_out_text()
        self._lay_out_settings()

    def _lay_out_text(self) -> None:
        with gr.Column(elem_classes="pg-panel"):
            choices = [(_SAMPLE_LABELS.get(name, name), name) for name in SAMPLES]
            choices += [("Upload", UPLOAD), ("Paste", PASTE)]
            self.source = gr.Radio(
                choices, value=next(iter(SAMPLES)), label="Text", elem_id="pg-source", elem_classes="pg-segments"
            )
            self.file = gr.File(
                label="Text files and documents",
                type="filepath",
                file_count="multiple",
                height=112,
                visible=False,
                elem_id="pg-file",
            )
            self.encoding = gr.Dropdown(
                encoding_choices(),
                value="",
                label="Encoding of the file",
                filterable=False,
                visible=False,
                elem_id="pg-encoding",
            )
            self.pasted = gr.Textbox(
                label="Text to train on",
                show_label=False,
                placeholder="Paste a text here",
                lines=6,
                max_lines=12,
                visible=False,
                elem_id="pg-pasted",
            )
            self.text_facts = Facts(text_facts(), elem_id="pg-text-facts")
            self.text_view = TextView(elem_id="pg-form-text", constants={"of": "form", "word": FIRST_WORD})

    def _lay_out_settings(self) -> None:
        with gr.Column(elem_classes="pg-panel"):
            self.preset = gr.Dropdown(
                [(preset.title, name) for name, preset in PRESETS.items()],
                value=DEFAULT_PRESET,
                label="Size",
                filterable=False,
                elem_id="pg-preset",
            )
            with gr.Row(elem_classes="pg-pair"):
                self.train.add("epochs", info=False)
                self.train.add("lr", info=False)
            with gr.Row(elem_classes="pg-pair"):
                self.data.add("batch_size", info=False)
                self.model.add("context_length", info=False)
            with gr.Accordion("All settings", open=False, elem_id="pg-all-settings"):
                for title, fields, left_out in (
                    ("Model", self.model, "vocab_size"),
                    ("Text", self.data, ""),
                    ("Training", self.train, ""),
                ):
                    gr.HTML(f"<h3>{title}</h3>", elem_classes="pg-group")
                    with gr.Column(elem_classes="pg-fields"):
                        fields.add_rest(left_out)
            self.cost = Facts(cost_facts(), elem_id="pg-cost")

    @property
    def inputs(self) -> set[Component]:
        """The widgets that `read` needs the values of."""
        return {self.source, self.file, self.encoding, self.pasted, self.preset, *self.settings}

    @property
    def settings(self) -> list[Component]:
        """The widgets of all three configs."""
        return [*self.model.outputs, *self.data.outputs, *self.train.outputs]

    def show_preset(self, name: str) -> dict[Component, Any]:
        """The settings of a preset, as values of the widgets."""
        preset = PRESETS[name]
        return {**self.model.write(preset.model), **self.data.write(preset.data), **self.train.write(preset.train)}

    def read(self, values: Mapping[Component, Any]) -> Choice:
        """What the form asks for; raises `TextError` or `SettingsError`."""
        model, data, train = self.read_settings(values)
        text, name = self.read_text(values)
        encoding = values[self.encoding] if values[self.source] == UPLOAD else None
        return Choice(text, name, values[self.preset], model, data, train, encoding or None)

    def read_settings(self, values: Mapping[Component, Any]) -> tuple[ModelConfig, DataConfig, TrainConfig]:
        """The three configs; raises `SettingsError` naming all fields that are wrong."""
        preset = PRESETS[values[self.preset]]
        errors: list[SettingsError] = []

        def read(fields: Fields[C], base: C) -> C | None:
            try:
                return fields.read(values, base)
            except SettingsError as error:
                errors.append(error)
                return None

        model, data, train = (
            read(self.model, preset.model),
            read(self.data, preset.data),
            read(self.train, preset.train),
        )
        if model is None or data is None or train is None:
            raise all_of(errors)
        check_parameters(model, self._limits)
        return model, data, train

    def read_text(self, values: Mapping[Component, Any]) -> tuple[str | Path, str]:
        """The text, or the file of a large one, and its name; raises `TextError` or `DownloadError`."""
        source = values[self.source]
        if source == PASTE:
            return check_pasted(values[self.pasted] or "", "the pasted text", self._limits), "pasted"
        if source == UPLOAD:
            upload = self._read_upload(values)
            return upload.text, upload.name
        return read_sample_text(source, self._limits), source

    def read_notes(self, values: Mapping[Component, Any]) -> tuple[str, ...]:
        """Sentences on what could not be read of the text; raises what `read_text` raises."""
        return self._read_upload(values).notes if values[self.source] == UPLOAD else ()

    def _read_upload(self, values: Mapping[Component, Any]) -> Upload:
        encoding = values[self.encoding] or None
        if not values[self.file]:
            raise TextError("No file is chosen yet; drop one here, or take a sample.")
        upload = self._uploads.read(values[self.file], encoding)
        if isinstance(upload.text, Path):
            self.read_part(upload.text, encoding)  # whether it is text at all
        return upload


def encoding_choices(likely: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The encodings that a file may have, the likely ones first."""
    return [("Found by its bytes", ""), *((ENCODINGS[name], name) for name in dict.fromkeys([*likely, *ENCODINGS]))]
