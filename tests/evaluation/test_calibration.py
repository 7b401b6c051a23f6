"""Reliability, calibration error and best temperature on made-up predictions."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluation.calibration import TEMPERATURES, TemperatureScan, best_temperature, reliability, wilson


def drawn(logits, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0]


@pytest.fixture(scope="module")
def logits():
    return 3 * torch.randn(20_000, 10, generator=torch.Generator().manual_seed(7))


def test_an_honest_model_has_bins_on_the_diagonal_and_a_small_error(logits):
    probabilities, targets = logits.softmax(-1), drawn(logits)
    found = reliability(probabilities.amax(-1), probabilities.argmax(-1) == targets)
    assert [each.n for each in found.bins] == [2000] * 10
    assert all(each.low - 0.02 <= each.confidence <= each.high + 0.02 for each in found.bins)
    assert found.error < 0.02


def test_an_overconfident_model_has_a_large_error(logits):
    targets, sure = drawn(logits), (3 * logits).softmax(-1)
    found = reliability(sure.amax(-1), sure.argmax(-1) == targets)
    assert found.error > 0.15
    assert found.bins[-1].confidence > found.bins[-1].high


def test_the_error_is_the_weighted_distance():
    found = reliability(torch.tensor([0.2, 0.2, 0.9, 0.9]), torch.tensor([False, False, True, False]), n_bins=2)
    assert [each.correct for each in found.bins] == [0.0, 0.5]
    assert found.error == pytest.approx((0.2 + 0.4) / 2)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.0, 1.7, 3.0])
def test_the_best_temperature_undoes_a_factor_of_the_logits(logits, factor):
    targets = drawn(logits)
    assert best_temperature([(factor * logits, targets)]) == pytest.approx(factor, rel=0.03)


def test_parts_give_the_same_as_the_whole(logits):
    targets, scan = drawn(logits), TemperatureScan()
    for some in torch.arange(len(logits)).split(333):
        scan.add(logits[some], targets[some])
    assert scan.best() == pytest.approx(best_temperature([(logits, targets)]))
    at_one = scan.losses()[TEMPERATURES.index(1.0)]
    assert at_one == pytest.approx(float(torch.nn.functional.cross_entropy(logits, targets)), abs=1e-5)


def test_without_a_minimum_inside_the_range_its_end_is_the_best():
    assert best_temperature([(torch.eye(4) * 8, torch.tensor([1, 2, 3, 0]))]) == TEMPERATURES[-1]


@given(share=st.floats(0, 1), n=st.integers(1, 10_000))
def test_an_interval_contains_its_share_and_stays_within_0_and_1(share, n):
    low, high = wilson(share, n)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


def test_nothing_to_compare_gives_no_bins():
    assert reliability(torch.empty(0), torch.empty(0, dtype=torch.bool)).bins == []
