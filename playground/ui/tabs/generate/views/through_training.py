"""The section "Through training": the same prompt, settings and seed at steps of the run, and the event that writes."""

from collections.abc import Iterator

import gradio as gr

from playground.ui.tabs.generate.form import Form
from playground.ui.tabs.generate.lanes import MAX_STEPS, LaneWriter
from playground.ui.tabs.generate.server import GenerateServer
from playground.ui.tabs.generate.streams import STREAMING
from playground.ui.widgets.lanes.lanes import Lanes

ABOUT = f"""The same prompt, settings and seed, written by the model as it was at up to {MAX_STEPS} steps of its
training, so that only what it has learned differs; at fewer steps where the texts are long."""


def build_through_training(form: Form, writer: LaneWriter, server: GenerateServer) -> Lanes:
    """Lay out the section and wire its event."""
    gr.HTML(f"<p class='pg-note'>{ABOUT}</p>")
    lanes = Lanes(server_functions=[server.stop], elem_id="training-lanes")

    def write(values: dict) -> Iterator[str]:
        """Write a text at each step."""
        yield from writer.steps(form.start(values))

    lanes.write(write, form.inputs, lanes, api_name="write_through_training", **STREAMING)
    return lanes
