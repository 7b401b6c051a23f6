"""The section "Side by side": several texts from one prompt, and the event that writes them."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from playground.ui.tabs.generate.form import Form
from playground.ui.tabs.generate.lanes import FORM_SETTINGS, MAX_SAMPLES, MAX_STEPS, NAMED_SETTINGS, LaneWriter
from playground.ui.tabs.generate.server import GenerateServer
from playground.ui.tabs.generate.streams import STREAMING
from playground.ui.widgets.lanes.lanes import Lanes

COMPARE = ["Settings", "Seeds", "As it grew"]
ABOUT_STEPS = f"""The same prompt, settings and seed, written by the model as it was at up to {MAX_STEPS} steps of its
training; at fewer where the texts are long."""


def build_side_by_side(form: Form, writer: LaneWriter, server: GenerateServer) -> Lanes:
    """Lay out the section and wire its events."""
    with gr.Column(elem_classes="pg-panel"):
        compare = gr.Radio(COMPARE, value=COMPARE[0], label="Compare", elem_id="lanes-what", interactive=True)
        names = gr.CheckboxGroup(
            [FORM_SETTINGS, *NAMED_SETTINGS],
            value=[FORM_SETTINGS, "Greedy", "The chapter's T = 1.4, top-k 25"],
            label="Two to six settings, with the same random numbers",
            elem_id="lanes-settings",
            interactive=True,
        )
        n = gr.Slider(
            1, MAX_SAMPLES, 4, step=1, label="Samples", visible=False, elem_id="lanes-samples", interactive=True
        )
        about = gr.HTML(f"<p>{ABOUT_STEPS}</p>", visible=False)
    lanes = Lanes(server_functions=[server.stop], elem_id="lanes")

    def write(values: dict) -> Iterator[str]:
        """Write the texts that were chosen."""
        start = form.start(values)
        match values[compare]:
            case "Seeds":
                yield from writer.seeds(start, values[n])
            case "As it grew":
                yield from writer.steps(start)
            case _:
                yield from writer.settings(start, values[names] or [])

    lanes.write(write, {compare, names, n, *form.inputs}, lanes, api_name="write_side_by_side", **STREAMING)
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    compare.change(
        lambda chosen: [gr.update(visible=chosen == each) for each in COMPARE], compare, [names, n, about], **quiet
    )
    return lanes
