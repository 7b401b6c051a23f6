"""Why a model chose a token: what it looked at, how the choice formed layer by layer, and what changes it.

L: layers, H: heads, T: tokens that the model saw, C: emb_dim, S = 1 + 2 L: states read out, V: vocabulary.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.errors import SettingsError
from playground.evaluation.heads import HeadScores, head_scores
from playground.model.gpt import GPTModel
from playground.model.inside import SwitchedOff, check_parts, embed, layers_inside, read_out
from playground.sampling.reader import check_evaluating, prompt_ids

_LIKELIEST = 10
_TOKENS_MASKED = 8
PICTURE_PLACES = 24
"""Columns of the picture of places × layers: with more, reading out a large vocabulary takes long."""


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
class Look:
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
    inputs: list[Tensor]
    """L inputs of the layers, `(T, C)` each: with these, `effect_of` reads only the layers that change."""
    recent: Tensor
    """`(S, P, C)`: the states at the last P places, at most 24, from which `picture_of` reads."""


@dataclass(frozen=True, eq=False)
class Inspection(Look):
    """All that is known about the choice of one token."""

    heads: HeadScores
    """What the heads do in general, `(L, H)` each, measured on random sequences and not on this text."""
    effects: list[Effect]


@dataclass(frozen=True, eq=False)
class Picture:
    """Places × states: what would be read out at each of the last P places."""

    first: int
    """The first of these places, counted in `Look.seen`; at each the token after it is predicted."""
    probabilities: Tensor
    """`(S, P)` of the token that came."""
    likeliest: Tensor
    """`(S, P)`: the likeliest token's id."""


def inspect(
    model: GPTModel,
    ids: Tensor | list[int],
    place: int | None = None,
    *,
    off: Iterable[SwitchedOff] | None = None,
    among: Tensor | None = None,
) -> Inspection:
    """Look at how the token at `place` of a text `(N,)` was chosen; without a place, at the likeliest next token.

    off: what to switch off; if not given, every attention and feed-forward layer, every head, and the eight tokens
        that were looked at most, each alone
    among: ids to measure the heads with (see `head_scores`)

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
    found = look(model, ids, place)
    parts = each_part(found) if off is None else off
    return Inspection(
        **vars(found), heads=head_scores(model, among=among), effects=[effect_of(model, found, part) for part in parts]
    )


def look(model: GPTModel, ids: Tensor | list[int], place: int | None = None) -> Look:
    """The same without what the heads do and without switching off, in one pass; raises like `inspect`.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=4, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> look(model, [4, 8, 15]).ranks.shape
    torch.Size([3])
    """
    check_evaluating(model)
    text = prompt_ids(ids, model)[0]
    place = len(text) if place is None else place
    if not 1 <= place <= len(text):
        raise SettingsError(f"place: there is nothing to inspect at {place}; choose 1 to {len(text)}.")
    start = max(0, place - model.config.context_length)
    seen = text[start:place]
    first = embed(model, seen)
    inputs, rows, states = [], [], [first[-PICTURE_PLACES:]]
    for found in layers_inside(model, first, last_row=True):
        inputs.append(found.before)
        rows.append(found.attention[:, -1])
        states += [found.after_attention[-PICTURE_PLACES:], found.after[-PICTURE_PLACES:]]
    recent = torch.stack(states)  # (S, P, C)
    logs = read_out(model, recent[:, -1]).cpu()  # (S, V)
    token = int(text[place]) if place < len(text) else int(logs[-1].argmax())
    top = logs.topk(min(_LIKELIEST, logs.shape[1]), dim=-1)
    return Look(
        token=token,
        seen=seen,
        start=start,
        attention=torch.stack(rows).float().cpu(),
        states=_names(model),
        probabilities=logs[:, token].exp(),
        ranks=(logs > logs[:, token, None]).sum(-1),
        top_ids=top.indices,
        top_probabilities=top.values.exp(),
        log_probabilities=logs[-1],
        inputs=inputs,
        recent=recent,
    )


def each_part(found: Look) -> list[SwitchedOff]:
    """Every attention and feed-forward layer, every head, and the eight tokens that were looked at most, each alone.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=4, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> [str(part) for part in each_part(look(model, [4, 8]))]
    ['attention:0', 'feed-forward:0', 'head:0.0', 'head:0.1', 'token:0']
    """
    n_layers, n_heads, _ = found.attention.shape
    layers, heads = range(n_layers), range(n_heads)
    looked_at = found.attention.mean((0, 1))[:-1]  # the last place cannot be hidden from itself
    return [
        *(SwitchedOff(attention=frozenset({layer})) for layer in layers),
        *(SwitchedOff(feed_forward=frozenset({layer})) for layer in layers),
        *(SwitchedOff(heads=frozenset({(layer, head)})) for layer in layers for head in heads),
        *(
            SwitchedOff(tokens=frozenset({place}))
            for place in looked_at.topk(min(_TOKENS_MASKED, len(looked_at))).indices.tolist()
        ),
    ]


def effect_of(model: GPTModel, found: Look, off: SwitchedOff) -> Effect:
    """What changes without some parts; the layers before the first of them are not read again.

    Raises `SettingsError` for parts that do not exist.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=4, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> effect_of(model, look(model, [4, 8]), SwitchedOff(attention=frozenset({0}))).log_probabilities.shape
    torch.Size([50])
    """
    check_parts(model, off)
    n_seen = len(found.seen)
    if not off.tokens <= set(range(n_seen - 1)):
        raise SettingsError(f"Only the places 0 to {n_seen - 2}, before the last that was seen, can be masked.")
    *_, after = (
        layer.after[-1]
        for layer in layers_inside(
            model, found.inputs[off.first_layer], off, first_layer=off.first_layer, last_row=True
        )
    )
    logs, whole = read_out(model, after).cpu(), found.log_probabilities
    gained = logs.exp() - whole.exp()
    gained[found.token] = -1
    best = gained.topk(min(3, len(gained)))
    gains = [(other, gain) for other, gain in zip(best.indices.tolist(), best.values.tolist(), strict=True) if gain > 0]
    return Effect(off, logs, float(logs[found.token] - whole[found.token]), gains)


def picture_of(model: GPTModel, found: Look) -> Picture:
    """What would be read out after each part of the model, at the last places that it saw.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=4, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> picture_of(model, look(model, [4, 8, 15])).likeliest.shape
    torch.Size([3, 3])
    """
    first = len(found.seen) - found.recent.shape[1]
    came = torch.cat([found.seen[first + 1 :], torch.tensor([found.token])])  # (P,)
    probabilities, likeliest = [], []
    for states in found.recent:  # one at a time: (P, V) of a large vocabulary takes 5 MB
        logs = read_out(model, states).cpu()
        probabilities.append(logs.gather(-1, came[:, None])[:, 0].exp())
        likeliest.append(logs.argmax(-1))
    return Picture(first, torch.stack(probabilities), torch.stack(likeliest))


def _names(model: GPTModel) -> list[str]:
    layers = range(model.config.n_layers)
    return ["embedding", *(f"layer {layer} {part}" for layer in layers for part in ("attention", "feed-forward"))]
