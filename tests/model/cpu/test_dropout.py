import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.model.cpu.dropout import add_with_dropout, draw, dropout


@given(rate=st.sampled_from([0.01, 0.1, 0.5, 0.9]), seed=st.integers(0, 100))
def test_dropout_has_the_rate_and_keeps_the_mean(rate, seed):
    torch.manual_seed(seed)
    n = 200_000
    kept = dropout(torch.ones(n), rate)
    spread = 5 * (rate * (1 - rate) / n) ** 0.5
    assert (kept == 0).float().mean().item() == pytest.approx(rate, abs=spread)
    assert kept[kept != 0].unique().item() == pytest.approx(1 / (1 - rate), rel=1e-4 / (1 - rate))


@given(shape=st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_any_shape_can_be_dropped_out(shape):
    x = torch.ones(shape)
    assert dropout(x, 0.5).shape == x.shape
    assert set(dropout(x, 0.5).flatten().tolist()) <= {0.0, 2.0}


def test_values_are_dropped_independently():
    torch.manual_seed(0)
    dropped = (dropout(torch.ones(100_000), 0.3) == 0).float()
    for distance in (1, 2, 3, 4, 1000):
        both = (dropped[:-distance] * dropped[distance:]).mean().item()
        assert both == pytest.approx(0.09, abs=0.005), distance


def test_the_seed_decides_and_evaluation_or_rate_zero_drop_nothing():
    x = torch.randn(50)
    torch.manual_seed(1)
    first = dropout(x, 0.2)
    torch.manual_seed(1)
    assert dropout(x, 0.2).equal(first)
    before = torch.get_rng_state()
    assert dropout(x, 0.2, training=False) is x
    assert dropout(x, 0.0) is x
    assert torch.get_rng_state().equal(before)


def test_the_gradient_is_masked_like_the_values():
    x = torch.randn(1000, requires_grad=True)
    out = dropout(x, 0.4)
    out.sum().backward()
    torch.testing.assert_close(x.grad * x, out)


def test_the_backward_pass_keeps_one_byte_per_value():
    x, kept = torch.randn(64, requires_grad=True), []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.nbytes) or t, lambda t: t):
        dropout(x, 0.5)
    assert kept == [64]


def test_bfloat16_stays_bfloat16():
    assert dropout(torch.ones(8, dtype=torch.bfloat16), 0.5).dtype == torch.bfloat16


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_add_with_dropout_equals_adding_a_dropout(rate):
    x, change = torch.randn(2, 500, requires_grad=True), torch.randn(2, 500, requires_grad=True)
    slope = torch.randn(2, 500)
    torch.manual_seed(3)
    added = add_with_dropout(x, change, rate)
    torch.manual_seed(3)
    plain = x + dropout(change, rate)
    torch.testing.assert_close(added, plain)
    for one, other in zip(*(torch.autograd.grad(y, (x, change), slope) for y in (added, plain)), strict=True):
        torch.testing.assert_close(one, other)


def test_in_evaluation_nothing_is_dropped_before_adding():
    assert add_with_dropout(torch.ones(9), torch.ones(9), 0.9, training=False).tolist() == [2.0] * 9


@given(shape=st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_a_mask_has_the_requested_shape(shape):
    stays, scale = draw(torch.Size(shape), 0.25)
    assert stays.shape == torch.Size(shape)
    assert set(stays.flatten().tolist()) <= {0, 1}
    assert scale == pytest.approx(4 / 3)
