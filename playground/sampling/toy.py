"""The chapter's nine words, and drawing from a handful of words many times. V: vocabulary, N: draws."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.errors import SettingsError
from playground.sampling.probabilities import entropy_bits, softmax_with_temperature

TOY_VOCABULARY: dict[str, int] = {
    "closer": 0,
    "every": 1,
    "effort": 2,
    "forward": 3,
    "inches": 4,
    "moves": 5,
    "pizza": 6,
    "toward": 7,
    "you": 8,
}
"""The nine words of the book's section 5.3 with their ids."""

TOY_LOGITS = torch.tensor([4.51, 0.89, -1.90, 6.75, 1.63, -1.62, -1.89, 6.28, 1.79])
"""The book's logits `(9,)` for the word after "every effort moves you"."""

MOST_DRAWS = 1_000_000
_AT_ONCE = 2**22  # random numbers held in memory at a time: 16 MiB
_MOST_NUMBERS = 2**24  # beyond, a number for every token and draw would take long (1,000 from 50,257: over a second)
_Z_95 = 1.959963984540054


def count_draws(probs: Tensor, n: int, seed: int = 123) -> Tensor:
    """How often each token comes in n draws, `(V,)`: the book's `print_sampled_tokens`, in one go.

    The counts are those of `torch.manual_seed(seed)` and n calls of `torch.multinomial(probs, 1)`, so a larger n only
    goes on where a smaller one stopped. (Where n · V is beyond 2²⁴, numbers are drawn the faster way, which follows the
    same probabilities but not the same sequence.) Raises `SettingsError` for n outside 0 to 1,000,000, or for
    probabilities that are none.

    >>> count_draws(torch.softmax(TOY_LOGITS, dim=-1), 1000)
    tensor([ 73,   0,   0, 582,   2,   0,   0, 343,   0])
    """
    counts = torch.zeros(len(probs), dtype=torch.long)
    for drawn in _draws(probs, n, seed):
        counts += torch.bincount(drawn, minlength=len(probs))
    return counts


@dataclass(frozen=True, eq=False)
class DrawReport:
    """Draws beside theory, each `(V,)`; the bands are Wilson's, from the counts at 95 %."""

    n: int
    counts: Tensor
    expected: Tensor
    """n times the probability."""
    low: Tensor
    high: Tensor
    """Between these, in counts, n · probability lies in 19 of 20 such experiments."""

    @property
    def inside(self) -> Tensor:
        """`(V,)`: whether the expected count lies in the band."""
        return (self.low <= self.expected) & (self.expected <= self.high)


def compare_draws(probs: Tensor, n: int, seed: int = 123) -> DrawReport:
    """Counts of n draws beside the expected ones, with 95 % bands (Wilson 1927); see `count_draws`.

    >>> report = compare_draws(softmax_with_temperature(TOY_LOGITS, 5.0), 1000)
    >>> pizza = TOY_VOCABULARY["pizza"]
    >>> int(report.counts[pizza]), round(float(report.expected[pizza])), bool(report.inside[pizza])
    (32, 43, True)
    """
    if n < 1:
        raise SettingsError(f"draws: {n} draws cannot be compared with anything; choose 1 or more.")
    counts = count_draws(probs, n, seed)
    low, high = wilson(counts, n)
    return DrawReport(n=n, counts=counts, expected=probs.double() * n, low=low * n, high=high * n)


def wilson(counts: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """95 % bands of the shares behind `counts` `(V,)` out of n: lower and upper ends, each `(V,)` from 0 to 1.

    Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".

    >>> low, high = wilson(torch.tensor([32]), 1000)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0228, 0.0448)
    """
    share, z2 = counts.double() / n, _Z_95**2
    middle = share + z2 / (2 * n)
    reach = _Z_95 * (share * (1 - share) / n + z2 / (4 * n * n)).sqrt()
    low, high = (middle - reach) / (1 + z2 / n), (middle + reach) / (1 + z2 / n)
    # at no draw and at all draws the bands end at 0 and 1 exactly; rounding must not say otherwise
    return low.clamp(min=0).masked_fill(counts == 0, 0.0), high.clamp(max=1).masked_fill(counts == n, 1.0)


def running_shares(probs: Tensor, n: int, seed: int = 123, points: int = 40) -> tuple[list[int], Tensor]:
    """How the shares settle as draws add up: the numbers of draws looked at, evenly spaced in log, and shares `(P, V)`.

    >>> looked_at, shares = running_shares(torch.tensor([0.5, 0.5]), 1000, points=4)
    >>> looked_at, tuple(shares.shape)
    ([1, 10, 100, 1000], (4, 2))
    """
    if n < 1:
        raise SettingsError(f"draws: there is nothing to show for {n} draws; choose 1 or more.")
    looked_at = sorted({round(n ** (point / max(points - 1, 1))) for point in range(points)} | {n})
    counts, done, shares = torch.zeros(len(probs), dtype=torch.long), 0, []
    waiting = list(looked_at)
    for drawn in _draws(probs, n, seed):
        start = 0
        while waiting and waiting[0] <= done + len(drawn):
            stop = waiting.pop(0) - done
            counts += torch.bincount(drawn[start:stop], minlength=len(probs))
            shares.append(counts.double() / (done + stop))
            start = stop
        counts += torch.bincount(drawn[start:], minlength=len(probs))
        done += len(drawn)
    return looked_at, torch.stack(shares)


def temperature_sweep(logits: Tensor, temperatures: Tensor) -> tuple[Tensor, Tensor]:
    """Probabilities `(S, V)` and entropy in bits `(S,)` of logits `(V,)` at S temperatures.

    >>> probs, entropy = temperature_sweep(TOY_LOGITS, torch.tensor([1.0, 0.1, 5.0]))
    >>> [round(bits, 3) for bits in entropy.tolist()]
    [1.317, 0.074, 2.884]
    """
    probs = torch.stack([softmax_with_temperature(logits, temperature) for temperature in temperatures.tolist()])
    return probs, entropy_bits(probs)


def _draws(probs: Tensor, n: int, seed: int) -> Iterator[Tensor]:
    """The ids of n draws, in pieces."""
    _check(probs, n)
    generator = torch.Generator().manual_seed(seed)
    probs = probs.detach().cpu()
    if n * len(probs) > _MOST_NUMBERS:
        yield torch.multinomial(probs, n, replacement=True, generator=generator)
        return
    rows = max(1, _AT_ONCE // len(probs))
    for start in range(0, n, rows):
        # one exponential for every token, the least of those divided by the probabilities wins: what multinomial does
        noise = torch.empty(min(rows, n - start), len(probs), dtype=probs.dtype).exponential_(generator=generator)
        yield (probs / noise).argmax(dim=-1)


def _check(probs: Tensor, n: int) -> None:
    if not 0 <= n <= MOST_DRAWS:
        raise SettingsError(f"draws: {n} is out of bounds; choose 0 to {MOST_DRAWS:,}.")
    if (
        probs.dim() != 1
        or not len(probs)
        or not bool((probs >= 0).all())
        or not math.isclose(float(probs.sum()), 1, abs_tol=1e-3)
    ):
        raise SettingsError("The probabilities to draw from must be a row of numbers from 0 on that sum to 1.")
