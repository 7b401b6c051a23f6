"""The book's nine words, and drawing from a distribution many times. V: vocabulary, P: points in time."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from playground.errors import SettingsError

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
Z_95 = 1.959963984540054
"""Half-width of a 95 % band in standard deviations."""
_CHUNK = 2**22  # random numbers in memory at a time: 16 MiB
_MAX_RANDOM_NUMBERS = 2**24  # one per token and draw; more take over a second (1,000 draws from 50,257 tokens)


def count_draws(probs: Tensor, n: int, seed: int = 123) -> Tensor:
    """How often each token is drawn in n draws, `(V,)`: the book's `print_sampled_tokens`, vectorised.

    The counts are those of `torch.manual_seed(seed)` and n calls of `torch.multinomial(probs, 1)`, so the first draws
    are the same for every n. Where n · V is above 2²⁴, one call of `torch.multinomial` draws all: the same
    distribution, but another sequence. Raises `SettingsError` for n outside 0 to 1,000,000, and for probabilities that
    are negative or do not sum to 1.

    >>> count_draws(torch.softmax(TOY_LOGITS, dim=-1), 1000)
    tensor([ 73,   0,   0, 582,   2,   0,   0, 343,   0])
    """
    counts = torch.zeros(len(probs), dtype=torch.long)
    for drawn in _draws(probs, n, seed):
        counts += torch.bincount(drawn, minlength=len(probs))
    return counts


def running_shares(probs: Tensor, n: int, seed: int = 123, points: int = 40) -> tuple[list[int], Tensor]:
    """How the tokens' shares converge as draws add up: numbers of draws, evenly spaced in log, and shares `(P, V)`.

    Draws as `count_draws` does; raises `SettingsError` like it, and for n = 0.

    >>> numbers, shares = running_shares(torch.tensor([0.5, 0.5]), 1000, points=4)
    >>> numbers, tuple(shares.shape)
    ([1, 10, 100, 1000], (4, 2))
    """
    if n < 1:
        raise SettingsError(f"draws: there is nothing to show for {n} draws; choose 1 or more.")
    numbers = sorted({round(n ** (point / max(points - 1, 1))) for point in range(points)} | {n})
    counts, done, shares = torch.zeros(len(probs), dtype=torch.long), 0, []
    ahead = list(numbers)
    for drawn in _draws(probs, n, seed):
        start = 0
        while ahead and ahead[0] <= done + len(drawn):
            stop = ahead.pop(0) - done
            counts += torch.bincount(drawn[start:stop], minlength=len(probs))
            shares.append(counts.double() / (done + stop))
            start = stop
        counts += torch.bincount(drawn[start:], minlength=len(probs))
        done += len(drawn)
    return numbers, torch.stack(shares)


def wilson(counts: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """95 % confidence bands of the shares behind `counts` `(V,)` out of n: lower and upper ends, `(V,)`, 0 to 1.

    Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".

    >>> low, high = wilson(torch.tensor([32]), 1000)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0228, 0.0448)
    """
    share, z2 = counts.double() / n, Z_95**2
    middle = share + z2 / (2 * n)
    reach = Z_95 * (share * (1 - share) / n + z2 / (4 * n * n)).sqrt()
    low, high = (middle - reach) / (1 + z2 / n), (middle + reach) / (1 + z2 / n)
    # with no draws of a token, or all, the band ends at exactly 0 or 1; rounding must not change that
    return low.clamp(min=0).masked_fill(counts == 0, 0.0), high.clamp(max=1).masked_fill(counts == n, 1.0)


def _draws(probs: Tensor, n: int, seed: int) -> Iterator[Tensor]:
    """The ids of n draws, in chunks."""
    _check(probs, n)
    generator = torch.Generator().manual_seed(seed)
    probs = probs.detach().cpu()
    if n * len(probs) > _MAX_RANDOM_NUMBERS:
        yield torch.multinomial(probs, n, replacement=True, generator=generator)
        return
    rows = max(1, _CHUNK // len(probs))
    for start in range(0, n, rows):
        # multinomial draws one exponential per token; the largest ratio of probability to it wins
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
