"""The Decoding tab: every stage between the logits and the next token, on nine words or on a trained model.

All widgets of the tab have the same value, the `LabState` as JSON. A widget that changes the state raises `input`, and
the browser copies the value to the others; those that show numbers ask the server (`server.Laboratory`).
"""

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.errors import SettingsError
from playground.sampling import Temperature, TopK
from playground.sampling.toy import MOST_DRAWS
from playground.ui.context import Context
from playground.ui.exchange import ServerFunctions, event_text
from playground.ui.tabs.decoding import state as lab_state
from playground.ui.tabs.decoding.exercises import make_cards
from playground.ui.tabs.decoding.server import Laboratory
from playground.ui.tabs.decoding.stage_catalogue import make_catalogue
from playground.ui.tabs.decoding.state import START, TOP_K_ALL, LabState
from playground.ui.widgets.address.address import Address
from playground.ui.widgets.base import Widget
from playground.ui.widgets.distribution.distribution import Distribution
from playground.ui.widgets.draws.draws import Draws
from playground.ui.widgets.exercises.exercises import Exercises
from playground.ui.widgets.grouped.grouped import Grouped
from playground.ui.widgets.live.live import LiveView
from playground.ui.widgets.source.source import Source
from playground.ui.widgets.stage_list.stage_list import StageList
from playground.ui.widgets.sweep.sweep import Sweep

NOT_PRESENTED = "pg-not-presented"
"""What Present hides, unless a lesson is open, which may need it."""
_QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True)
class DecodingTab:
    """What other tabs may need: `state` has the laboratory's state as JSON; its event `input` reports a change."""

    state: Address
    widgets: tuple[Widget, ...]


def build(context: Context, looks: ServerFunctions) -> DecodingTab:
    """Lay out the laboratory and connect it to the runs and models of `context`."""
    lab = Laboratory(context)
    widgets = _lay_out(lab, START.to_json(), looks)
    for widget in widgets:
        others = [other for other in widgets if other is not widget]
        widget.input(None, widget, others, js=f"(state) => Array({len(others)}).fill(state)", api_name=False)
    # A bare skip would remove what a widget was given besides its value, if its tab has not been opened yet.
    unchanged = [gr.HTML(**widget.props) for widget in widgets]

    def from_address(request: gr.Request) -> list[Any]:
        return _read_address(request.query_params.get("lab", ""), unchanged)

    gr.on(fn=from_address, outputs=list(widgets), api_name="decoding_load", show_progress="hidden")
    for name, endpoint in lab.endpoints().items():
        gr.api(endpoint, api_name=f"decoding_{name}")
    address = next(widget for widget in widgets if isinstance(widget, Address))

    def follow_link(now: str, event: gr.EventData) -> list[str]:
        return [_follow_link(now, event_text(event, "lab"))] * len(widgets)

    address.link(follow_link, address, list(widgets), **_QUIET)
    return DecodingTab(state=address, widgets=widgets)


def connect(tab: DecodingTab, live: LiveView) -> None:
    """Let the live view open its run in the laboratory; the stages stay."""

    def decode(text: str) -> list[str]:
        return [LabState.from_json(text).replace(source="model").to_json()] * len(tab.widgets)

    live.decode(decode, tab.state, list(tab.widgets), **_QUIET)


def _lay_out(lab: Laboratory, start: str, looks: ServerFunctions) -> tuple[Widget, ...]:
    """All widgets in their places, with the state `start`: the next token, beside it the stages; below, the lessons."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=8, min_width=320, elem_classes="pg-beside"), _panel():
            source = Source(
                start,
                constants=_source_constants(),
                server_functions=list(looks),
                elem_id="lab-source",
            )
            picture = Distribution(start, server_functions=[lab.trace], elem_id="lab-picture")
        with gr.Column(scale=5, min_width=320, elem_classes="pg-beside"):
            with _panel(elem_class=NOT_PRESENTED):
                constants = {
                    "defaults": LabState().model_dump(mode="json"),
                    "start": json.loads(start),
                    "quick": _quick(),
                }
                address = Address(start, constants=constants, elem_id="lab-address")
            with _panel("Stages, first to last", NOT_PRESENTED):
                stages = StageList(
                    start,
                    constants={"catalogue": make_catalogue()},
                    server_functions=[lab.order, lab.tokens],
                    elem_id="lab-stages",
                )
            with _panel("Probability by temperature"):
                sweep = Sweep(start, server_functions=[lab.sweep], elem_id="lab-sweep")
    with _panel():
        limits = {"max_draws": MOST_DRAWS, "max_seed": lab_state.MAX_SEED}
        draws = Draws(start, constants=limits, server_functions=[lab.draws], elem_id="lab-draws")
    with _panel():
        exercises = Exercises(
            start, constants={"cards": make_cards()}, server_functions=[lab.exercise], elem_id="lab-exercises"
        )
    with _panel():
        grouped = Grouped(start, server_functions=[lab.chapter, lab.save], elem_id="lab-chapter")
    return source, stages, address, picture, draws, sweep, grouped, exercises


def _panel(heading: str | None = None, elem_class: str = "") -> gr.Column:
    """A framed column, open for the widgets of a `with` block."""
    panel = gr.Column(elem_classes=["pg-panel", *elem_class.split()])
    if heading:
        with panel:
            gr.HTML(f'<h3 class="pg-heading">{heading}</h3>', padding=False)
    return panel


def _read_address(text: str, unchanged: list[gr.HTML]) -> list[Any]:
    """The state in the page's address, for every widget; one that cannot be read raises a warning and is ignored.

    An address without a state leaves all `unchanged`: the page may be in use before this answer arrives.
    """
    try:
        return [LabState.from_json(text).to_json()] * len(unchanged) if text else unchanged
    except SettingsError as error:
        gr.Warning(f"The address could not be read, so this is the chapter's panel. {error}")
        return unchanged


def _follow_link(now: str, text: str) -> str:
    """The state that the page's address names by now; one that cannot be read raises a warning, and `now` stays."""
    try:
        return (LabState.from_json(text) if text else START).to_json()
    except SettingsError as error:
        gr.Warning(f"The address could not be read, so nothing was changed. {error}")
        return now


def _source_constants() -> dict[str, Any]:
    """The chapter's words, and the limits of what can be entered."""
    return {
        "chapter": lab_state.CHAPTER_WORDS,
        "prompt": lab_state.CHAPTER_PROMPT,
        "max_words": lab_state.MAX_WORDS,
        "max_word_chars": lab_state.MAX_WORD_CHARS,
        "max_logit": lab_state.MAX_LOGIT,
        "tops": lab_state.TOP_CHOICES,
    }


def _quick() -> list[dict[str, Any]]:
    """The chapter's own settings, one click each: what each changes of the state."""
    settings = {
        "T = 1": (TOP_K_ALL, Temperature(1.0), "forward"),
        "T = 0.1": (TOP_K_ALL, Temperature(0.1), "forward"),
        "T = 5": (TOP_K_ALL, Temperature(5.0), "pizza"),
        "top-k 3": (TopK(3), Temperature(1.0), "forward"),
    }
    return [
        {
            "label": label,
            "state": {"stages": [top_k.model_dump(mode="json"), temperature.model_dump(mode="json")], "follow": follow},
        }
        for label, (top_k, temperature, follow) in settings.items()
    ]
