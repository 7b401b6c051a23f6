"""One token and how it was chosen: what writing a text and reading one both give. B: batch, V: vocabulary."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from playground.errors import SettingsError
from playground.sampling.pipeline import Outcome
from playground.sampling.probabilities import entropy_bits


class Alternative(NamedTuple):
    """One of the likeliest tokens at a position, drawn or not."""

    id: int
    probability: float
    """The model's probability, before the stages."""
    probability_after: float
    """The probability after the stages, with which it could be drawn."""


@dataclass(frozen=True, slots=True)
class Step:
    """One token of a text, and the distribution that it was chosen from."""

    id: int
    position: int
    """Index in the text, prompt included, from 0."""
    probability: float
    """The model's probability, before the stages."""
    probability_after: float
    """The probability after the stages, with which it was drawn."""
    rank: int
    """Rank in the model's distribution; 1 is the likeliest."""
    log_probability: float
    """Natural logarithm of `probability`."""
    entropy_bits: float
    """Entropy of the model's distribution."""
    entropy_bits_after: float
    """Entropy after the stages."""
    seen_from: int
    """Index of the first token that the model saw: above 0 once the text is longer than the context."""
    rescued: bool
    """Whether a stage would have removed every token, so that the likeliest was kept."""
    alternatives: tuple[Alternative, ...]
    """The model's likeliest tokens, likeliest first."""

    @property
    def surprise_bits(self) -> float:
        """−log2 of the model's probability."""
        return -self.log_probability / math.log(2)

    def to_dict(self) -> dict[str, Any]:
        """Plain values that can be written as JSON."""
        return {**asdict(self), "alternatives": [other._asdict() for other in self.alternatives]}


def steps_at(
    ids: Tensor, logits: Tensor, outcome: Outcome, positions: Sequence[int], seen_from: Sequence[int], top_n: int
) -> list[Step]:
    """The steps of B tokens `ids` `(B,)` at these positions of a text, or of one text each.

    logits: the model's, `(B, V)`; outcome: what the stages made of them; seen_from: see `Step`; top_n: number of
    alternatives. Raises `SettingsError` where the logits are NaN.
    """
    # Call overhead dominates: few operations on stacked tensors are faster than many on single numbers.
    log_probs = logits.log_softmax(dim=-1)
    before = log_probs.exp()
    both = torch.stack([before, outcome.probs])  # (2, B, V)
    top = before.topk(min(top_n, before.shape[-1])).indices
    shown = torch.cat([ids.unsqueeze(-1), top], dim=-1)  # (B, 1 + N)
    p_before, p_after = both.gather(-1, shown.expand(2, -1, -1)).tolist()
    entropy_before, entropy_after = entropy_bits(both).tolist()
    log_p = log_probs.gather(-1, shown[:, :1])  # (B, 1)
    ranks = ((log_probs > log_p).sum(dim=-1) + 1).tolist()
    shown_ids, log_p_list, rescued = shown.tolist(), log_p[:, 0].tolist(), outcome.rescued.tolist()
    steps = [
        Step(
            id=shown_ids[row][0],
            position=positions[row],
            probability=p_before[row][0],
            probability_after=p_after[row][0],
            rank=ranks[row],
            log_probability=log_p_list[row],
            entropy_bits=entropy_before[row],
            entropy_bits_after=entropy_after[row],
            seen_from=seen_from[row],
            rescued=rescued[row],
            alternatives=tuple(map(Alternative, shown_ids[row][1:], p_before[row][1:], p_after[row][1:])),
        )
        for row in range(len(ids))
    ]
    if not all(math.isfinite(step.probability) for step in steps):
        raise SettingsError("The model gives NaN instead of probabilities; take an earlier step of the run.")
    return steps
