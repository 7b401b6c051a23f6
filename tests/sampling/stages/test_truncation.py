"""The stages that remove tokens by their logits, on numbers that can be checked by hand."""

import pytest
import torch

from playground.errors import SettingsError
from playground.sampling import MinP, TopK, TopNSigma, TopP, Typical
from playground.sampling.stages.base import REMOVED
from tests.sampling.stages.logits import kept, logits_of


def test_fault_57_top_k_out_of_bounds():
    for k in (0, -1):
        with pytest.raises(SettingsError, match="k: input should be greater than or equal to 1"):
            TopK(k)
    logits = torch.tensor([3.0, 1.0, 2.0])
    assert torch.equal(TopK(4)(logits), logits)
    assert torch.equal(TopK(262_144)(logits), logits)


def test_top_k_keeps_ties_at_the_kth_value():
    assert kept(TopK(2)(torch.tensor([1.0, 3.0, 2.0, 2.0, 0.0]))) == [1, 2, 3]


def test_top_p_keeps_the_smallest_set_that_reaches_p():
    logits = logits_of(0.5, 0.25, 0.15, 0.1)
    assert kept(TopP(0.5)(logits)) == [0]
    assert kept(TopP(0.51)(logits)) == [0, 1]
    assert kept(TopP(0.76)(logits)) == [0, 1, 2]
    assert kept(TopP(1e-9)(logits)) == [0]


def test_top_p_of_one_keeps_all_tokens_despite_rounding():
    logits = torch.cat([torch.zeros(1), torch.full((5000,), -30.0)])
    assert len(kept(TopP(1.0)(logits))) == 5001


def test_top_p_keeps_ties_at_its_threshold():
    assert kept(TopP(0.6)(logits_of(0.4, 0.3, 0.3))) == [0, 1, 2]


def test_top_p_over_a_large_flat_vocabulary():
    flat = torch.arange(2000.0) * 1e-4
    by_rank = flat.double().softmax(-1).flip(0).cumsum(0)
    expected = int((by_rank < 0.9).sum()) + 1
    assert abs(len(kept(TopP(0.9)(flat))) - expected) <= 1


def test_min_p_is_relative_to_the_likeliest_token():
    logits = logits_of(0.5, 0.3, 0.15, 0.05)
    assert kept(MinP(0.2)(logits)) == [0, 1, 2]
    assert kept(MinP(1.0)(logits)) == [0]
    assert kept(MinP(0)(logits)) == [0, 1, 2, 3]


def test_typical_may_remove_the_likeliest_token():
    # entropy 2.02 bits: the tokens of 1/4 (2 bits) are typical, the likeliest of 3/8 (1.4 bits) is not
    assert kept(Typical(0.4)(logits_of(0.375, 0.25, 0.25, 0.125))) == [1, 2]


def test_top_n_sigma_is_independent_of_the_temperature():
    logits = torch.tensor([8.0, 7.0, 3.0, 2.0, 1.0, 0.5])
    assert kept(TopNSigma(1)(logits)) == [0, 1]
    assert kept(TopNSigma(1)(logits / 7)) == [0, 1]
    assert kept(TopNSigma(0)(logits)) == [0]


def test_top_n_sigma_ignores_removed_tokens():
    logits = torch.tensor([8.0, 7.0, REMOVED, REMOVED, 4.0])
    assert kept(TopNSigma(1)(logits)) == kept(TopNSigma(1)(torch.tensor([8.0, 7.0, 4.0])))
