"""The Generate tab: a trained model writes, every token can be opened and replaced, and texts can be compared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.ui.access import lists_runs
from playground.ui.context import Context
from playground.ui.tabs.generate.api import generate_endpoint
from playground.ui.tabs.generate.beams import build_beams
from playground.ui.tabs.generate.copied import CopyFinder
from playground.ui.tabs.generate.form import build_form
from playground.ui.tabs.generate.lanes import LaneWriter
from playground.ui.tabs.generate.one_text import build_one_text
from playground.ui.tabs.generate.server import GenerateServer
from playground.ui.tabs.generate.side_by_side import build_side_by_side
from playground.ui.tabs.generate.start import checkpoint_choices, run_choices
from playground.ui.tabs.generate.streams import STREAMING, LogStreams
from playground.ui.tabs.generate.weights import show_rounding_effect
from playground.ui.tabs.generate.writer import Writer
from playground.ui.widgets.token_strip.token_strip import TokenStrip


@dataclass(frozen=True)
class GenerateTab:
    """What other tabs and the page need of this one."""

    run: gr.Dropdown
    checkpoint: gr.Dropdown
    refresh: Callable[[str | None], tuple[Any, Any]]
    """What `run` and `checkpoint` should show, given the run that is chosen; for events that make or delete runs."""
    strip: TokenStrip


def build(context: Context) -> GenerateTab:
    """Lay out the tab and wire its events."""
    streams, copies = LogStreams(), CopyFinder(context)
    server = GenerateServer(context, streams, copies)
    form = build_form(context)
    show_rounding_effect(context, form.run, form.checkpoint, form.weights, **STREAMING)
    with gr.Tabs(elem_id="desk-tabs"):
        with gr.Tab("One text", id="text"):
            strip = build_one_text(context, form, Writer(context, streams), server)
        with gr.Tab("Side by side", id="side-by-side"):
            build_side_by_side(form, LaneWriter(context, streams, copies), server)
        with gr.Tab("Beam search", id="beams"):
            build_beams(context, form, strip)

    def refresh(run_name: str | None) -> tuple[Any, Any]:
        """The current runs; the chosen one stays if it exists or is not listed, else the newest is chosen."""
        choices = run_choices(context)
        listed = [name for _, name in choices]
        stays = run_name in listed or (run_name and not lists_runs(context))
        chosen = run_name if stays else (listed[0] if listed else None)
        return gr.Dropdown(choices=choices, value=chosen), gr.Dropdown(choices=checkpoint_choices(context, chosen))

    def checkpoints_of(run_name: str | None) -> Any:
        """The checkpoints of the run that was chosen."""
        return gr.Dropdown(choices=checkpoint_choices(context, run_name), value="last")

    gr.api(generate_endpoint(context), api_name="generate", concurrency_id="generate", concurrency_limit=2)
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
    form.run.focus(refresh, form.run, [form.run, form.checkpoint], api_name="refresh_runs", **quiet)
    form.run.input(checkpoints_of, form.run, form.checkpoint, api_name="checkpoints_of", **quiet)
    return GenerateTab(run=form.run, checkpoint=form.checkpoint, refresh=refresh, strip=strip)
