"""The form of the writing desk: which model, what prompt, which settings."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component

from playground.config import DecodeConfig, TrainConfig
from playground.errors import SettingsError
from playground.sampling import Pipeline, Temperature, TopK
from playground.ui.context import Context
from playground.ui.forms import LABELS, Fields
from playground.ui.tabs.decoding.server import Laboratory
from playground.ui.tabs.decoding.stage_catalogue import make_catalogue
from playground.ui.tabs.decoding.state import LabState
from playground.ui.tabs.generate.choices import checkpoint_choices
from playground.ui.tabs.generate.start import LONGEST_PROMPT, Start
from playground.ui.tabs.generate.weights import ABOUT_WEIGHTS, WEIGHTS
from playground.ui.widgets.stage_list.stage_list import StageList

PAST_CONTEXT = [("Crop to the last tokens, as in the book", "crop"), ("Drop the older half at once", "jump")]


@dataclass(frozen=True)
class Form:
    """The widgets, read as a `Start` and written from settings."""

    run: gr.Dropdown
    checkpoint: gr.Dropdown
    prompt: gr.Textbox
    fields: Fields
    fresh_seed: gr.Checkbox
    weights: gr.Dropdown
    own_stages: gr.Checkbox
    stages: StageList

    @property
    def seed(self) -> Component:
        """The widget of the seed."""
        return self.fields.widgets["seed"]

    @property
    def settings(self) -> set[Component]:
        """The widgets that say how to write."""
        return {*self.fields.inputs, self.own_stages, self.stages}

    @property
    def inputs(self) -> set[Component]:
        """All widgets, for an event whose handler calls `start`."""
        return {self.run, self.checkpoint, self.prompt, self.weights, *self.settings}

    def decode(self, values: dict) -> DecodeConfig:
        """The settings; raises `SettingsError` naming the field at fault."""
        config = self.fields.read(values)
        if not values[self.own_stages]:
            return config
        return config.replace(stages=Pipeline(LabState.from_json(values[self.stages] or "").stages).to_json())

    def start(self, values: dict) -> Start:
        """What the form holds."""
        run, checkpoint, prompt = values[self.run], values[self.checkpoint], values[self.prompt]
        return Start(run, checkpoint, prompt, lambda: self.decode(values), values[self.weights])

    def write(self, config: DecodeConfig) -> dict[Component, Any]:
        """What to show for settings, as a handler may return it."""
        shown: dict[Component, Any] = self.fields.write(config)
        shown[self.own_stages] = config.stages is not None
        if config.stages is not None:
            shown[self.stages] = LabState(stages=Pipeline.from_json(config.stages).stages).to_json()
        return shown


def make_form(context: Context) -> Form:
    """Lay the form out here."""
    fields, lab = Fields(DecodeConfig()), Laboratory(context)
    with gr.Column(elem_classes="pg-panel desk-form"):
        with gr.Row(equal_height=True):
            with gr.Column(scale=3, min_width=280):
                prompt = gr.Textbox(
                    TrainConfig().start_context,
                    label="Prompt",
                    lines=5,
                    max_lines=12,
                    max_length=LONGEST_PROMPT,
                    elem_id="desk-prompt",
                )
            with gr.Column(scale=1, min_width=240):
                # Custom values: a name may be typed where runs are not listed; the server checks it in any case.
                names: dict[str, Any] = {"interactive": True, "allow_custom_value": True}
                run = gr.Dropdown([], label="Run", elem_id="desk-run", **names)
                checkpoint = gr.Dropdown(
                    checkpoint_choices(context, None), value="last", label="Checkpoint", elem_id="desk-step", **names
                )
        with gr.Row():
            fields.widgets["temperature"] = gr.Slider(
                0, 5, 1.0, step=0.05, label=LABELS["temperature"], min_width=260, elem_id="desk-temperature"
            )
            for name in ("top_k", "max_new_tokens", "seed"):
                fields.add(name, info=False, elem_id=f"desk-{name}", min_width=90)
        with gr.Accordion(
            "Where to stop, long texts, smaller weights, all the stages", open=False, elem_id="desk-further"
        ):
            with gr.Row(elem_classes="pg-level"):
                fields.add("stop", label="Stop before this text", info=False, elem_id="desk-stop", min_width=260)
                fields.add("stop_at_end", label="Stop at <|endoftext|>", info=False, elem_id="desk-stop_at_end")
                fresh_seed = gr.Checkbox(
                    False, label="A new seed for every text", interactive=True, elem_id="desk-fresh"
                )
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
            own_stages = gr.Checkbox(
                False,
                label="Use these stages in place of temperature and top-k",
                interactive=True,
                elem_id="desk-own-stages",
            )
            stages = StageList(
                LabState(stages=(TopK(25), Temperature(1.0))).to_json(),
                constants={"catalogue": make_catalogue()},
                server_functions=[lab.order, lab.tokens],
                elem_id="desk-stages",
            )
    run.change(_ask_this_run, [run, stages], stages, queue=False, show_progress="hidden", api_visibility="private")
    return Form(run, checkpoint, prompt, fields, fresh_seed, weights, own_stages, stages)


def _ask_this_run(run_name: str | None, state: str) -> str:
    """The same stages for the vocabulary of the run that was chosen: it bounds k and decides whether order matters."""
    try:
        return LabState.from_json(state).replace(source="model" if run_name else "toy", run=run_name or "").to_json()
    except SettingsError:
        return state
