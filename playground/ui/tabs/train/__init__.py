"""The Train tab: choose a text and settings, start a training, and watch it.

Data goes one way: the form (`form.py`) is read into a `Choice` (`choice.py`), which `Starter` (`start.py`) makes a run
of; the log of the run comes back as news (`news.py`) through the server functions of the live view (`server.py`).
`Preview` (`preview.py`) shows beside the form what the choice would take. Other programs use `client.py`.
"""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.context import Context as Building

from playground.errors import PlaygroundError, SettingsError
from playground.sampling.copies import COPIED_TOKENS
from playground.training.runs.recorded import NAME
from playground.ui.context import Context
from playground.ui.exchange import event_text, to_json
from playground.ui.forms import explain_all
from playground.ui.one_page.server import PageServer
from playground.ui.place import PlaceServer
from playground.ui.tabs.generate.copied import CopyFinder
from playground.ui.tabs.train.client import add_run_endpoints, add_train_endpoint
from playground.ui.tabs.train.cost import cost_facts
from playground.ui.tabs.train.form import FIRST_WORD, PASTE, UPLOAD, TrainForm
from playground.ui.tabs.train.news import STEP_SERIES
from playground.ui.tabs.train.preview import Preview, Values
from playground.ui.tabs.train.recited import RecitedSamples
from playground.ui.tabs.train.server import LiveServer
from playground.ui.tabs.train.start import Starter
from playground.ui.tabs.train.text_view import RunTexts
from playground.ui.visitors import visitor_of
from playground.ui.widgets.drawer.drawer import Drawer, problems
from playground.ui.widgets.facts.facts import Facts, facts, refusal
from playground.ui.widgets.live.live import LiveView
from playground.ui.widgets.text_view.text_view import FORM_LOOKED_AT, TextView

_READING = facts(note="Reading the text …")
_QUICK = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last"}


@dataclass(frozen=True)
class TrainTab:
    """The components that other tabs use."""

    live: LiveView
    """Its value names the run that is watched."""


def build(context: Context) -> TrainTab:
    """Lay out the tab and wire its events."""
    with gr.Column(elem_classes=["pg-new-run", "pg-settings"]):
        drawer = Drawer(
            server_functions=[PlaceServer(context).runs],
            constants={"train": "#pg-start", "text": f"#pg-source input[value={UPLOAD}]"},
        )
        form = TrainForm(context.limits, drawer)
        with gr.Column(elem_classes=["pg-panel", "pg-last"]):
            with gr.Row(elem_classes="pg-with-button"):
                name = gr.Textbox(
                    label="Name of the run", placeholder="optional", max_lines=1, max_length=100, elem_id="pg-name"
                )
                start = gr.Button("Train", variant="primary", size="lg", elem_id="pg-start")
            complaint = Facts(elem_id="pg-start-complaint")
    server = LiveServer(context)
    samples = RecitedSamples(context, CopyFinder(context))
    live = LiveView(
        elem_id="pg-live",
        server_functions=[server.news, server.command, server.figure, samples.recited, PageServer(context).save_page],
        constants={"series": STEP_SERIES, "recorded": NAME, "recited_tokens": COPIED_TOKENS},
    )
    with gr.Column(elem_classes="pg-panel"):
        TextView(
            elem_id="pg-run-text",
            server_functions=[RunTexts(context).text],
            constants={"of": "run", "word": FIRST_WORD},
        )
    add_run_endpoints(server)
    _wire_form(form, Preview(form), complaint)
    starter = Starter(context)
    add_train_endpoint(starter, context.limits)

    def on_start(values: Values, request: gr.Request) -> dict[Component, Any]:
        try:
            run_name = starter.start(form.read(values), name=values[name] or None, visitor=visitor_of(request))
        except SettingsError as error:
            return {complaint: refusal(explain_all(error)), drawer: problems(error)}
        except PlaygroundError as error:
            return {complaint: refusal(str(error))}
        return {live: to_json({"run": run_name}), complaint: facts()}

    start.click(
        on_start,
        {*form.inputs, name},
        [live, complaint, drawer],
        api_name="start",
        show_progress="hidden",
        concurrency_limit=2,
    )
    return TrainTab(live)


def _wire_form(form: TrainForm, preview: Preview, complaint: Facts) -> None:
    context_length = form.model.widgets["context_length"]

    def show_source(source: str) -> dict[Component, Any]:
        return {form.file: gr.update(visible=source == UPLOAD), form.pasted: gr.update(visible=source == PASTE)}

    def show_preset(values: Values) -> dict[Component, Any]:
        shown = form.show_preset(values[form.preset])
        return {**shown, **preview.look({**values, **shown})}

    def shorten(values: Values, event: gr.EventData) -> dict[Component, Any]:
        wanted = event_text(event, "context_length")
        shown = {context_length: int(wanted)} if wanted.isdecimal() and len(wanted) < 6 else {}
        return {**shown, **preview.look({**values, **shown})}

    previewed = [form.text_facts, form.cost, form.encoding, form.drawer]
    # What was said of the text before, or when Train was pressed, goes before the next text has been read.
    for event in (form.source.input, form.file.change, form.file.upload):
        event(
            None,
            None,
            [form.text_facts, form.cost, complaint],
            js=f"() => {to_json([_READING, cost_facts(), facts()])}",
        )
    form.source.input(show_source, form.source, [form.file, form.pasted], api_name="show_source", **_QUICK)
    edits = [widget.input for widget in (form.source, form.encoding, *form.settings)]
    # Gradio raises no `input` event when a text is pasted into a textbox with the mouse or Ctrl+V.
    edits += [widget.blur for widget in form.settings if isinstance(widget, gr.Textbox)]
    triggers = [Building.root_block.load, form.pasted.change, *edits]
    looked = [
        gr.on(triggers, preview.look, form.inputs, previewed, api_name="look", **_QUICK),
        form.file.change(preview.look_anew, form.inputs, previewed, api_name="look_anew", **_QUICK),
        form.preset.input(show_preset, form.inputs, [*form.settings, *previewed], api_name="show_preset", **_QUICK),
        form.text_facts.way_out(shorten, form.inputs, [context_length, *previewed], api_name="shorten", **_QUICK),
    ]
    for i, event in enumerate(looked):
        event.then(None, js=FORM_LOOKED_AT, api_name=f"looked_{i}", **_QUICK)
    # `always_last` would repeat an event without its data.
    at_once = {**_QUICK, "trigger_mode": "multiple"}
    form.text_view.look(preview.look_at_text, form.inputs, form.text_view, api_name="look_at_text", **at_once)
    # The time is measured, so it comes later; one measurement at a time.
    for event, name in zip(looked, ("time", "time_of_file", "time_of_preset", "time_of_shorter"), strict=True):
        event.then(
            preview.time,
            form.inputs,
            previewed,
            api_name=name,
            show_progress="hidden",
            concurrency_id="measure",
            concurrency_limit=1,
        )
