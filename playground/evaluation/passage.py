"""A passage with the loss of every token, and what else could have stood there: plain values for the page.

P: tokens of the passage, V: vocabulary, N: tokens of the text.
"""

import math
from dataclasses import dataclass
from typing import Any

import tiktoken
import torch
from torch import Tensor

from playground.config import GPT_CONFIG_124M
from playground.evaluation.reports import PASSAGE_TOKENS, OnProgress
from playground.evaluation.token_losses import predictions
from playground.model.gpt import GPTModel
from playground.text.tokenizer import StreamingDecoder, load_tokenizer, token_text

_ALTERNATIVES = 10
_CHAPTER_SEED = 123
_CHAPTER_TEXTS = ((16833, 3626, 6100, 345), (40, 1107, 588, 11311))
"""“every effort moves you” and “I really like chocolate” (book, section 5.1.2)."""


@dataclass(frozen=True, eq=False)
class Passage:
    """Tokens with the logits that predicted them."""

    ids: Tensor
    """`(P,)`."""
    logits: Tensor
    """`(P, V)` of the prediction of each token; rows of tokens that have nothing before them are NaN."""
    context: list[int]
    """How many tokens the model saw before each; 0: none, so that it has no loss."""


def read_passage(model: GPTModel, ids: Tensor, start: int, n_tokens: int = PASSAGE_TOKENS) -> Passage:
    """The tokens of a text `(N,)` from `start` on, each predicted with at least half a context before it if there is.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=4, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> passage = read_passage(model, torch.arange(20), 10, 3)
    >>> passage.ids.tolist(), passage.context, passage.logits.shape
    ([10, 11, 12], [2, 3, 4], torch.Size([3, 50]))
    """
    chosen = ids[start : start + n_tokens].long()
    first = max(0, start - max(1, model.config.context_length // 2))
    text = ids[first : start + len(chosen)].long()
    rows = torch.full((len(chosen), model.config.vocab_size), math.nan)
    context = [0] * len(chosen)
    if len(text) > 1:
        for found, logits, _ in predictions(model, text):
            for window, row in zip(found, logits, strict=True):
                for position in window.counted:
                    place = first + position - start
                    if place >= 0:
                        rows[place] = row[position - window.start - 1]
                        context[place] = position - window.start
    return Passage(chosen, rows, context)


def describe(passage: Passage, tokenizer: tiktoken.Encoding, start: int, total: int) -> dict[str, Any]:
    """A passage that begins at `start` of a text of `total` tokens: `tokens` (see `_rows`) and their mean `loss`."""
    decoder = StreamingDecoder(tokenizer)
    return {
        "tokens": _rows(passage, tokenizer, decoder),
        "start": start,
        "total": total,
        "per_passage": PASSAGE_TOKENS,
        "vocab_size": passage.logits.shape[1],
        "loss": mean_loss(passage),
    }


def _rows(passage: Passage, tokenizer: tiktoken.Encoding, decoder: StreamingDecoder) -> list[dict[str, Any]]:
    """For each token its texts `t` and `d`, its id `i`, `c` tokens of context, and where it was predicted:

    `p` probability, `r` rank from 1, `h` entropy in bits, `z` its logit, `l` its loss in nats, `m` the probability of
    the likeliest token, and `a`, the likeliest tokens as id, name and probability.
    """
    logs = passage.logits.double().log_softmax(-1)
    picked = logs.gather(-1, passage.ids[:, None])[:, 0]
    ranks = (logs > picked[:, None]).sum(-1) + 1
    entropies = -(logs.exp() * logs).sum(-1) / math.log(2)
    top = logs.topk(min(_ALTERNATIVES, logs.shape[1]), dim=-1)
    rows = []
    for place, token in enumerate(passage.ids.tolist()):
        text, name = decoder.push(token), token_text(token, tokenizer)
        row: dict[str, Any] = {
            "i": token,
            "t": text,
            "c": passage.context[place],
            **({} if name == text else {"d": name}),
        }
        if passage.context[place]:
            row |= {
                "p": float(picked[place].exp()),
                "r": int(ranks[place]),
                "h": float(entropies[place]),
                "z": float(passage.logits[place, token]),
                "l": -float(picked[place]),
                "m": float(top.values[place, 0].exp()),
                "a": [
                    [other, token_text(other, tokenizer), float(log.exp())]
                    for other, log in zip(top.indices[place].tolist(), top.values[place], strict=True)
                ],
            }
        rows.append(row)
    return rows


def mean_loss(passage: Passage) -> float | None:
    """The mean loss in nats of the tokens that were predicted; None without any."""
    counted = torch.tensor(passage.context) > 0
    if not bool(counted.any()):
        return None
    logs = passage.logits[counted].double().log_softmax(-1)
    return -float(logs.gather(-1, passage.ids[counted][:, None]).mean())


def chapter_passage(*, on_progress: OnProgress) -> dict[str, Any]:
    """The book's two sentences under its untrained model, as `describe` gives them.

    For a process of its own: its weights are drawn with the process's random state, which threads share; and 162
    million of them take 650 MB until it ends.
    """
    on_progress(0.0)
    torch.manual_seed(_CHAPTER_SEED)
    model, tokenizer = GPTModel(GPT_CONFIG_124M).eval(), load_tokenizer()
    parts = [read_passage(model, torch.tensor(ids), 0) for ids in _CHAPTER_TEXTS]
    whole = Passage(
        torch.cat([part.ids for part in parts]),
        torch.cat([part.logits for part in parts]),
        [context for part in parts for context in part.context],
    )
    answer = describe(whole, tokenizer, 0, len(whole.ids))
    second = answer["tokens"][len(_CHAPTER_TEXTS[0])]
    second |= {"d": second["t"], "t": f"\n{second['t']}"}  # a line of its own
    return answer | {
        "step": 0,
        "model": "GPT_CONFIG_124M, seed 123, untrained",
        "references": {"uniform": math.log(GPT_CONFIG_124M.vocab_size)},
    }
