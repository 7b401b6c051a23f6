"""The Train tab: a text goes in, a model is trained, and its learning is watched live."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.context import Context as Building

from playground.errors import PlaygroundError
from playground.ui.context import Context
from playground.ui.start import Starter
from playground.ui.tabs.train_form import PASTE, UPLOAD, TrainForm
from playground.ui.tabs.train_live import build_live
from playground.ui.widgets.base import to_json
from playground.ui.widgets.facts import Facts, facts, refusal
from playground.ui.widgets.live import LiveView

_QUICK = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last"}


@dataclass(frozen=True)
class TrainTab:
    """What other tabs need of this one."""

    start: gr.Button
    live: LiveView
    """Its value names the run that is watched."""


def build(context: Context) -> TrainTab:
    """Lay out the tab and wire its events."""
    with gr.Row(elem_classes="pg-columns"):
        with gr.Column(elem_classes="pg-side"):
            form = TrainForm(context.limits)
            name = gr.Textbox(
                label="Name of the run", placeholder="made from text and size", max_lines=1, max_length=64
            )
            start = gr.Button("Start", variant="primary", size="lg", elem_id="pg-start")
            complaint = Facts(elem_id="pg-start-complaint")
        with gr.Column(elem_classes="pg-main"):
            live = build_live(context)
    _wire_form(form)
    starter = Starter(context)

    def on_start(values: Mapping[Component, Any], request: gr.Request) -> dict[Component, Any]:
        try:
            choice = form.read(values)
            run_name = starter.start(**vars(choice), name=values[name] or None, visitor=request.session_hash or "")
        except PlaygroundError as error:
            return {complaint: refusal(str(error))}
        return {live: to_json({"run": run_name}), complaint: facts()}

    start.click(
        on_start, {*form.inputs, name}, [live, complaint], api_name="start", show_progress="hidden", concurrency_limit=2
    )
    return TrainTab(start=start, live=live)


def _wire_form(form: TrainForm) -> None:
    def show_source(source: str) -> dict[Component, Any]:
        return {form.file: gr.update(visible=source == UPLOAD), form.pasted: gr.update(visible=source == PASTE)}

    def shorten(event: gr.EventData) -> int:
        return int(event.context_length)

    form.source.input(show_source, form.source, [form.file, form.pasted], api_name="show_source", **_QUICK)
    chosen = form.preset.input(form.show_preset, form.preset, form.settings, api_name="show_preset", **_QUICK)
    shorter = form.text_facts.way_out(
        shorten, None, form.model.widgets["context_length"], api_name="shorten", show_progress="hidden"
    )
    edits = [widget.input for widget in (form.source, form.pasted, *form.settings)]
    triggers = [Building.root_block.load, form.file.change, chosen.then, shorter.then, *edits]
    looked = gr.on(triggers, form.look, form.inputs, [form.text_facts, form.cost], api_name="look", **_QUICK)
    # Time is measured, not computed: it comes a moment later, one measurement at a time.
    looked.then(form.time, form.inputs, form.cost, api_name="time", show_progress="hidden", concurrency_limit=1)
