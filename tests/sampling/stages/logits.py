"""Short ways to write logits and to read which tokens remain."""

import torch
from torch import Tensor

from playground.sampling.stages.base import REMOVED


def logits_of(*probabilities: float) -> Tensor:
    """The logits of given probabilities."""
    return torch.tensor(probabilities).log()


def kept(logits: Tensor) -> list[int]:
    """The ids of the tokens that are not removed."""
    return (logits > REMOVED).nonzero().flatten().tolist()
