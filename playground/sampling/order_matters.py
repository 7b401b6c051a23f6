"""Whether the order of the stages makes a difference, and the smallest change of order that shows it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from playground.sampling.pipeline import Pipeline
from playground.sampling.probabilities import check_logits
from playground.sampling.stages import Moment, Stage
from playground.sampling.stages.base import NEVER, context_rows

NOTICEABLE = 1e-5
"""Probability that has to move for two distributions to count as different; rounding moves less."""


@dataclass(frozen=True)
class Swap:
    """Two stages that, exchanged, would leave another distribution."""

    first: int
    """Place of the earlier one in the pipeline, from 0."""
    second: int
    stages: tuple[Stage, Stage]
    """As they are now, the earlier one first."""
    kept: int
    """Tokens in the running as the stages are."""
    kept_swapped: int
    moved_probability: float
    """Probability that lies on other tokens after the swap (total variation)."""

    def __str__(self) -> str:
        earlier, later = (stage.title for stage in self.stages)
        difference = (
            f"would keep {_tokens(self.kept_swapped)} instead of {self.kept:,}"
            if self.kept_swapped != self.kept
            else f"would move {self.moved_probability:.1%} of the probability to other tokens"
        )
        return f"Order matters here: {later} before {earlier} {difference}."


def smallest_swap(
    pipeline: Pipeline, logits: Tensor, context: Tensor | None = None, moment: Moment | None = None
) -> Swap | None:
    """The smallest exchange of two stages that changes what is kept, or the distribution; None if none does.

    Neighbours (among the stages that are on) come first, then pairs further apart; among equal distances the earliest.
    logits: one row, `(V,)` or `(1, V)`. Raises `SettingsError` for logits that hold NaN or +∞.

    >>> from playground.sampling import Temperature, TopP
    >>> print(smallest_swap(Pipeline([Temperature(0.5), TopP(0.8)]), torch.tensor([3.0, 2.0, 1.0])))
    Order matters here: Top-p before Temperature would keep 2 tokens instead of 1.
    """
    check_logits(logits)
    rows = logits.reshape(1, -1).float()
    text, moment = context_rows(rows, context), moment or Moment()
    places = [place for place, stage in enumerate(pipeline.stages) if stage.on]
    now = pipeline.run(rows, text, moment).logits
    for distance in range(1, len(places)):
        for first, second in zip(places, places[distance:], strict=False):
            stages = list(pipeline.stages)
            if stages[first] == stages[second]:
                continue
            stages[first], stages[second] = stages[second], stages[first]
            other = Pipeline(stages).run(rows, text, moment).logits
            moved = float((now.softmax(-1) - other.softmax(-1)).clamp(min=0).sum())
            if moved > NOTICEABLE or not torch.equal(now > NEVER, other > NEVER):
                return Swap(
                    first=first,
                    second=second,
                    stages=(pipeline.stages[first], pipeline.stages[second]),
                    kept=int((now > NEVER).sum()),
                    kept_swapped=int((other > NEVER).sum()),
                    moved_probability=moved,
                )
    return None


def _tokens(count: int) -> str:
    return "1 token" if count == 1 else f"{count:,} tokens"
