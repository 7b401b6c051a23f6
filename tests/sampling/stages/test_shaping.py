"""Temperature, logit bias and banned tokens, on numbers that can be checked by hand."""

import math

import pytest
import torch

from playground.errors import SettingsError
from playground.sampling import Ban, LogitBias, Temperature, softmax_with_temperature


@pytest.mark.parametrize("temperature", [1e-9, 9.9e-4, -1.0, math.nan, math.inf, 101.0])
def test_fault_58_temperature_out_of_bounds(temperature):
    with pytest.raises(SettingsError, match="emperature"):
        Temperature(temperature)
    with pytest.raises(SettingsError, match="emperature"):
        softmax_with_temperature(torch.tensor([1.0, 2.0]), temperature)


def test_fault_58_temperature_zero_is_greedy():
    logits = torch.tensor([[1.0, 5.0, 5.0], [7.0, 5.0, 5.0]])
    assert softmax_with_temperature(logits, 0).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert Temperature(0)(logits).argmax(-1).tolist() == logits.argmax(-1).tolist()


def test_the_smallest_temperature_gives_finite_probabilities():
    assert softmax_with_temperature(torch.tensor([-50.0, 80.0, 79.9]), 1e-3).tolist() == pytest.approx([0, 1, 0])


def test_logit_biases_add_up_and_unknown_tokens_are_named():
    assert LogitBias([(0, 1.5), (0, 1.0), (2, -100)])(torch.zeros(3)).tolist() == [2.5, 0, -100]
    for stage in (LogitBias([(3, 1.0)]), Ban([3])):
        with pytest.raises(SettingsError, match="there is no token 3 in a vocabulary of 3"):
            stage(torch.zeros(3))
