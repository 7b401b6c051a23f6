"""Logits to probabilities, entropy and ranks. V: vocabulary; …: any leading dimensions."""

import math

import torch
from torch import Tensor

from playground.errors import SettingsError
from playground.sampling.stages import Temperature


def softmax_with_temperature(logits: Tensor, temperature: float) -> Tensor:
    """The probabilities `(…, V)` of logits `(…, V)` divided by a temperature (book, section 5.3.1).

    Above 1 the distribution gets flatter, below 1 sharper. 0 is the greedy choice: probability 1 for the likeliest
    token, of several the first. Raises `SettingsError` for NaN, negative values, and those between 0 and 0.001.

    >>> softmax_with_temperature(torch.tensor([2.0, 0.0]), 2.0)
    tensor([0.7311, 0.2689])
    >>> softmax_with_temperature(torch.tensor([2.0, 0.0]), 0)
    tensor([1., 0.])
    """
    return Temperature(temperature)(logits.reshape(-1, logits.shape[-1])).softmax(dim=-1).reshape(logits.shape)


def entropy_bits(probs: Tensor) -> Tensor:
    """The entropy of distributions in bits: `(…, V)` → `(…)`. 2 to this power is the effective number of choices.

    >>> entropy_bits(torch.tensor([0.5, 0.5, 0.0]))
    tensor(1.)
    """
    return torch.special.entr(probs).sum(dim=-1) / math.log(2)


def rank_of(probs: Tensor, token_id: int) -> int:
    """Rank of a token in a distribution `(V,)`; 1 is the likeliest, and equally likely tokens share the better rank.

    >>> rank_of(torch.tensor([0.2, 0.6, 0.2]), 2)
    2
    """
    return int((probs > probs[token_id]).sum()) + 1


def check_logits(logits: Tensor) -> None:
    """Raise `SettingsError` for logits that are empty or contain NaN or +∞: they have no probabilities.

    >>> check_logits(torch.tensor([1.0, float("-inf")]))
    """
    if logits.numel() == 0:
        raise SettingsError("There are no logits to choose from; give at least one token.")
    if not logits.max().item() < math.inf:  # the maximum is NaN if any value is
        raise SettingsError("The logits hold NaN or infinity, so there is no choice; take another step of the run.")
