"""The section "Side by side": several texts from one prompt, and the event that writes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import gradio as gr

from playground.ui.tabs.generate.form import Form
from playground.ui.tabs.generate.lanes import FORM_SETTINGS, MAX_SAMPLES, NAMED_SETTINGS, LaneWriter
from playground.ui.tabs.generate.server import GenerateServer
from playground.ui.tabs.generate.streams import STREAMING
from playground.ui.widgets.lanes.lanes import Lanes

Compare = Literal["Settings", "Seeds"]
KNOWN_SETTINGS = [FORM_SETTINGS, *NAMED_SETTINGS]


@dataclass(frozen=True)
class SideBySide:
    """The components that say what is compared."""

    compare: gr.Radio
    names: gr.CheckboxGroup
    samples: gr.Slider


def build_side_by_side(form: Form, writer: LaneWriter, server: GenerateServer) -> SideBySide:
    """Lay out the section and wire its events."""
    choices = list(get_args(Compare))
    with gr.Column(elem_classes="pg-panel"):
        compare = gr.Radio(choices, value=choices[0], label="Compare", elem_id="lanes-what", interactive=True)
        names = gr.CheckboxGroup(
            KNOWN_SETTINGS,
            value=[FORM_SETTINGS, "Greedy", "The chapter's T = 1.4, top-k 25"],
            label="Two to six settings, with the same random numbers",
            elem_id="lanes-settings",
            interactive=True,
        )
        n = gr.Slider(
            1, MAX_SAMPLES, 4, step=1, label="Samples", visible=False, elem_id="lanes-samples", interactive=True
        )
    lanes = Lanes(server_functions=[server.stop], elem_id="lanes")

    def write(values: dict) -> Iterator[str]:
        """Write the texts that were chosen."""
        start = form.start(values)
        if values[compare] == "Seeds":
            yield from writer.seeds(start, values[n])
        else:
            yield from writer.settings(start, values[names] or [])

    lanes.write(write, {compare, names, n, *form.inputs}, lanes, api_name="write_side_by_side", **STREAMING)
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    compare.change(lambda chosen: [gr.update(visible=chosen == each) for each in choices], compare, [names, n], **quiet)
    return SideBySide(compare, names, n)
