"""The Train tab: a text goes in, a model is trained, and its learning is watched live."""

from dataclasses import dataclass

import gradio as gr

from playground.ui.context import Context


@dataclass(frozen=True)
class TrainTab:
    """What other tabs need of this one."""

    start: gr.Button


def build(context: Context) -> TrainTab:
    """Lay out the tab and wire its events."""
    start = gr.Button("Start", variant="primary")
    return TrainTab(start=start)
