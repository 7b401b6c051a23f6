"""Several texts from one prompt side by side: other settings, other seeds, or other steps of the run."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from playground.ui.context import Context
from playground.ui.tabs.generate.answers import Answers
from playground.ui.tabs.generate.form import Form
from playground.ui.tabs.generate.lanes import MOST_SAMPLES, SETTINGS, THESE, Lanes
from playground.ui.tabs.generate.memory import Memory
from playground.ui.tabs.generate.sheet import STREAMING
from playground.ui.widgets.lanes import Lanes as LanesWidget

WHAT = ["Settings", "Seeds", "Steps of the run"]


def make_side_by_side(context: Context, form: Form, answers: Answers, memory: Memory) -> LanesWidget:
    """Lay the section out here and wire its events."""
    lanes = Lanes(context, answers, memory)

    def stop(job: str) -> bool:
        """End what is being written under this job; false when it has ended already."""
        return answers.stop(job)

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
    view = LanesWidget(server_functions=[stop], elem_id="lanes")

    def write(values: dict) -> Iterator[str]:
        """Write the texts that were chosen."""
        start = form.start(values)
        match values[what]:
            case "Seeds":
                yield from lanes.seeds(start, values[n])
            case "Steps of the run":
                yield from lanes.steps(start)
            case _:
                yield from lanes.settings(start, values[names] or [])

    view.write(write, {what, names, n, *form.inputs}, view, api_name="write_side_by_side", **STREAMING)
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    what.change(
        lambda chosen: (gr.CheckboxGroup(visible=chosen == WHAT[0]), gr.Slider(visible=chosen == WHAT[1])),
        what,
        [names, n],
        **quiet,
    )
    return view
