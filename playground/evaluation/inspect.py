"""Why a model chose a token: what it looked at, how the choice formed layer by layer, and what changes it.

L: layers, H: heads, T: tokens that the model saw, S = 1 + 2 L: states read out, V: vocabulary.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.errors import SettingsError
from playground.evaluation.heads import HeadScores, head_scores
from playground.evaluation.inside import SwitchedOff, check_parts, embed, layers_inside, read_out
from playground.model.gpt import GPTModel
from playground.sampling.reader import check_evaluating, prompt_ids

_LIKELIEST = 10
_TOKENS_MASKED = 8


@dataclass(frozen=True, eq=False)
class Effect:
    """The next token with parts of the model switched off. This shows cause; attention alone does not."""

    off: SwitchedOff
    """Places of tokens are counted in `Inspection.seen`."""
    log_probabilities: Tensor
    """`(V,)`, without these parts."""
    difference: float
    """Log-probability of the token without these parts minus with them, in nats; negative: they speak for the token."""
    gains: list[tuple[int, float]]
    """The other tokens that gain most without these parts, as ids, with the gain in probability."""


@dataclass(frozen=True, eq=False)
class Inspection:
    """One token and the place where it was chosen, which is the last of the tokens that the model saw."""

    token: int
    """The id of the token that was chosen."""
    seen: Tensor
    """`(T,)`: the ids that the model saw."""
    start: int
    """Where the first of them stands in the text."""
    attention: Tensor
    """`(L, H, T)`: how much each head looked at each place; sums to 1 over T."""
    states: list[str]
    """S names: the embedding, then each layer after its attention and after its feed-forward."""
    probabilities: Tensor
    """`(S,)` of the token, if the final norm and the head read each state.

    Early layers were never trained to be read this way.
    """
    ranks: Tensor
    """`(S,)`: number of likelier tokens; 0: the likeliest."""
    top_ids: Tensor
    """`(S, 10)`: the likeliest tokens."""
    top_probabilities: Tensor
    """`(S, 10)`."""
    log_probabilities: Tensor
    """`(V,)` of the next token, with the whole model."""
    heads: HeadScores
    """What the heads do in general, `(L, H)` each, measured on random sequences and not on this text."""
    effects: list[Effect]


def inspect(
    model: GPTModel, ids: Tensor | list[int], place: int | None = None, *, off: Iterable[SwitchedOff] | None = None
) -> Inspection:
    """Look at how the token at `place` of a text `(N,)` was chosen; without a place, at the likeliest next token.

    off: what to switch off; if not given, every attention and feed-forward layer, every head, and the eight tokens
        that were looked at most, each alone

    The model sees the tokens before the place, as many as its context holds. Raises `SettingsError` for a place
    without a token before it, a part that does not exist, or a model in training mode, and `TextError` for wrong ids.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=4, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> found = inspect(model, [4, 8, 15, 16, 23, 42], place=5)
    >>> found.token, found.seen.tolist(), found.start, found.attention.shape
    (42, [8, 15, 16, 23], 1, torch.Size([1, 2, 4]))
    >>> found.states, found.top_ids.shape
    (['embedding', 'layer 0 attention', 'layer 0 feed-forward'], torch.Size([3, 10]))
    """
    check_evaluating(model)
    text = prompt_ids(ids, model)[0]
    place = len(text) if place is None else place
    if not 1 <= place <= len(text):
        raise SettingsError(f"place: there is nothing to inspect at {place}; choose 1 to {len(text)}.")
    start = max(0, place - model.config.context_length)
    seen = text[start:place]
    inputs, rows, states = [], [], [embed(model, seen)[-1]]
    for found in layers_inside(model, embed(model, seen)):
        inputs.append(found.before)
        rows.append(found.attention[:, -1])
        states += [found.after_attention[-1], found.after[-1]]
    logs = read_out(model, torch.stack(states)).cpu()  # (S, V)
    token = int(text[place]) if place < len(text) else int(logs[-1].argmax())
    attention = torch.stack(rows).float().cpu()
    top = logs.topk(min(_LIKELIEST, logs.shape[1]), dim=-1)
    parts = _each_part(model, attention) if off is None else off
    return Inspection(
        token=token,
        seen=seen,
        start=start,
        attention=attention,
        states=_names(model),
        probabilities=logs[:, token].exp(),
        ranks=(logs > logs[:, token, None]).sum(-1),
        top_ids=top.indices,
        top_probabilities=top.values.exp(),
        log_probabilities=logs[-1],
        heads=head_scores(model),
        effects=[_effect(model, inputs, part, logs[-1], token) for part in parts],
    )


def _names(model: GPTModel) -> list[str]:
    layers = range(model.config.n_layers)
    return ["embedding", *(f"layer {layer} {part}" for layer in layers for part in ("attention", "feed-forward"))]


def _each_part(model: GPTModel, attention: Tensor) -> list[SwitchedOff]:
    layers, heads = range(model.config.n_layers), range(model.config.n_heads)
    looked_at = attention.mean((0, 1))[:-1]  # the last place cannot be hidden from itself
    return [
        *(SwitchedOff(attention=frozenset({layer})) for layer in layers),
        *(SwitchedOff(feed_forward=frozenset({layer})) for layer in layers),
        *(SwitchedOff(heads=frozenset({(layer, head)})) for layer in layers for head in heads),
        *(
            SwitchedOff(tokens=frozenset({place}))
            for place in looked_at.topk(min(_TOKENS_MASKED, len(looked_at))).indices.tolist()
        ),
    ]


def _effect(model: GPTModel, inputs: list[Tensor], off: SwitchedOff, whole: Tensor, token: int) -> Effect:
    """The layers before the first that changes are not read again: `inputs` `(T, C)` of every layer are known."""
    check_parts(model, off)
    if not off.tokens <= set(range(len(inputs[0]) - 1)):
        raise SettingsError(f"Only the places 0 to {len(inputs[0]) - 2}, before the last that was seen, can be masked.")
    *_, after = (
        found.after[-1] for found in layers_inside(model, inputs[off.first_layer], off, first_layer=off.first_layer)
    )
    logs = read_out(model, after).cpu()
    gained = logs.exp() - whole.exp()
    gained[token] = -1
    best = gained.topk(min(3, len(gained)))
    gains = [(other, gain) for other, gain in zip(best.indices.tolist(), best.values.tolist(), strict=True) if gain > 0]
    return Effect(off, logs, float(logs[token] - whole[token]), gains)
