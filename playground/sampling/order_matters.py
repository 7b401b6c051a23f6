"""Whether the order of the stages makes a difference, and the smallest change of order that shows it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from playground.sampling.pipeline import Pipeline
from playground.sampling.probabilities import check_logits
from playground.sampling.stages import DrawState, Stage
from playground.sampling.stages.base import REMOVED, context_rows

_NOTICEABLE = 1e-5  # probability that two distributions must differ by; rounding moves less


@dataclass(frozen=True)
class Swap:
    """Two stages whose exchange changes the distribution; `str(swap)` is a sentence."""

    first: int
    """Index of the earlier stage in the pipeline, from 0."""
    second: int
    stages: tuple[Stage, Stage]
    """The two stages, in their present order."""
    kept: int
    """Number of remaining tokens in the present order."""
    kept_swapped: int
    moved_probability: float
    """Probability that the swap shifts to other tokens (total variation)."""

    def __str__(self) -> str:
        return self.sentence("token")

    def sentence(self, unit: str) -> str:
        """What the swap would change, with `unit` ("token", "word") as the name of what is chosen."""
        earlier, later = (stage.title for stage in self.stages)
        difference = (
            f"would keep {_count(self.kept_swapped, unit)} instead of {self.kept:,}"
            if self.kept_swapped != self.kept
            else f"would move {self.moved_probability:.1%} of the probability to other tokens"
        )
        return f"Order matters here: {later} before {earlier} {difference}."


def smallest_swap(
    pipeline: Pipeline, logits: Tensor, context: Tensor | None = None, state: DrawState | None = None
) -> Swap | None:
    """The first exchange of two stages that changes the resulting distribution; None if none does.

    Only stages that are on are exchanged: neighbours first, then pairs with a growing distance, each from the front of
    the pipeline. logits: one row, `(V,)` or `(1, V)`. Raises `SettingsError` for logits with NaN or +∞.

    >>> from playground.sampling import Temperature, TopP
    >>> print(smallest_swap(Pipeline([Temperature(0.5), TopP(0.8)]), torch.tensor([3.0, 2.0, 1.0])))
    Order matters here: Top-p before Temperature would keep 2 tokens instead of 1.
    """
    check_logits(logits)
    rows = logits.reshape(1, -1).float()
    text, state = context_rows(rows, context), state or DrawState()
    on = [index for index, stage in enumerate(pipeline.stages) if stage.on]
    now = pipeline.run(rows, text, state)
    for distance in range(1, len(on)):
        for first, second in zip(on, on[distance:], strict=False):
            stages: list[Stage] = list(pipeline.stages)
            if stages[first] == stages[second]:
                continue
            stages[first], stages[second] = stages[second], stages[first]
            swapped = Pipeline(stages).run(rows, text, state)
            moved = float((now.probs - swapped.probs).clamp(min=0).sum())
            if moved > _NOTICEABLE or not torch.equal(now.logits > REMOVED, swapped.logits > REMOVED):
                return Swap(
                    first=first,
                    second=second,
                    stages=(pipeline.stages[first], pipeline.stages[second]),
                    kept=int((now.logits > REMOVED).sum()),
                    kept_swapped=int((swapped.logits > REMOVED).sum()),
                    moved_probability=moved,
                )
    return None


def _count(count: int, unit: str) -> str:
    return f"1 {unit}" if count == 1 else f"{count:,} {unit}s"
