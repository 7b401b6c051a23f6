"""What a model thinks of a text that is there already, and the numbers that follow. T: tokens, V: vocabulary."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from playground.config import DecodeConfig, PastContext
from playground.errors import TextError
from playground.sampling.pipeline import Pipeline
from playground.sampling.reader import check_evaluating, context_limit, device_of, prompt_ids, window_start
from playground.sampling.stages import Moment
from playground.sampling.steps import Step, steps_at

_AT_ONCE = 32  # places whose distributions, or windows, are held in memory at a time


@torch.inference_mode()
def read_text(
    model: nn.Module,
    ids: Tensor | list[int],
    *,
    start: int = 1,
    decode: DecodeConfig | None = None,
    context_size: int | None = None,
    past_context: PastContext | None = None,
    top_n: int = 10,
) -> list[Step]:
    """The steps that a text's tokens would have been, from place `start` (at least 1) to its end.

    ids: `(1, T)`, `(T,)` or a list. Each token is judged by what the model saw before it, as while writing: at most
    `context_size` tokens, from where `past_context` says (else `decode`, else the book). Without `decode`, the
    probabilities after the stages are the model's own; a stage that tosses a coin or remembers is taken as at the
    start. Raises `TextError` for an empty text or unknown tokens.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> [(step.position, step.id) for step in read_text(model, [4, 8, 15])]
    [(1, 8), (2, 15)]
    """
    check_evaluating(model)
    text = prompt_ids(ids, model)[:1]
    pipeline = None if decode is None else Pipeline.from_decode(decode)
    size = context_limit(model, context_size)
    past_context = past_context or (decode or DecodeConfig()).past_context
    steps: list[Step] = []
    # logits (P, V) of places first, first + 1, …
    for first, logits in _logits_before(model, text, max(start, 1), size, past_context):
        after, rescued = logits, torch.zeros(len(logits), dtype=torch.bool)
        if pipeline is not None:
            outcomes = [pipeline.run(row[None], text[:, : first + place], Moment()) for place, row in enumerate(logits)]
            after = torch.cat([outcome.logits for outcome in outcomes])
            rescued = torch.cat([outcome.rescued for outcome in outcomes])
        drawn = text[0, first : first + len(logits)]
        places = range(first, first + len(logits))
        seen_from = [window_start(place, size, past_context) for place in places]
        steps += steps_at(drawn, logits.log_softmax(dim=-1), after.softmax(dim=-1), rescued, places, seen_from, top_n)
    return steps


def _logits_before(
    model: nn.Module, text: Tensor, start: int, size: int, past_context: PastContext
) -> Iterator[tuple[int, Tensor]]:
    """Places and the logits `(P, V)` from which their tokens would have been drawn, in pieces, on the CPU."""
    device, length = device_of(model), text.shape[1]
    hidden_of = getattr(model, "hidden", None)
    place = start
    while place < length and (place <= size or past_context == "jump"):
        seen_from = window_start(place, size, past_context)
        end = min(length, seen_from + size + 1)  # one pass gives every place that is seen from there
        out = (hidden_of or model)(text[:, seen_from : end - 1].to(device))[0, place - seen_from - 1 :]
        for first in range(0, len(out), _AT_ONCE):
            piece = out[first : first + _AT_ONCE]
            yield place + first, (model.out_head(piece) if hidden_of else piece).float().cpu()
        place = end
    for first in range(place, length, _AT_ONCE):  # cropped: every place has a window of its own
        last = min(first + _AT_ONCE, length)
        windows = torch.stack([text[0, place - size : place] for place in range(first, last)]).to(device)
        yield first, (model.out_head(hidden_of(windows)[:, -1]) if hidden_of else model(windows)[:, -1]).float().cpu()


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
