"""The nine words: the chapter's counts, many draws at once, and confidence bands."""

import math

import pytest
import torch

from playground.errors import SettingsError
from playground.sampling import (
    TOY_LOGITS,
    TOY_VOCABULARY,
    count_draws,
    entropy_bits,
    running_shares,
    softmax_with_temperature,
)
from playground.sampling.toy import wilson

CHAPTER = {
    1: [73, 0, 0, 582, 2, 0, 0, 343, 0],
    0.1: [0, 0, 0, 985, 0, 0, 0, 15, 0],
    5: [165, 75, 42, 239, 71, 46, 32, 227, 103],
}


@pytest.mark.parametrize("temperature", CHAPTER)
def test_counts_equal_the_chapters(temperature):
    probabilities = softmax_with_temperature(TOY_LOGITS, temperature)
    assert count_draws(probabilities, 1000, seed=123).tolist() == CHAPTER[temperature]


def test_vectorised_draws_equal_single_draws():
    probabilities = softmax_with_temperature(TOY_LOGITS, 1.7)
    torch.manual_seed(99)
    singles = torch.stack([torch.multinomial(probabilities, num_samples=1) for _ in range(3000)])
    assert torch.equal(count_draws(probabilities, 3000, seed=99), torch.bincount(singles[:, 0], minlength=9))


def test_a_million_draws_follow_the_probabilities():
    probabilities = softmax_with_temperature(TOY_LOGITS, 5)
    counts = count_draws(probabilities, 1_000_000)
    assert counts.sum() == 1_000_000
    deviation = (counts / 1e6 - probabilities) / (probabilities * (1 - probabilities) / 1e6).sqrt()
    assert deviation.abs().max() < 4


def test_draws_from_a_large_vocabulary_follow_the_probabilities():
    probabilities = softmax_with_temperature(torch.linspace(0, 9, 50_000), 0.5)
    counts = count_draws(probabilities, 100_000)
    assert counts.sum() == 100_000
    upper = float(probabilities[-5000:].sum())
    assert counts[-5000:].sum() / 1e5 == pytest.approx(upper, abs=0.01)


def test_drawing_does_not_change_the_global_random_state():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    count_draws(torch.tensor([0.5, 0.5]), 100)
    assert torch.equal(torch.rand(1), expected)


def test_a_word_without_probability_is_never_drawn():
    assert count_draws(torch.tensor([0.0, 1.0, 0.0]), 1000).tolist() == [0, 1000, 0]
    assert count_draws(torch.tensor([0.3, 0.7]), 0).tolist() == [0, 0]


@pytest.mark.parametrize("probabilities", [[0.5, 0.6], [1.5, -0.5], [float("nan"), 1.0], []])
def test_probabilities_that_do_not_sum_to_one_are_refused(probabilities):
    with pytest.raises(SettingsError, match="sum to 1"):
        count_draws(torch.tensor(probabilities), 10)


@pytest.mark.parametrize("n", [-1, 1_000_001])
def test_too_many_draws_are_refused(n):
    with pytest.raises(SettingsError, match="draws"):
        count_draws(torch.tensor([1.0]), n)
    with pytest.raises(SettingsError, match="draws"):
        running_shares(torch.tensor([1.0]), min(n, 0))


def test_exercise_5_1_pizza():
    pizza = TOY_VOCABULARY["pizza"]
    found = {t: count_draws(softmax_with_temperature(TOY_LOGITS, t), 1000)[pizza].item() for t in (1, 0.1, 5)}
    assert found == {1: 0, 0.1: 0, 5: 32}
    assert round(1000 * softmax_with_temperature(TOY_LOGITS, 5)[pizza].item()) == 43
    low, high = wilson(torch.tensor([32]), 1000)
    assert 1000 * low < 43 < 1000 * high


def test_bands_are_wilson_intervals():
    """Its ends are the shares for which the count is 1.96 standard deviations away from the mean."""
    for count, n in [(3, 10), (32, 1000), (582, 1000), (1, 1_000_000)]:
        for end, side in zip(wilson(torch.tensor([count]), n), (1, -1), strict=True):
            share = end.item()
            assert (count / n - share) / math.sqrt(share * (1 - share) / n) == pytest.approx(side * 1.95996, abs=1e-4)
    assert wilson(torch.tensor([0]), 10)[0].item() == 0
    assert wilson(torch.tensor([0]), 10)[1].item() == pytest.approx(0.2775, abs=1e-4)
    assert wilson(torch.tensor([10]), 10)[1].item() == 1


def test_bands_contain_the_probability_in_95_percent():
    probabilities = softmax_with_temperature(TOY_LOGITS, 5)
    bands = [wilson(count_draws(probabilities, 500, seed=seed), 500) for seed in range(200)]
    inside = torch.stack([(low <= probabilities) & (probabilities <= high) for low, high in bands])
    assert 0.93 < inside.double().mean() < 0.97


def test_running_shares_converge_to_the_counts():
    probabilities = softmax_with_temperature(TOY_LOGITS, 5)
    looked_at, shares = running_shares(probabilities, 1000, points=12)
    assert looked_at[0] == 1
    assert looked_at[-1] == 1000
    assert looked_at == sorted(set(looked_at))
    assert (shares[-1] * 1000).round().long().tolist() == CHAPTER[5]
    for n, row in zip(looked_at, shares, strict=True):
        assert torch.equal((row * n).round().long(), count_draws(probabilities, n))


def test_running_shares_over_several_chunks(monkeypatch):
    probabilities = softmax_with_temperature(TOY_LOGITS, 5)
    whole = running_shares(probabilities, 1000)
    monkeypatch.setattr("playground.sampling.toy._CHUNK", 9 * 64)
    in_pieces = running_shares(probabilities, 1000)
    assert in_pieces[0] == whole[0]
    assert torch.equal(in_pieces[1], whole[1])
    assert count_draws(probabilities, 1000).tolist() == CHAPTER[5]


@pytest.mark.parametrize(("temperature", "bits"), [(0, 0), (0.1, 0.074), (1, 1.317), (5, 2.884)])
def test_entropy_at_the_chapters_temperatures(temperature, bits):
    entropy = entropy_bits(softmax_with_temperature(TOY_LOGITS, temperature))
    assert round(entropy.item(), 3) == bits
