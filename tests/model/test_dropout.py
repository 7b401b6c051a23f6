import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from playground.model import dropout as dropout_module
from playground.model.dropout import attention_with_dropout, dropout


@given(rate=st.sampled_from([0.01, 0.1, 0.5, 0.9]), seed=st.integers(0, 100))
def test_the_rate_is_met_and_the_mean_stays(rate, seed):
    torch.manual_seed(seed)
    n = 200_000
    kept = dropout(torch.ones(n), rate)
    spread = 5 * (rate * (1 - rate) / n) ** 0.5
    assert (kept == 0).float().mean().item() == pytest.approx(rate, abs=spread)
    assert kept[kept != 0].unique().item() == pytest.approx(1 / (1 - rate), rel=1e-4 / (1 - rate))


@given(shape=st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_every_shape_is_served(shape):
    x = torch.ones(shape)
    assert dropout(x, 0.5).shape == x.shape
    assert set(dropout(x, 0.5).flatten().tolist()) <= {0.0, 2.0}


def test_places_are_drawn_independently():
    torch.manual_seed(0)
    dropped = (dropout(torch.ones(100_000), 0.3) == 0).float()
    for distance in (1, 2, 3, 4, 1000):
        both = (dropped[:-distance] * dropped[distance:]).mean().item()
        assert both == pytest.approx(0.09, abs=0.005), distance


def test_the_seed_decides_and_evaluation_or_rate_zero_change_nothing():
    x = torch.randn(50)
    torch.manual_seed(1)
    first = dropout(x, 0.2)
    torch.manual_seed(1)
    assert dropout(x, 0.2).equal(first)
    before = torch.get_rng_state()
    assert dropout(x, 0.2, training=False) is x
    assert dropout(x, 0.0) is x
    assert torch.get_rng_state().equal(before)


def test_the_gradient_passes_where_the_numbers_do():
    x = torch.randn(1000, requires_grad=True)
    out = dropout(x, 0.4)
    out.sum().backward()
    torch.testing.assert_close(x.grad * x, out)


def test_attention_without_its_dropout_is_the_plain_one():
    q, k, v = torch.randn(3, 2, 4, 7, 8)
    torch.manual_seed(0)
    nearly_none = attention_with_dropout(q, k, v, 1e-9)  # drops one in 65,536 at most
    plain = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    torch.testing.assert_close(nearly_none, plain, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_attention_s_gradients_are_those_of_the_same_steps_taken_one_by_one(dtype, monkeypatch):
    stays = (torch.rand(8, 6, 6) < 0.7).to(torch.uint8)
    monkeypatch.setattr(dropout_module, "_draw", lambda shape, rate: (stays, 1.5))
    q, k, v = (x.to(dtype).requires_grad_() for x in torch.randn(3, 2, 4, 6, 8))
    slope = torch.randn(2, 4, 6, 8).to(dtype)
    found = attention_with_dropout(q, k, v, 0.3)
    gradients = torch.autograd.grad(found, (q, k, v), slope)
    scores = (q @ k.transpose(2, 3) / 8**0.5).masked_fill(torch.ones(6, 6).triu(1).bool(), -torch.inf)
    plain = (scores.softmax(-1) * stays.view(2, 4, 6, 6) * 1.5) @ v
    tolerance = {"rtol": 1e-4, "atol": 1e-5} if dtype == torch.float32 else {"rtol": 0.05, "atol": 0.1}
    torch.testing.assert_close(found, plain, **tolerance)
    for one, other in zip(gradients, torch.autograd.grad(plain, (q, k, v), slope), strict=True):
        torch.testing.assert_close(one, other, **tolerance)


def test_under_autocast_attention_keeps_the_type_of_its_inputs():
    x = torch.randn(1, 2, 5, 4, dtype=torch.bfloat16, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = attention_with_dropout(x, x, x, 0.2)
    out.sum().backward()
    assert out.dtype == x.grad.dtype == torch.bfloat16


def test_only_a_byte_a_place_is_kept():
    x, kept = torch.randn(64, requires_grad=True), []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.nbytes) or t, lambda t: t):
        dropout(x, 0.5)
    assert kept == [64]


def test_attention_s_mean_over_many_draws_is_the_plain_one():
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 1, 2, 5, 4)
    many = [x.expand(20_000, 2, 5, 4) for x in (q, k, v)]
    mean = attention_with_dropout(*many, 0.3).mean(0, keepdim=True)
    plain = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    torch.testing.assert_close(mean, plain, rtol=0, atol=0.05)


def test_bfloat16_stays_bfloat16():
    assert dropout(torch.ones(8, dtype=torch.bfloat16), 0.5).dtype == torch.bfloat16
