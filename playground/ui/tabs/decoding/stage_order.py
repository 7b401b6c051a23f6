"""Whether the order of the stages makes a difference."""

from typing import Any

from playground.sampling.order_matters import smallest_swap
from playground.ui.tabs.decoding.source import Source
from playground.ui.tabs.decoding.state import LabState


def compare_orders(state: LabState, source: Source) -> dict[str, Any]:
    """A sentence on the order; where it makes a difference, also the stages (as JSON) after the smallest swap.

    >>> from playground.ui.tabs.decoding.source import toy_source
    >>> compare_orders(LabState(), toy_source(LabState()))["text"]
    'Here the order of the stages makes no difference.'
    """
    answer: dict[str, Any] = {"size": len(source), "stages": None}
    if sum(stage.on for stage in state.stages) < 2:
        return {**answer, "text": "With fewer than two stages on, there is no order to speak of."}
    swap = smallest_swap(state.pipeline, source.logits, source.context)
    if swap is None:
        return {**answer, "text": "Here the order of the stages makes no difference."}
    other = list(state.stages)
    other[swap.first], other[swap.second] = other[swap.second], other[swap.first]
    text = swap.sentence("word" if source.kind == "toy" else "token")
    return {**answer, "text": text, "stages": [stage.model_dump(mode="json") for stage in other]}
