"""One token and how it came about: what every way of writing or reading a text gives. B: batch, V: vocabulary."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from playground.errors import SettingsError
from playground.sampling.probabilities import entropy_bits


class Alternative(NamedTuple):
    """One of the likeliest tokens at a place, drawn or not."""

    id: int
    probability: float
    """Under the model."""
    probability_after: float
    """After the stages: what it was drawn with."""


@dataclass(frozen=True, slots=True)
class Step:
    """One token, and how it came about."""

    id: int
    position: int
    """Its place in the text, prompt included, from 0."""
    probability: float
    """Under the model, before the stages."""
    probability_after: float
    """After the stages: what it was drawn with."""
    rank: int
    """Place in the model's ranking, 1 for the likeliest."""
    log_probability: float
    """Natural logarithm of `probability`."""
    entropy_bits: float
    """How unsure the model was."""
    entropy_bits_after: float
    """How unsure the stages left it."""
    seen_from: int
    """First place of the text that the model still saw: above 0 once the text outgrows the context."""
    rescued: bool
    """Whether a stage would have left no token, so that the likeliest was kept."""
    alternatives: tuple[Alternative, ...]
    """The model's likeliest tokens, likeliest first."""

    @property
    def surprise_bits(self) -> float:
        """How surprising the token was to the model: −log2 of its probability."""
        return -self.log_probability / math.log(2)

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, fit for JSON."""
        return {**asdict(self), "alternatives": [other._asdict() for other in self.alternatives]}


def steps_at(
    ids: Tensor,
    log_probs: Tensor,
    after: Tensor,
    rescued: Tensor,
    places: Sequence[int],
    seen_from: Sequence[int],
    top_n: int,
) -> list[Step]:
    """One step for each of `ids` `(B,)`, which stand at `places`, where the model saw the text from `seen_from` on.

    log_probs: the model's log probabilities `(B, V)`; after: the probabilities after the stages, `(B, V)`; rescued:
    `(B,)`. Raises `SettingsError` where they are NaN.
    """
    # few operations on much, rather than many on little: each costs as much as it does on a thousand numbers
    before = log_probs.exp()
    both = torch.stack([before, after])  # (2, B, V)
    top = before.topk(min(top_n, before.shape[-1])).indices
    shown = torch.cat([ids.unsqueeze(-1), top], dim=-1)  # (B, 1 + N)
    p_before, p_after = both.gather(-1, shown.expand(2, -1, -1)).tolist()
    entropy_before, entropy_after = entropy_bits(both).tolist()
    log_p = log_probs.gather(-1, shown[:, :1])
    ranks = ((log_probs > log_p).sum(dim=-1) + 1).tolist()
    steps = [
        Step(
            id=shown_ids[0],
            position=place,
            probability=p[0],
            probability_after=p_then[0],
            rank=ranks[row],
            log_probability=log_probability,
            entropy_bits=entropy_before[row],
            entropy_bits_after=entropy_after[row],
            seen_from=first_seen,
            rescued=was_rescued,
            alternatives=tuple(map(Alternative, shown_ids[1:], p[1:], p_then[1:])),
        )
        for row, (shown_ids, place, first_seen, p, p_then, (log_probability,), was_rescued) in enumerate(
            zip(shown.tolist(), places, seen_from, p_before, p_after, log_p.tolist(), rescued.tolist(), strict=True)
        )
    ]
    if not all(math.isfinite(step.probability) for step in steps):
        raise SettingsError("The model gives NaN instead of probabilities; take an earlier step of the run.")
    return steps
