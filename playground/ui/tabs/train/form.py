"""The left side of the Train tab: which text, which size, which settings; and what they come to."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.cost import measure_step_s
from playground.errors import DownloadError, PlaygroundError, SettingsError, TextError
from playground.model.presets import DEFAULT_PRESET, PRESETS, count_parameters
from playground.text.corpus import build_corpus, check_long_enough, corpus_stats, decode_upload
from playground.text.estimate import estimate_stats, read_sample
from playground.text.samples import SAMPLES, load_sample
from playground.text.upload import ENCODINGS, LARGE_TEXT_BYTES, UnclearEncodingError, check_size
from playground.ui.context import Limits
from playground.ui.forms import Fields
from playground.ui.tabs.train.cost import Plan, cost_facts, text_facts
from playground.ui.widgets.facts.facts import Facts, facts, refusal

UPLOAD, PASTE = "upload", "paste"
SAMPLE_BYTES = 2_000_000
"""Most that is taken of the large sample."""


@dataclass(frozen=True)
class Choice:
    """What the form asks for: a text and all settings of its training."""

    text: str | Path
    """The text, or the file of a large one, which is read by whoever trains on it."""
    text_name: str
    preset: str
    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    encoding: str | None = None
    """That of the file, where the user named it."""


class TrainForm:
    """Lays itself out where it is made; `read` turns the values of its widgets into a `Choice`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._built = lru_cache(maxsize=2)(build_corpus)
        self._sampled = lru_cache(maxsize=2)(read_sample)
        self._measured_s = lru_cache(maxsize=64)(measure_step_s)
        first = PRESETS[DEFAULT_PRESET]
        self.model, self.data, self.train = Fields(first.model), Fields(first.data), Fields(first.train)
        self._lay_out_text()
        self._lay_out_settings()

    def _lay_out_text(self) -> None:
        with gr.Column(elem_classes="pg-panel"):
            choices = [(name.capitalize(), name) for name in SAMPLES] + [("Upload", UPLOAD), ("Paste", PASTE)]
            self.source = gr.Radio(
                choices, value=next(iter(SAMPLES)), label="Text", elem_id="pg-source", elem_classes="pg-segments"
            )
            self.file = gr.File(
                label="A text file", type="filepath", file_count="single", height=112, visible=False, elem_id="pg-file"
            )
            self.encoding = gr.Dropdown(
                _encodings(),
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
            self.text_facts = Facts(elem_id="pg-text-facts")

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
                    gr.Markdown(f"### {title}", elem_classes="pg-group")
                    with gr.Column(elem_classes="pg-fields"):
                        fields.add_rest(left_out)
            self.cost = Facts(elem_id="pg-cost")

    @property
    def inputs(self) -> set[Component]:
        """Everything that `read` looks at."""
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
        """The three configs; raises `SettingsError` naming the field."""
        preset = PRESETS[values[self.preset]]
        model = self.model.read(values, preset.model)
        check_parameters(model, self._limits)
        return model, self.data.read(values, preset.data), self.train.read(values, preset.train)

    def read_text(self, values: Mapping[Component, Any]) -> tuple[str | Path, str]:
        """The text, or the file of a large one, and its name; raises `TextError` or `DownloadError`."""
        source, most = values[self.source], self._limits.max_pasted_bytes
        if source == PASTE:
            pasted = (values[self.pasted] or "").encode("utf-8", "surrogatepass")
            return decode_upload(pasted, "the pasted text", max_bytes=most, encoding="utf-8"), "pasted"
        if source == UPLOAD:
            if not values[self.file]:
                raise TextError("No file is chosen yet; drop one here, or take a sample.")
            path, encoding = Path(values[self.file]), values[self.encoding] or None
            size_bytes = path.stat().st_size
            check_size(size_bytes, path.name, self._limits.max_text_bytes)
            if size_bytes >= LARGE_TEXT_BYTES:
                self._sampled(path, encoding)  # whether it is text at all
                return path, path.name
            return decode_upload(path.read_bytes(), path.name, encoding=encoding), path.name
        return load_sample(source, max_bytes=min(most, SAMPLE_BYTES)), source

    # --- what it comes to -------------------------------------------------------------------------------------------

    def look(self, values: Mapping[Component, Any]) -> dict[Component, Any]:
        """What the text holds and what the settings will take; or the one sentence that says what is wrong."""
        try:
            settings = self.read_settings(values)
        except SettingsError as error:
            return {self.text_facts: gr.skip(), self.cost: refusal(str(error))}
        if hint := self._missing_text(values):
            return {self.text_facts: facts(note=hint), self.cost: facts(), self.encoding: gr.update(visible=False)}
        try:
            plan = self._plan(values, *settings)
        except (TextError, DownloadError) as error:
            complaint = refusal(str(error), _way_out(error))
            return {self.text_facts: complaint, self.cost: facts(), self.encoding: self._offer_encodings(values, error)}
        return {
            self.text_facts: text_facts(plan),
            self.cost: cost_facts(plan),
            self.encoding: self._offer_encodings(values, is_large=plan.is_estimate),
        }

    def look_anew(self, values: Mapping[Component, Any]) -> dict[Component, Any]:
        """The same for another file, of which nobody has said yet how it is encoded."""
        return {self.encoding: gr.update(value="", visible=False), **self.look({**values, self.encoding: ""})}

    def _offer_encodings(
        self, values: Mapping[Component, Any], error: Exception | None = None, is_large: bool = False
    ) -> Any:
        """The choice of an encoding: for a file that leaves it open, and for one that was seen in part only."""
        if values[self.source] != UPLOAD:
            return gr.update(visible=False)
        likely = error.choices if isinstance(error, UnclearEncodingError) else ()
        return gr.update(
            choices=_encodings(likely),
            value=values[self.encoding],
            visible=bool(likely or is_large or values[self.encoding]),
        )

    def time(self, values: Mapping[Component, Any]) -> dict[Component, Any]:
        """What `look` says, with the time it will take, which is measured and so comes a moment later.

        It is asked behind every look with the values as they are by then: so two looks whose answers crossed on their
        way are set right. What is chosen meanwhile as encoding stays.
        """
        said = self.look(values)
        if self.encoding in said:
            said[self.encoding] = gr.update(visible=said[self.encoding]["visible"])
        try:
            plan = self._plan(values, *self.read_settings(values))
        except PlaygroundError:
            return said
        return {**said, self.cost: cost_facts(plan, self._step_s(plan))}

    def _missing_text(self, values: Mapping[Component, Any]) -> str:
        """What to do where no text has been given yet, which is no error before Start is pressed."""
        if values[self.source] == UPLOAD and not values[self.file]:
            return "A text file in any usual encoding, such as UTF-8. It is read here and stays on this server."
        if values[self.source] == PASTE and not values[self.pasted]:
            return "Paste a text of some thousand characters or more."
        return ""

    def _plan(self, values: Mapping[Component, Any], model: ModelConfig, data: DataConfig, train: TrainConfig) -> Plan:
        text, _ = self.read_text(values)
        sample = self._sampled(text, values[self.encoding] or None) if isinstance(text, Path) else None
        settings = DataConfig(vocabulary=data.vocabulary, train_ratio=data.train_ratio)
        corpus = self._built(sample.text if sample else text, settings)
        if sample:
            stats = estimate_stats(sample, corpus, data, model.context_length)
        else:
            check_long_enough(corpus, data, model.context_length)
            stats = corpus_stats(corpus, data, model.context_length)
        return Plan(model.replace(vocab_size=stats.vocab_size), data, train, stats, is_estimate=sample is not None)

    def _step_s(self, plan: Plan) -> float:
        """Seconds of a step; measured again only for settings that bear on it."""
        names = ("device", "precision", "threads", "accumulation_steps")
        train = TrainConfig(**{name: plan.train[name] for name in names})
        return self._measured_s(plan.model, DataConfig(batch_size=plan.data.batch_size), train)


def check_parameters(model: ModelConfig, limits: Limits) -> None:
    """Raise `SettingsError` for a model larger than this server trains."""
    total = count_parameters(model)["total"]
    if limits.max_parameters is not None and total > limits.max_parameters:
        raise SettingsError(
            f"A model of {total:,} parameters is too large for this server, which trains up to "
            f"{limits.max_parameters:,}; take a smaller size."
        )


def _encodings(likely: Iterable[str] = ()) -> list[tuple[str, str]]:
    """What a file's encoding can be, the likely ones first."""
    return [("Found by its bytes", ""), *((ENCODINGS[name], name) for name in dict.fromkeys([*likely, *ENCODINGS]))]


def _way_out(error: Exception) -> dict[str, Any] | None:
    """A shorter context, where the text is long enough for one."""
    found = re.search(r"context length of at most (\d+)", str(error))
    return {"label": f"Use a context length of {found[1]}", "context_length": int(found[1])} if found else None
