"""What can be said of a written text in a few numbers: how likely it was, how varied it is, how much it repeats."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from playground.errors import TextError


@dataclass(frozen=True)
class TextScore:
    """The numbers of one text; shares lie between 0 and 1."""

    n_tokens: int
    mean_log_prob: float
    """Mean natural logarithm of the probability of each token."""
    perplexity: float
    """exp(-mean_log_prob): the model was as unsure as if it chose among so many tokens (book, chapter 5)."""
    distinct: tuple[float, float, float, float]
    """Share of different ones among the n-grams of 1, 2, 3 and 4 tokens (Li et al. 2016, distinct-n)."""
    repetition: float
    """Share of the 4-grams that stood in the text before (Welleck et al. 2019, seq-rep-4)."""


def score_text(ids: Sequence[int], log_probs: Sequence[float]) -> TextScore:
    """Score a text by its token ids and the natural log probability of each, both (T,).

    A token of probability zero gives a perplexity of infinity. Raises `TextError` if there is no token, if the lengths
    differ, or if a log probability is NaN or above zero.

    >>> score = score_text([5, 6, 5, 6, 5, 6], [math.log(0.5)] * 6)
    >>> round(score.perplexity, 3), score.distinct[:2], round(score.repetition, 3)
    (2.0, (0.3333333333333333, 0.4), 0.333)
    """
    if not ids or len(ids) != len(log_probs):
        raise TextError(f"There are {len(ids)} tokens and {len(log_probs)} probabilities; a score needs one of each.")
    if not all(value <= 1e-6 for value in log_probs):  # rounding may carry log 1 a little above zero; NaN fails as well
        raise TextError("A log probability is not a number or lies above zero, so the text cannot be scored.")
    mean = math.fsum(log_probs) / len(log_probs)
    try:
        perplexity = math.exp(-mean)
    except OverflowError:
        perplexity = math.inf
    one, two, three, four = (distinct_ngrams(ids, n) for n in (1, 2, 3, 4))
    return TextScore(len(ids), mean, perplexity, (one, two, three, four), 1 - four)


def distinct_ngrams(ids: Sequence[int], n: int) -> float:
    """Share of different ones among the n-grams of `ids`; 1 if the text is too short for any.

    >>> distinct_ngrams([1, 2, 1, 2], 2)
    0.6666666666666666
    """
    ngrams = list(zip(*(ids[i:] for i in range(n)), strict=False))
    return len(set(ngrams)) / len(ngrams) if ngrams else 1.0
