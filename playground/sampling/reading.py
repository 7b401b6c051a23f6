"""What a model thinks of a text that is there already. T: tokens, V: vocabulary."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from playground.config import DecodeConfig, PastContext
from playground.sampling.pipeline import Pipeline
from playground.sampling.reader import check_evaluating, context_limit, device_of, prompt_ids
from playground.sampling.stages import Moment
from playground.sampling.steps import Step, steps_at
from playground.sampling.window import window_start

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
