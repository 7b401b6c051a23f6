import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from playground.errors import SettingsError
from playground.model.cache import KVCache
from playground.model.gpt import GPTModel
from playground.model.shrink import Divergence, Int8Linear, divergence, is_coarse, shrink

IDS = torch.arange(40).view(2, 20)


@given(rows=st.sampled_from([1, 3, 16, 17, 40]), width=st.sampled_from([8, 32, 96]), bias=st.booleans())
def test_the_error_of_an_int8_layer_is_within_its_rounding(rows, width, bias):
    torch.manual_seed(rows + width)
    layer, x = nn.Linear(width, 48, bias=bias), torch.randn(2, rows, width)
    exact = layer(x)
    error = (Int8Linear(layer)(x) - exact).norm() / exact.norm()
    assert 0 < error < 0.015


def test_a_row_of_zeros_stays_zero():
    layer = nn.Linear(8, 2, bias=False)
    nn.init.zeros_(layer.weight)
    assert Int8Linear(layer)(torch.ones(1, 8)).equal(torch.zeros(1, 2))


@torch.inference_mode()
@pytest.mark.parametrize("weights", ["bfloat16", "int8"])
def test_smaller_weights_change_the_distribution_little_and_the_model_not_at_all(tiny, weights):
    before = {name: weight.clone() for name, weight in tiny.state_dict().items()}
    small = shrink(tiny, weights)
    found = divergence(tiny, small, IDS)
    assert 0 < found.mean_kl < 0.01
    assert found.mean_kl <= found.max_kl < 0.1
    assert found.same_choice_pct > 85
    assert all(weight.equal(before[name]) for name, weight in tiny.state_dict().items())
    assert type(tiny.out_head) is nn.Linear


@pytest.mark.parametrize(("weights", "most_pct"), [("bfloat16", 50), ("int8", 45)])
def test_the_copy_is_smaller_and_shares_nothing_that_is_changed(tiny, weights, most_pct):
    small = shrink(tiny, weights)
    sizes = [sum(t.nbytes for t in model.state_dict().values()) for model in (tiny, small)]
    assert sizes[1] <= sizes[0] * most_pct / 100
    assert not any(p.requires_grad for p in small.parameters())
    assert all(p.requires_grad for p in tiny.parameters())


@torch.inference_mode()
@pytest.mark.parametrize("weights", ["bfloat16", "int8"])
def test_smaller_weights_give_the_same_with_and_without_a_cache(tiny, weights):
    small = shrink(tiny, weights)
    cache = KVCache(small.config, 2, dtype=small.tok_emb.weight.dtype)
    logits = torch.cat([small(piece, cache) for piece in IDS.split([5] + 15 * [1], dim=1)], dim=1)
    probabilities = logits.float().softmax(-1)
    torch.testing.assert_close(probabilities, small(IDS).float().softmax(-1), rtol=0, atol=0.05)


def test_float32_is_the_model_itself(tiny):
    assert shrink(tiny, "float32") is tiny


def test_only_bfloat16_and_int8_are_coarse(tiny):
    found = [is_coarse(shrink(tiny, weights)) for weights in ("float32", "bfloat16", "int8")]
    assert found == [False, True, True]


def test_weights_that_do_not_exist_are_refused(tiny):
    with pytest.raises(SettingsError, match="no 'int4' weights; choose float32, bfloat16, int8"):
        shrink(tiny, "int4")


def test_int8_on_another_device_is_refused(tiny):
    with pytest.raises(SettingsError, match="int8 works on the cpu, and this model is on meta"):
        shrink(tiny.to("meta"), "int8")


def test_divergence_of_known_distributions(tiny):
    class Fixed(GPTModel):
        def __init__(self, *probabilities):
            nn.Module.__init__(self)
            self.logits = torch.tensor(probabilities).log()

        def forward(self, ids, cache=None):
            return self.logits.expand(*ids.shape, -1)

    found = divergence(Fixed(0.5, 0.5), Fixed(0.25, 0.75), IDS)
    assert found == Divergence(pytest.approx(0.143841, abs=1e-6), pytest.approx(0.143841, abs=1e-6), 0.0)
