"""The Generate tab: a trained model writes, every token can be opened and replaced, and texts can be compared."""

import gradio as gr

from playground.ui.context import Context
from playground.ui.exchange import ServerFunctions
from playground.ui.tabs.generate.api import generate_endpoint
from playground.ui.tabs.generate.beams import build_beams
from playground.ui.tabs.generate.copied import CopyFinder
from playground.ui.tabs.generate.desk_link import VIEWS, keep_in_address
from playground.ui.tabs.generate.form import build_form
from playground.ui.tabs.generate.lanes import LaneWriter
from playground.ui.tabs.generate.server import GenerateServer
from playground.ui.tabs.generate.streams import STREAMING, LogStreams
from playground.ui.tabs.generate.views.one_text import build_one_text
from playground.ui.tabs.generate.views.side_by_side import build_side_by_side
from playground.ui.tabs.generate.views.through_training import build_through_training
from playground.ui.tabs.generate.weights import show_rounding_effect
from playground.ui.tabs.generate.writer import Writer
from playground.ui.widgets.header.header import Header


def build(context: Context, place: Header, looks: ServerFunctions) -> None:
    """Lay out the tab and wire its events."""
    streams, copies = LogStreams(), CopyFinder(context)
    server, lanes = GenerateServer(context, streams, copies), LaneWriter(context, streams, copies)
    form = build_form(context, place)
    show_rounding_effect(context, place, form.weights, **STREAMING)
    with gr.Tabs(elem_id="desk-tabs"):
        views = {view: gr.Tab(label, id=view) for view, label in VIEWS.items()}
    with views["text"]:
        strip = build_one_text(form, Writer(context, streams), [*server.of_strip, *looks])
    with views["training"]:
        build_through_training(form, lanes, server)
    with views["side-by-side"]:
        compared = build_side_by_side(form, lanes, server)
    with views["beams"]:
        build_beams(context, form, strip)
    keep_in_address(form, compared)

    gr.api(generate_endpoint(context), api_name="generate", concurrency_id="generate", concurrency_limit=2)
