"""How likely a model finds a given text: the steps of its tokens, and one score for all of it.

T: tokens, V: vocabulary, P: positions that are processed together.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from playground.config import DecodeConfig, PastContext
from playground.errors import TextError
from playground.model.gpt import GPTModel
from playground.sampling.pipeline import Outcome, Pipeline
from playground.sampling.reader import check_evaluating, context_limit, device_of, prompt_ids, window_start
from playground.sampling.stages import DrawState
from playground.sampling.steps import Step, steps_at

_CHUNK = 32  # positions whose distributions, or windows, are in memory at a time


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
    """The steps that `stream` would have given for the tokens of a text, from position `start` ≥ 1 to the end.

    ids: `(1, T)`, `(T,)` or a list
    decode: settings whose stages give `probability_after`; without them it is the model's own probability
    context_size: tokens the model sees at most; its context length if not given
    past_context: what the model sees of a longer text; that of `decode`, else `crop`, if not given
    top_n: number of alternatives in every step

    Stages that act at random always act here, and Mirostat has its initial limit. Raises `TextError` for an empty text
    or an unknown token, `SettingsError` for a model in training mode and when the model gives NaN.

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
    for first, logits in _logits_before(model, text, max(start, 1), size, past_context):  # (P, V)
        positions = range(first, first + len(logits))
        outcome = Outcome(logits, rescued=torch.zeros(len(logits), dtype=torch.bool))
        if pipeline is not None:
            outcome = _run_each(pipeline, logits, text, positions)
        seen_from = [window_start(position, size, past_context) for position in positions]
        steps += steps_at(text[0, first : positions.stop], logits, outcome, positions, seen_from, top_n)
    return steps


def _run_each(pipeline: Pipeline, logits: Tensor, text: Tensor, positions: range) -> Outcome:
    """The outcome of logits `(P, V)`, each row after the part of `text` before its position."""
    rows = zip(logits.split(1), positions, strict=True)
    outcomes = [pipeline.run(row, text[:, :position], DrawState()) for row, position in rows]
    return Outcome(
        logits=torch.cat([outcome.logits for outcome in outcomes]),
        rescued=torch.cat([outcome.rescued for outcome in outcomes]),
    )


def _logits_before(
    model: nn.Module, text: Tensor, start: int, size: int, past_context: PastContext
) -> Iterator[tuple[int, Tensor]]:
    """Chunks of the logits `(P, V)` for the tokens at positions `start`, `start + 1`, …, on the CPU.

    Each chunk comes with its first position.
    """
    device, length = device_of(model), text.shape[1]
    # the output head of a GPTModel is applied to a chunk at a time: its output for all positions could be large
    read, head = (model.hidden, model.out_head) if isinstance(model, GPTModel) else (model, nn.Identity())
    position = start
    while position < length and (position <= size or past_context == "jump"):
        seen_from = window_start(position, size, past_context)
        end = min(length, seen_from + size + 1)  # one pass serves all positions with this window
        out = read(text[:, seen_from : end - 1].to(device))[0, position - seen_from - 1 :]
        for first in range(0, len(out), _CHUNK):
            yield position + first, head(out[first : first + _CHUNK]).float().cpu()
        position = end
    for first in range(position, length, _CHUNK):  # cropped: every position has its own window
        last = min(first + _CHUNK, length)
        windows = torch.stack([text[0, position - size : position] for position in range(first, last)]).to(device)
        yield first, head(read(windows)[:, -1]).float().cpu()


@dataclass(frozen=True)
class TextScore:
    """The numbers of one text; shares lie between 0 and 1."""

    n_tokens: int
    mean_log_prob: float
    """Mean natural logarithm of the tokens' probabilities."""
    perplexity: float
    """exp(-mean_log_prob): the model was as unsure as if it chose among so many tokens (book, chapter 5)."""
    distinct: tuple[float, float, float, float]
    """Share of distinct n-grams among those of 1, 2, 3 and 4 tokens (Li et al. 2016, distinct-n)."""
    repetition: float
    """Share of the 4-grams that occurred in the text before (Welleck et al. 2019, seq-rep-4)."""


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
    if not all(value <= 1e-6 for value in log_probs):  # rounding can put log 1 slightly above zero; NaN fails as well
        raise TextError("A log probability is not a number or lies above zero, so the text cannot be scored.")
    mean = math.fsum(log_probs) / len(log_probs)
    try:
        perplexity = math.exp(-mean)
    except OverflowError:
        perplexity = math.inf
    one, two, three, four = (distinct_ngrams(ids, n) for n in (1, 2, 3, 4))
    return TextScore(len(ids), mean, perplexity, (one, two, three, four), 1 - four)


def distinct_ngrams(ids: Sequence[int], n: int) -> float:
    """Share of distinct n-grams of `ids`; 1 if the text is too short for any.

    >>> distinct_ngrams([1, 2, 1, 2], 2)
    0.6666666666666666
    """
    ngrams = list(zip(*(ids[i:] for i in range(n)), strict=False))
    return len(set(ngrams)) / len(ngrams) if ngrams else 1.0
