"""Several texts from one prompt side by side: other settings, other seeds, or the model as it grew."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from playground.ui.context import Context
from playground.ui.tabs.generate.answers import Answers
from playground.ui.tabs.generate.form import Form
from playground.ui.tabs.generate.lanes import MOST_SAMPLES, MOST_STEPS, SETTINGS, THESE, Lanes
from playground.ui.tabs.generate.memory import Memory
from playground.ui.tabs.generate.server import TextServer
from playground.ui.tabs.generate.sheet import STREAMING
from playground.ui.widgets.lanes.lanes import Lanes as LanesWidget

WHAT = ["Settings", "Seeds", "As it grew"]
AS_IT_GREW = f"""The same prompt, settings and seed, written by the model as it was at up to {MOST_STEPS} steps of its
training; at fewer where the texts are long."""


def make_side_by_side(context: Context, form: Form, answers: Answers, memory: Memory) -> LanesWidget:
    """Lay the section out here and wire its events."""
    lanes = Lanes(context, answers, memory)

    with gr.Column(elem_classes="pg-panel"):
        what = gr.Radio(WHAT, value=WHAT[0], label="Compare", elem_id="lanes-what", interactive=True)
        names = gr.CheckboxGroup(
            [THESE, *SETTINGS],
            value=[THESE, "Greedy", "The chapter's T = 1.4, top-k 25"],
            label="Two to six settings, with the same random numbers",
            elem_id="lanes-settings",
            interactive=True,
        )
        n = gr.Slider(
            1, MOST_SAMPLES, 4, step=1, label="Samples", visible=False, elem_id="lanes-samples", interactive=True
        )
        grew = gr.Markdown(AS_IT_GREW, visible=False)
    view = LanesWidget(server_functions=[TextServer(context, answers, memory).stop], elem_id="lanes")

    def write(values: dict) -> Iterator[str]:
        """Write the texts that were chosen."""
        start = form.start(values)
        match values[what]:
            case "Seeds":
                yield from lanes.seeds(start, values[n])
            case "As it grew":
                yield from lanes.steps(start)
            case _:
                yield from lanes.settings(start, values[names] or [])

    view.write(write, {what, names, n, *form.inputs}, view, api_name="write_side_by_side", **STREAMING)
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    what.change(
        lambda chosen: [gr.update(visible=chosen == each) for each in WHAT],
        what,
        [names, n, grew],
        **quiet,
    )
    return view
