"""The form of the Generate tab: which model, what prompt, which settings."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component

from playground.config import DecodeConfig, TrainConfig
from playground.errors import SettingsError
from playground.sampling import BeamConfig, Pipeline, Temperature, TopK
from playground.ui.context import Context
from playground.ui.forms import LABELS, Fields
from playground.ui.place import MAX_PROMPT_CHARACTERS, Place, go_to
from playground.ui.tabs.decoding.server import Laboratory
from playground.ui.tabs.decoding.stage_catalogue import make_catalogue
from playground.ui.tabs.decoding.state import LabState
from playground.ui.tabs.generate.start import Start
from playground.ui.tabs.generate.weights import ABOUT_WEIGHTS, WEIGHTS
from playground.ui.widgets.desk.desk import Desk
from playground.ui.widgets.header.header import Header
from playground.ui.widgets.stage_list.stage_list import StageList

_PROMPT_OF_PLACE = """(place, prompt) =>
document.activeElement?.closest('#desk-prompt') ? prompt : JSON.parse(place || '{}').prompt || prompt"""
"""The page's current prompt, but not while another one is being typed."""
PAST_CONTEXT = [("Crop to the last tokens, as in the book", "crop"), ("Drop the older half at once", "jump")]


@dataclass(frozen=True)
class Form:
    """The components, read as a `Start` and written from settings."""

    place: Header
    """Its value names the run and the step that write."""
    prompt: gr.Textbox
    fields: Fields[DecodeConfig]
    beams: Fields[BeamConfig]
    """Shown in place of temperature, top-k and seed, which a beam search does not have."""
    desk: Desk
    """Beside the prompt."""
    fresh_seed: gr.Checkbox
    weights: gr.Dropdown
    own_stages: gr.Checkbox
    stages: StageList

    @property
    def seed(self) -> Component:
        """The field of the seed."""
        return self.fields.widgets["seed"]

    @property
    def settings(self) -> set[Component]:
        """The components that `read_settings` needs."""
        return {*self.fields.inputs, self.own_stages, self.stages}

    @property
    def inputs(self) -> set[Component]:
        """The components that `start` needs."""
        return {self.place, self.prompt, self.weights, *self.settings}

    def read_settings(self, values: dict) -> DecodeConfig:
        """The settings; raises `SettingsError` with the name of a field that is out of its bounds."""
        config = self.fields.read(values)
        if not values[self.own_stages]:
            return config
        return config.replace(stages=Pipeline(LabState.from_json(values[self.stages] or "").stages).to_json())

    def start(self, values: dict) -> Start:
        """What the form asks for."""
        place = Place.from_json(values[self.place])
        return Start(
            place.run, place.step, values[self.prompt], lambda: self.read_settings(values), values[self.weights]
        )

    def write(self, config: DecodeConfig) -> dict[Component, Any]:
        """What to show for settings, as a handler may return it."""
        shown: dict[Component, Any] = self.fields.write(config)
        shown[self.own_stages] = config.stages is not None
        if config.stages is not None:
            shown[self.stages] = LabState(stages=Pipeline.from_json(config.stages).stages).to_json()
        return shown


def build_form(context: Context, place: Header) -> Form:
    """Lay out the form."""
    fields, beams = Fields(DecodeConfig()), Fields(BeamConfig(max_new_tokens=12))
    with gr.Column(elem_classes="pg-panel desk-form"):
        prompt = _build_prompt(place)
        with gr.Row(elem_classes="desk-settings pg-settings"):
            fields.widgets["temperature"] = gr.Slider(
                0, 5, 1.0, step=0.05, label=LABELS["temperature"], min_width=120, elem_id="desk-temperature"
            )
            for name in ("top_k", "max_new_tokens", "seed"):
                fields.add(name, info=False, elem_id=f"desk-{name}", min_width=60)
        with gr.Row(elem_classes="desk-settings desk-of-beams pg-settings"):
            beams.widgets["width"] = gr.Slider(1, 8, 4, step=1, label="Beams", min_width=120, elem_id="beam-width")
            beams.widgets["length_penalty"] = gr.Slider(
                -2, 2, 1.0, step=0.1, label="Length penalty", min_width=120, elem_id="beam-penalty"
            )
            beams.add("max_new_tokens", info=False, elem_id="beam-tokens", min_width=60)
        desk = Desk(elem_id="desk-side")
        with gr.Accordion("More options", open=False, elem_id="desk-further", elem_classes="pg-settings"):
            fresh_seed, weights = _build_further(fields)
            own_stages, stages = _build_stages(context)
    place.place(_show_stages_of, [place, stages], stages, queue=False, show_progress="hidden", api_visibility="private")
    return Form(place, prompt, fields, beams, desk, fresh_seed, weights, own_stages, stages)


def _build_prompt(place: Header) -> gr.Textbox:
    """The prompt, the same as the page's current one."""
    prompt = gr.Textbox(
        TrainConfig().start_context,
        label="Prompt",
        lines=5,
        max_lines=12,
        max_length=MAX_PROMPT_CHARACTERS,
        elem_id="desk-prompt",
    )
    in_browser: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
    prompt.blur(None, prompt, js=go_to("{ prompt: value }"), **in_browser)
    place.place(None, [place, prompt], prompt, js=_PROMPT_OF_PLACE, **in_browser)
    return prompt


def _build_further(fields: Fields) -> tuple[gr.Checkbox, gr.Dropdown]:
    """Where to stop and what to do past the context, into `fields`; the choice of a fresh seed, and of weights."""
    with gr.Row(elem_classes="pg-level"):
        fields.add("stop", label="Stop before this text", info=False, elem_id="desk-stop", min_width=260)
        fields.add("stop_at_end", label="Stop at <|endoftext|>", info=False, elem_id="desk-stop_at_end")
        fresh_seed = gr.Checkbox(False, label="A new seed for every text", interactive=True, elem_id="desk-fresh")
    with gr.Row(elem_classes="pg-told-below"):
        choice = partial(gr.Dropdown, filterable=False, interactive=True, min_width=260)
        fields.widgets["past_context"] = choice(
            PAST_CONTEXT,
            value="crop",
            label=LABELS["past_context"],
            info="Jumping is much faster; the model then sees between half a context and a whole one.",
            elem_id="desk-past-context",
        )
        weights = choice(WEIGHTS, value="float32", label="Weights", info=ABOUT_WEIGHTS, elem_id="desk-weights")
    return fresh_seed, weights


def _build_stages(context: Context) -> tuple[gr.Checkbox, StageList]:
    """A list of stages, and whether it takes the place of temperature and top-k."""
    own_stages = gr.Checkbox(
        False,
        label="Use these stages in place of temperature and top-k",
        interactive=True,
        elem_id="desk-own-stages",
    )
    laboratory = Laboratory(context)
    stages = StageList(
        LabState(stages=(TopK(25), Temperature(1.0))).to_json(),
        constants={"catalogue": make_catalogue()},
        server_functions=[laboratory.order, laboratory.tokens],
        elem_id="desk-stages",
    )
    return own_stages, stages


def _show_stages_of(place: str | None, state: str) -> str:
    """The same stages for the vocabulary of another run, which bounds k and decides whether their order matters."""
    run_name = Place.from_json(place).run
    try:
        return LabState.from_json(state).replace(source="model" if run_name else "toy", run=run_name).to_json()
    except SettingsError:
        return state
