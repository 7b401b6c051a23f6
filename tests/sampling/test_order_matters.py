"""Whether the order of the stages makes a difference."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.sampling import (
    TOY_LOGITS,
    MinP,
    Mirostat,
    Pipeline,
    RepetitionPenalty,
    Temperature,
    TopK,
    TopP,
    smallest_swap,
)

EXAMPLE = torch.tensor([3.0, 2.0, 1.0])


def test_the_page_s_example_where_order_matters():
    swap = smallest_swap(Pipeline([Temperature(0.5), TopP(0.8)]), EXAMPLE)
    assert (swap.first, swap.second, swap.kept, swap.kept_swapped) == (0, 1, 1, 2)
    assert str(swap) == "Order matters here: Top-p before Temperature would keep 2 tokens instead of 1."
    back = smallest_swap(Pipeline([TopP(0.8), Temperature(0.5)]), EXAMPLE)
    assert str(back) == "Order matters here: Temperature before Top-p would keep 1 token instead of 2."


def test_no_swap_is_found_where_order_does_not_matter():
    assert smallest_swap(Pipeline([TopK(25), Temperature(1.4)]), TOY_LOGITS) is None
    assert smallest_swap(Pipeline([Temperature(0.5), TopP(0.8, on=False)]), EXAMPLE) is None
    assert smallest_swap(Pipeline([TopK(2), TopK(2)]), EXAMPLE) is None
    assert smallest_swap(Pipeline(), EXAMPLE) is None


def test_a_swap_that_keeps_the_tokens_but_moves_probability_is_found():
    stages = [RepetitionPenalty(2.0), TopK(3), Temperature(0.5)]
    assert smallest_swap(Pipeline(stages), EXAMPLE, torch.tensor([0])) is None
    banned_after = Pipeline([Mirostat(tau=0.9), Temperature(3.0)])
    assert "instead of" in str(smallest_swap(banned_after, EXAMPLE))
    shifted = smallest_swap(
        Pipeline.from_json('[{"name":"logit_bias","biases":[[0,-1]]},{"name":"temperature","temperature":2}]'), EXAMPLE
    )
    assert shifted.kept == shifted.kept_swapped == 3
    assert "of the probability to other tokens" in str(shifted)


def test_the_nearest_pair_is_found_first():
    pipeline = Pipeline([TopK(3), TopK(2, on=False), Temperature(0.5), TopP(0.8)])
    swap = smallest_swap(pipeline, EXAMPLE)
    assert (swap.first, swap.second) == (2, 3)


@given(st.lists(st.sampled_from([TopK(2), MinP(0.1), TopP(0.7), Temperature(0.5), Temperature(3.0)]), max_size=5))
def test_a_swap_reports_what_exchanging_the_stages_does(stages):
    pipeline = Pipeline(stages)
    swap = smallest_swap(pipeline, TOY_LOGITS)
    if swap is None:
        return
    stages[swap.first], stages[swap.second] = stages[swap.second], stages[swap.first]
    other = Pipeline(stages).trace(TOY_LOGITS)
    now = pipeline.trace(TOY_LOGITS)
    assert (len(now.kept_ids), len(other.kept_ids)) == (swap.kept, swap.kept_swapped)
    assert float((now.after - other.after).abs().sum()) / 2 == pytest.approx(swap.moved_probability, abs=1e-6)
