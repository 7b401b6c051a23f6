"""Is the model honest: does a token that it gives 70 % come in 7 of 10 cases?

N: predictions.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

TEMPERATURES = tuple(round(math.exp(math.log(4) * i / 12), 4) for i in range(-12, 13))
"""The temperatures that are tried, 1/4 to 4, evenly spaced on a logarithmic scale."""
_Z = 1.96  # of a normal distribution: 95 % lie within


@dataclass(frozen=True)
class Bin:
    """Predictions of similar confidence."""

    n: int
    confidence: float
    """Their mean confidence: the probability that the model gave its likeliest token."""
    correct: float
    """How often that token came."""
    low: float
    high: float
    """The 95 % interval of `correct` (Wilson 1927)."""


@dataclass(frozen=True)
class Reliability:
    """Bins with equal numbers of predictions, by rising confidence (Guo et al. 2017)."""

    bins: list[Bin]
    error: float
    """Expected calibration error: the mean distance of `confidence` and `correct`, weighted by `n`."""


def reliability(confidence: Tensor, correct: Tensor, n_bins: int = 10) -> Reliability:
    """Compare confidences `(N,)` with whether each prediction was `correct` `(N,)`, a bool.

    >>> found = reliability(torch.tensor([0.5, 0.5, 0.5, 0.5]), torch.tensor([True, False, True, False]), n_bins=1)
    >>> found.bins[0].correct, found.error
    (0.5, 0.0)
    """
    order = confidence.argsort(stable=True)
    bins = []
    for chosen in order.tensor_split(min(n_bins, len(order)) or 1):
        if len(chosen):
            share = float(correct[chosen].double().mean())
            low, high = wilson(share, len(chosen))
            bins.append(Bin(len(chosen), float(confidence[chosen].double().mean()), share, low, high))
    error = sum(each.n * abs(each.confidence - each.correct) for each in bins) / max(1, len(order))
    return Reliability(bins, error)


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share that was seen in n cases (Wilson 1927); it never leaves 0 to 1.

    >>> [round(bound, 3) for bound in wilson(0.5, 100)]
    [0.404, 0.596]
    """
    middle, half = share + _Z**2 / (2 * n), _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(0.0, (middle - half) / (1 + _Z**2 / n)), min(1.0, (middle + half) / (1 + _Z**2 / n))


class TemperatureScan:
    """The loss of the same predictions at each of `TEMPERATURES`, from logits that come in parts.

    >>> scan = TemperatureScan()
    >>> scan.add(torch.zeros(3, 7), torch.tensor([1, 2, 3]))
    >>> round(scan.losses()[0], 4) == round(math.log(7), 4)
    True
    """

    def __init__(self, temperatures: Sequence[float] = TEMPERATURES) -> None:
        self.temperatures = list(temperatures)
        self._total = torch.zeros(len(self.temperatures), dtype=torch.float64)
        self._n = 0

    def add(self, logits: Tensor, targets: Tensor) -> None:
        """Count the predictions of logits `(N, V)` for targets `(N,)`."""
        picked = logits.gather(-1, targets[:, None])[:, 0]
        for i, temperature in enumerate(self.temperatures):
            self._total[i] += ((logits / temperature).logsumexp(-1) - picked / temperature).double().sum().cpu()
        self._n += len(targets)

    def losses(self) -> list[float]:
        """The mean loss in nats at each temperature."""
        return list((self._total / max(1, self._n)).tolist())

    def best(self) -> float:
        """The temperature with the lowest loss; between the tried ones a parabola through the lowest three is used."""
        return _lowest(self.temperatures, self.losses())


def _lowest(temperatures: list[float], losses: list[float]) -> float:
    i = min(range(len(losses)), key=losses.__getitem__)
    if not 0 < i < len(losses) - 1:
        return temperatures[i]
    left, middle, right = losses[i - 1 : i + 2]
    bend = left - 2 * middle + right
    shift = 0.0 if bend <= 0 else (left - right) / (2 * bend)
    step = math.log(temperatures[i + 1] / temperatures[i])
    return temperatures[i] * math.exp(shift * step)


def best_temperature(batches: Iterable[tuple[Tensor, Tensor]]) -> float:
    """The temperature at which logits `(N, V)` predict their targets `(N,)` best.

    A trained model is right where this is 1, overconfident above, and too unsure below.

    >>> logits = torch.eye(4) * 8
    >>> best_temperature([(logits.repeat(2, 1), torch.tensor([0, 1, 2, 3, 1, 2, 3, 0]))]) > 1
    True
    """
    scan = TemperatureScan()
    for logits, targets in batches:
        scan.add(logits, targets)
    return scan.best()
