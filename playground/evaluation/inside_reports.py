"""What happens inside a model, as plain values for the page; those that take long run in a process of their own.

L: layers, H: heads, T: tokens that the model saw, V: vocabulary.
"""

import base64
from pathlib import Path
from typing import Any

import tiktoken
import torch
from torch import Tensor

from playground.config import DecodeConfig, WeightsName
from playground.evaluation.heads import HeadScores, head_scores
from playground.evaluation.inspect import Effect, Look, Picture, each_part, effect_of, look
from playground.evaluation.learning import thinned
from playground.evaluation.reports import OnProgress
from playground.model.gpt import GPTModel
from playground.model.inside import SwitchedOff
from playground.model.shrink import shrink
from playground.sampling.writing import write_text
from playground.text.tokenizer import StreamingDecoder, token_ids_to_text, token_text
from playground.training.runs.run import Run
from playground.training.runs.store import RunStore

THUMB_COLUMNS = 64
"""Columns of a head's small picture: of several places that share one, the most looked at counts."""
_LIKELIEST = 5
_COMPARED = 8
_MAX_STEPS = 40
_ROWS = 24  # of the list of all parts, the strongest first


def texts_of(ids: list[int], tokenizer: tiktoken.Encoding) -> list[dict[str, str]]:
    """`t`: the token's part of the text, `d`: the token by itself, where that looks different."""
    decoder = StreamingDecoder(tokenizer)
    rows = []
    for token in ids:
        text, name = decoder.push(token), token_text(token, tokenizer)
        rows.append({"t": text, **({} if name == text else {"d": name})})
    return rows


def describe_look(found: Look, tokenizer: tiktoken.Encoding) -> dict[str, Any]:
    """A look without the attention of single heads (see `attention_row`).

    `token`: id, name and probability; `start`, `seen`: texts; `states`: name, probability `p`, rank `r` from 1, and the
    likeliest tokens `a` as name and probability; `thumbs`: a byte for each of up to 64 columns of each head, as base64,
    255 for the most looked at; `most`: the place that each head looked at most, and how much.
    """
    n_layers, n_heads, _ = found.attention.shape
    columns, strongest = thumbs(found.attention), found.attention.max(-1)
    return {
        "token": {
            "id": found.token,
            "name": token_text(found.token, tokenizer),
            "p": float(found.probabilities[-1]),
        },
        "start": found.start,
        "seen": texts_of(found.seen.tolist(), tokenizer),
        "layers": n_layers,
        "heads": n_heads,
        "states": [
            {
                "name": name,
                "p": float(found.probabilities[row]),
                "r": int(found.ranks[row]) + 1,
                "a": [
                    [token_text(other, tokenizer), p]
                    for other, p in zip(
                        found.top_ids[row, :_LIKELIEST].tolist(),
                        found.top_probabilities[row, :_LIKELIEST].tolist(),
                        strict=True,
                    )
                ],
            }
            for row, name in enumerate(found.states)
        ],
        "columns": columns.shape[-1],
        "thumbs": base64.b64encode((columns * 255).round().byte().numpy().tobytes()).decode(),
        "most": [
            [[place, round(share, 4)] for place, share in zip(*layer, strict=True)]
            for layer in zip(strongest.indices.tolist(), strongest.values.tolist(), strict=True)
        ],
    }


def thumbs(attention: Tensor) -> Tensor:
    """`(L, H, up to 64)`, 0 to 1: the attention of each head, relative to its largest.

    >>> thumbs(torch.tensor([[[0.1, 0.2, 0.7]]])).shape, thumbs(torch.rand(2, 3, 1000)).shape
    (torch.Size([1, 1, 3]), torch.Size([2, 3, 64]))
    """
    n_seen = attention.shape[-1]
    pooled = torch.nn.functional.adaptive_max_pool1d(attention, min(n_seen, THUMB_COLUMNS))
    return pooled / pooled.amax(-1, keepdim=True)


def attention_row(found: Look, layer: int | None, head: int | None) -> list[float]:
    """T shares of attention: of one head, or the mean over a layer's heads, or over all.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=4, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> round(sum(attention_row(look(model, [4, 8, 15]), 0, None)), 2)
    1.0
    """
    rows = found.attention if layer is None else found.attention[layer]
    rows = rows if layer is None or head is None else rows[head]
    return [round(share, 4) for share in rows.reshape(-1, rows.shape[-1]).mean(0).tolist()]


def describe_heads(scores: HeadScores) -> dict[str, Any]:
    """`names`: what each head does, empty where no score is clear; `scores`: the four of each."""
    n_layers, n_heads = scores.induction.shape
    kinds = ("previous", "duplicate", "first", "induction")
    return {
        "names": [[scores.name(layer, head) for head in range(n_heads)] for layer in range(n_layers)],
        "scores": {kind: [[round(s, 3) for s in row] for row in getattr(scores, kind).tolist()] for kind in kinds},
    }


def describe_picture(picture: Picture, tokenizer: tiktoken.Encoding) -> dict[str, Any]:
    """`first` place; for each state a row of probabilities `p` of the tokens that came, and of the likeliest, `a`."""
    return {
        "first": picture.first,
        "p": [[round(p, 5) for p in row] for row in picture.probabilities.tolist()],
        "a": [[token_text(token, tokenizer) for token in row] for row in picture.likeliest.tolist()],
    }


def describe_effect(found: Look, effect: Effect, tokenizer: tiktoken.Encoding) -> dict[str, Any]:
    """`difference` in nats; `rows`: the token and the likeliest with and without: name, probability before, after."""
    before, after = found.log_probabilities.exp(), effect.log_probabilities.exp()
    best = torch.cat([before.topk(min(_COMPARED, len(before))).indices, after.topk(min(_COMPARED, len(after))).indices])
    listed = dict.fromkeys([found.token, *best.tolist()])
    ids = sorted(listed, key=lambda token: -max(float(before[token]), float(after[token])))[:_COMPARED]
    if found.token not in ids:
        ids[-1] = found.token
    return {
        "off": str(effect.off),
        "difference": effect.difference,
        "p": [float(before[found.token]), float(after[found.token])],
        "rows": [[token_text(i, tokenizer), float(before[i]), float(after[i]), i == found.token] for i in ids],
        "gains": [[token_text(other, tokenizer), gain] for other, gain in effect.gains],
    }


def each_effect(
    root: Path, run_name: str, step: int, weights: WeightsName, ids: list[int], place: int, *, on_progress: OnProgress
) -> dict[str, Any]:
    """`rows`: each part alone, the strongest effect first: part, difference in nats, the token that gains most."""
    run = RunStore(root).open(run_name)
    model = shrink(run.load_model(step), weights)
    found = look(model, ids, place)
    parts = each_part(found)
    rows: list[tuple[str, float, str]] = []
    for number, part in enumerate(parts):
        effect = effect_of(model, found, part)
        gains = token_text(effect.gains[0][0], run.tokenizer) if effect.gains else ""
        rows.append((str(part), round(effect.difference, 4), gains))
        on_progress((number + 1) / len(parts))
    return {"rows": sorted(rows, key=lambda row: -abs(row[1]))[:_ROWS], "tried": len(parts)}


def known_ids(run: Run) -> Tensor | None:
    """The ids that a run's model was trained on, to measure its heads with; None for weights without a text."""
    return run.corpus().train_ids if run.spec.has_text else None


def heads_over_steps(root: Path, run_name: str, *, on_progress: OnProgress) -> dict[str, Any]:
    """The scores of all heads at up to 40 steps that a run kept: `steps`, and for each kind steps × layers × heads."""
    run = RunStore(root).open(run_name)
    steps = thinned(run.model_steps(), _MAX_STEPS)
    known = known_ids(run)
    found: dict[str, Any] = {"induction": [], "previous": []}
    for number, step in enumerate(steps):
        scores = head_scores(run.load_model(step), among=known)
        for kind, rows in found.items():
            rows.append([[round(score, 3) for score in row] for row in getattr(scores, kind).tolist()])
        on_progress((number + 1) / len(steps))
    return {"steps": steps, **found}


def write_both(
    model: GPTModel, tokenizer: tiktoken.Encoding, ids: list[int], off: SwitchedOff, n_tokens: int
) -> tuple[str, str, list[int]]:
    """How the likeliest text goes on with the whole model, and without some parts; the second one's ids, too."""
    decode = DecodeConfig(temperature=0, max_new_tokens=n_tokens)
    texts, written = [], []
    for settings in (decode, decode.replace(switched_off=str(off) or None)):
        written = [piece.step.id for piece in write_text(model, tokenizer, ids, settings, top_n=1) if piece.step]
        texts.append(token_ids_to_text(written, tokenizer))
    return texts[0], texts[1], written
