"""Whether the order of the stages makes a difference, and why."""

from typing import Any

from playground.sampling import Stage, Temperature, TopK, TopP
from playground.sampling.order_matters import smallest_swap
from playground.ui.tabs.decoding.source import Source
from playground.ui.tabs.decoding.state import LabState


def compare_orders(state: LabState, source: Source) -> dict[str, Any]:
    """Sentences on the order and why; where it makes a difference, also the stages (as JSON) after the smallest swap.

    >>> from playground.ui.tabs.decoding.source import toy_source
    >>> compare_orders(LabState(), toy_source(LabState()))["text"]
    'Here the order of the stages makes no difference: temperature leaves the ranking as it is, and top-k only ranks.'
    """
    answer: dict[str, Any] = {"size": len(source), "stages": None}
    if sum(stage.on for stage in state.stages) < 2:
        return {**answer, "text": "With fewer than two stages on, there is no order to speak of."}
    swap = smallest_swap(state.pipeline, source.logits, source.context)
    if swap is None:
        only_ranks = all(isinstance(stage, (Temperature, TopK)) for stage in state.stages if stage.on)
        why = ": temperature leaves the ranking as it is, and top-k only ranks." if only_ranks else "."
        return {**answer, "text": f"Here the order of the stages makes no difference{why}"}
    other = list(state.stages)
    other[swap.first], other[swap.second] = other[swap.second], other[swap.first]
    text = f"{swap.sentence('word' if source.kind == 'toy' else 'token')} {why_order_matters(*swap.stages)}"
    return {**answer, "text": text, "stages": [stage.model_dump(mode="json") for stage in other]}


def why_order_matters(first: Stage, second: Stage) -> str:
    """Why it matters which of two stages comes first, in one sentence.

    >>> why_order_matters(Temperature(0.5), TopP(0.8))
    'That is because temperature changes which tokens reach p together.'
    """
    kinds = (first, second)
    other = next((stage for stage in kinds if not isinstance(stage, Temperature)), first)
    if not any(isinstance(stage, Temperature) for stage in kinds):
        return "That is because the second stage sees only what the first has left."
    if isinstance(other, TopP):
        return "That is because temperature changes which tokens reach p together."
    if not other.keeps_order:
        return f"That is because temperature divides all logits, also what {other.title} has changed before it."
    return f"That is because temperature changes the numbers by which {other.title} decides."
