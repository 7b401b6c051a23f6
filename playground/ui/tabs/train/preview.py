"""What a training would take, shown beside the form before it starts: the text's numbers, memory, steps and time."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.cost import Plan, measure_step_s
from playground.errors import DownloadError, PlaygroundError, SettingsError, TextError
from playground.model.presets import PRESETS
from playground.text.corpus import Corpus, TextTooShortError, build_corpus, check_long_enough, corpus_stats
from playground.text.estimate import estimate_stats
from playground.text.upload import UnclearEncodingError
from playground.ui.exchange import server_function, to_json
from playground.ui.forms import explain_all
from playground.ui.tabs.train.cost import cost_facts, text_facts
from playground.ui.tabs.train.form import PASTE, UPLOAD, TrainForm, encoding_choices
from playground.ui.tabs.train.text_view import FormTextQuery, SeenText
from playground.ui.widgets.drawer.drawer import problems
from playground.ui.widgets.facts.facts import facts, refusal

Values = Mapping[Component, Any]
"""The values of the form's widgets, as Gradio gives them to a handler."""

_MEASURED = ("device", "precision", "threads", "accumulation_steps")  # settings of a training that its pace depends on


class Preview:
    """Turns the values of a form into what its `text_facts`, `cost` and `encoding` show.

    Remembers the last texts it encoded and the last steps it measured.
    """

    def __init__(self, form: TrainForm) -> None:
        self._form = form
        self._build_corpus = lru_cache(maxsize=2)(build_corpus)
        self._measure_step_s = lru_cache(maxsize=64)(measure_step_s)

    def look(self, values: Values) -> dict[Component, Any]:
        """The numbers of the text and the cost, without the time; or one sentence that says what is wrong."""
        form, wrong = self._form, None
        try:
            settings = form.read_settings(values)
        except SettingsError as error:
            preset, wrong = PRESETS[values[form.preset]], error
            settings = (preset.model, preset.data, preset.train)  # the numbers of the text need some
        cost = refusal(explain_all(wrong)) if wrong else cost_facts()
        shown: dict[Component, Any] = {form.drawer: problems(wrong)}
        if hint := self._missing_text(values):
            return {
                **shown,
                form.text_facts: facts(note=hint),
                form.cost: cost,
                form.encoding: gr.update(visible=False),
            }
        try:
            plan, notes = self._plan(values, *settings), form.read_notes(values)
        except (TextError, DownloadError) as error:
            return {
                **shown,
                form.text_facts: refusal(str(error), _way_out(error)),
                form.cost: cost,
                form.encoding: self._offer_encodings(values, error),
            }
        return {
            **shown,
            form.text_facts: text_facts(plan, notes, are_settings_right=wrong is None),
            form.cost: cost if wrong else cost_facts(plan),
            form.encoding: self._offer_encodings(values, is_large=plan.is_estimate),
        }

    def look_anew(self, values: Values) -> dict[Component, Any]:
        """As `look`, for another file: the encoding that was chosen for the last one is forgotten."""
        form = self._form
        return {form.encoding: gr.update(value="", visible=False), **self.look({**values, form.encoding: ""})}

    def time(self, values: Values) -> dict[Component, Any]:
        """As `look`, with the time of the training, which is measured and so comes later.

        The page asks for it after every `look`, with the values of that moment. So two answers of `look` that overtook
        each other are corrected. An encoding that the user chose meanwhile stays.
        """
        form = self._form
        shown = self.look(values)
        if form.encoding in shown:
            shown[form.encoding] = gr.update(visible=shown[form.encoding]["visible"])
        try:
            plan = self._plan(values, *form.read_settings(values))
        except PlaygroundError:
            return shown
        return {**shown, form.cost: cost_facts(plan, self._step_s(plan))}

    def _missing_text(self, values: Values) -> str:
        """What to do while no text was given, which is not an error until Train is pressed."""
        if values[self._form.source] == UPLOAD and not values[self._form.file]:
            return (
                "A text file in any usual encoding, a PDF, a Word document (.docx), an e-book (.epub), a web page or "
                "Markdown; several are joined. What you choose stays on this server."
            )
        if values[self._form.source] == PASTE and not values[self._form.pasted]:
            return "Paste a text of some thousand characters or more."
        return ""

    def _offer_encodings(self, values: Values, error: Exception | None = None, is_large: bool = False) -> Any:
        """The choice of an encoding, shown if it is unclear, was chosen, or if only a part of a large file was read."""
        if values[self._form.source] != UPLOAD:
            return gr.update(visible=False)
        likely = error.choices if isinstance(error, UnclearEncodingError) else ()
        chosen = values[self._form.encoding]
        return gr.update(choices=encoding_choices(likely), value=chosen, visible=bool(likely or is_large or chosen))

    def look_at_text(self, values: Values, event: gr.EventData) -> dict[Component, Any]:
        """How the text of the form becomes numbers: the answer to the `FormTextQuery` of an event."""

        def answer(query: FormTextQuery) -> dict[str, Any]:
            try:
                return {"number": query.number, **self.seen_text(values).look(query)}
            except PlaygroundError as error:
                return {"number": query.number, "error": str(error)}

        return {self._form.text_view: to_json(server_function(answer)(event._data))}

    def seen_text(self, values: Values) -> SeenText:
        """The text of the form as a training would see it.

        Raises `SettingsError`, `DownloadError`, and `TextError`, also for no text and for one that is read later only.
        """
        if hint := self._missing_text(values):
            raise TextError(hint)
        model, data, train = self._form.read_settings(values)
        text, _ = self._form.read_text(values)
        if isinstance(text, Path):
            raise TextError(
                "This file is so large that it is read as a whole only when it is trained on: press Train, then look "
                "below the curves of the run."
            )
        return SeenText(self._corpus_of(text, data), data, model.context_length, train.seed)

    def _corpus_of(self, text: str, data: DataConfig) -> Corpus:
        return self._build_corpus(text, DataConfig(vocabulary=data.vocabulary, train_ratio=data.train_ratio))

    def _plan(self, values: Values, model: ModelConfig, data: DataConfig, train: TrainConfig) -> Plan:
        text, _ = self._form.read_text(values)
        part = self._form.read_part(text, values[self._form.encoding] or None) if isinstance(text, Path) else None
        corpus = self._corpus_of(part.text if part else str(text), data)
        if part:
            stats = estimate_stats(part, corpus, data, model.context_length)
        else:
            check_long_enough(corpus, data, model.context_length)
            stats = corpus_stats(corpus, data, model.context_length)
        return Plan(model.replace(vocab_size=stats.vocab_size), data, train, stats, is_estimate=part is not None)

    def _step_s(self, plan: Plan) -> float:
        """Seconds of a step; measured again only if a setting changes that matters for it."""
        train = TrainConfig(**{name: plan.train[name] for name in _MEASURED})
        return self._measure_step_s(plan.model, DataConfig(batch_size=plan.data.batch_size), train)


def _way_out(error: Exception) -> dict[str, Any] | None:
    """The offer of a shorter context, where the text is long enough for one."""
    longest = error.longest_context_length if isinstance(error, TextTooShortError) else None
    return {"label": f"Use a context length of {longest}", "context_length": longest} if longest else None
