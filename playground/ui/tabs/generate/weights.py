"""The choice of the weights' number format, and how far it changes the model's distribution."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.model.shrink import divergence
from playground.ui.context import Context
from playground.ui.place import Place
from playground.ui.tabs.generate.start import load_model, parse_checkpoint
from playground.ui.widgets.header.header import Header

WEIGHTS = [("float32, as trained", "float32"), ("bfloat16, half the memory", "bfloat16"), ("int8, a quarter", "int8")]
ABOUT_WEIGHTS = (
    "With smaller ones a large model writes faster: int8 on any processor, bfloat16 where it is in hardware. Small "
    "models are fastest with float32. What they change is measured when they are chosen."
)


def rounding_effect(context: Context, run_name: str, checkpoint: str | None, weights: str) -> str:
    """How far rounded weights change a run's model, measured on one context of its validation text, in a sentence.

    Raises a `PlaygroundError` for a run or weights that do not exist.
    """
    step = parse_checkpoint(checkpoint)
    rounded, _ = load_model(context, run_name, step, weights)
    model, _ = load_model(context, run_name, step)
    ids = context.store.open(run_name).corpus().val_ids[: model.config.context_length].long()
    return f"{divergence(model, rounded, ids[None])} of {len(ids):,} tokens of the validation text."


def show_rounding_effect(context: Context, place: Header, weights: gr.Dropdown, **event: Any) -> None:
    """Show the effect under the choice of weights, whenever it or the model changes; `event` goes to the events."""

    def show(place_json: str | None, chosen: str) -> Iterator[Any]:
        """The choice with its effect under it."""
        at = Place.from_json(place_json)
        if not at.run or chosen == "float32":
            yield gr.Dropdown(info=ABOUT_WEIGHTS)
            return
        yield gr.Dropdown(info="Measuring how far they move the model …")
        try:
            yield gr.Dropdown(info=rounding_effect(context, at.run, at.step, chosen))
        except PlaygroundError as error:
            yield gr.Dropdown(info=str(error))

    for changed in (place.place, weights.change):
        changed(show, [place, weights], weights, api_visibility="private", **event)
