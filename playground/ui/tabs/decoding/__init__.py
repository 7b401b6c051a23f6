"""The Decoding tab: every stage between the logits and the next token, on nine words or on a trained model.

One value, the `LabState` as JSON, is shared by all widgets of the tab. A widget that changes it hands it to the others
in the browser; those that draw ask the server for exact numbers (`server.Laboratory`). No work is kept in the page.
"""

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.errors import SettingsError
from playground.sampling import Temperature, TopK
from playground.ui.context import Context
from playground.ui.tabs.decoding.catalogue import make_catalogue
from playground.ui.tabs.decoding.exercises import make_cards
from playground.ui.tabs.decoding.server import Laboratory
from playground.ui.tabs.decoding.state import CHAPTER_STAGES, CHAPTER_WORDS, LabState
from playground.ui.widgets.address.address import Address
from playground.ui.widgets.base import Widget
from playground.ui.widgets.distribution.distribution import Distribution
from playground.ui.widgets.draws.draws import Draws
from playground.ui.widgets.exercises.exercises import Exercises
from playground.ui.widgets.grouped.grouped import Grouped
from playground.ui.widgets.source.source import Source
from playground.ui.widgets.stage_list.stage_list import StageList
from playground.ui.widgets.sweep.sweep import Sweep


@dataclass(frozen=True)
class DecodingTab:
    """What other tabs may need: `state` holds the laboratory's state as JSON; whoever changes it fires its `input`."""

    state: Address
    widgets: tuple[Widget, ...]


def build(context: Context) -> DecodingTab:
    """Lay out the laboratory and bind it to the runs and models of `context`."""
    lab, start = Laboratory(context), LabState().to_json()
    address = Address(start, constants={"defaults": json.loads(start), "quick": _quick()}, elem_id="lab-address")
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_classes="pg-beside"):
            with gr.Column(elem_classes="pg-panel"):
                source = Source(
                    start, constants={"chapter": CHAPTER_WORDS}, server_functions=[lab.runs], elem_id="lab-source"
                )
            with gr.Column(elem_classes="pg-panel"):
                _heading("Stages, first to last")
                stages = StageList(
                    start,
                    constants={"catalogue": make_catalogue()},
                    server_functions=[lab.order, lab.tokens],
                    elem_id="lab-stages",
                )
        with gr.Column(scale=8, min_width=320, elem_classes="pg-beside"), gr.Column(elem_classes="pg-panel"):
            picture = Distribution(start, server_functions=[lab.trace], elem_id="lab-picture")
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=320), gr.Column(elem_classes="pg-panel"):
            _heading("Draws against theory")
            draws = Draws(start, server_functions=[lab.draws], elem_id="lab-draws")
        with gr.Column(scale=1, min_width=320), gr.Column(elem_classes="pg-panel"):
            _heading("Over the temperature")
            sweep = Sweep(start, server_functions=[lab.sweep], elem_id="lab-sweep")
    with gr.Column(elem_classes="pg-panel"):
        _heading("The chapter's picture: T = 1, 0.1 and 5 on these words")
        grouped = Grouped(start, server_functions=[lab.chapter, lab.save], elem_id="lab-chapter")
    with gr.Column(elem_classes="pg-panel"):
        _heading("The chapter's exercises")
        exercises = Exercises(
            start, constants={"cards": make_cards()}, server_functions=[lab.exercise], elem_id="lab-exercises"
        )
    widgets = (source, stages, address, picture, draws, sweep, grouped, exercises)
    for widget in widgets:
        others = [other for other in widgets if other is not widget]
        widget.input(None, widget, others, js=f"(state) => Array({len(others)}).fill(state)", api_name=False)
    # A bare skip would lose what a widget was given besides its value, if its tab has not been opened yet.
    unchanged = [gr.HTML(**widget.props) for widget in widgets]

    def from_address(request: gr.Request) -> list[Any]:
        return _state_of(request.query_params.get("lab", ""), unchanged)

    gr.on(fn=from_address, outputs=list(widgets), api_name="decoding_load", show_progress="hidden")
    for name in ("trace", "order", "draws", "sweep", "chapter"):
        gr.api(getattr(lab, name), api_name=f"decoding_{name}")
    return DecodingTab(state=address, widgets=widgets)


def _state_of(text: str, unchanged: list[gr.HTML]) -> list[Any]:
    """The state that the page's address holds, for every widget; one that cannot be read is told and left out.

    An address without a state leaves all `unchanged`: the page may be in use before this answer arrives.
    """
    try:
        return [LabState.from_json(text).to_json()] * len(unchanged) if text else unchanged
    except SettingsError as error:
        gr.Warning(f"The address could not be read, so this is the chapter's panel. {error}")
        return unchanged


def _quick() -> list[dict[str, Any]]:
    """The chapter's own settings, one click each."""
    k9 = CHAPTER_STAGES[0]
    settings = {
        "T = 1": (k9, Temperature(1.0)),
        "T = 0.1": (k9, Temperature(0.1)),
        "T = 5": (k9, Temperature(5.0)),
        "top-k 3": (TopK(3), Temperature(1.0)),
    }
    return [
        {
            "label": label,
            "state": {
                "stages": [stage.model_dump(mode="json") for stage in stages],
                "follow": "pizza" if label == "T = 5" else "forward",
            },
        }
        for label, stages in settings.items()
    ]


def _heading(text: str) -> None:
    gr.HTML(f'<h3 class="pg-heading">{text}</h3>', padding=False)
