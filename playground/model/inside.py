"""A pass through a model that shows what happens in each layer, with parts of the model switched off if asked.

T: tokens, C: emb_dim, H: heads, D: C / H, L: layers, V: vocabulary. Writing and training use `GPTModel.forward`
and do not pay for this.
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.errors import SettingsError, TextError
from playground.model.gpt import Block, GPTModel


@dataclass(frozen=True)
class SwitchedOff:
    """Parts of a model that add nothing; layers, heads and places are counted from 0.

    >>> SwitchedOff(heads=frozenset({(0, 1)})).first_layer
    0
    """

    heads: frozenset[tuple[int, int]] = frozenset()
    """(layer, head): like zeros in the head's columns of `out_proj`."""
    attention: frozenset[int] = frozenset()
    """Layers whose attention is left out: like zeros in weight and bias of `out_proj`."""
    feed_forward: frozenset[int] = frozenset()
    """Layers whose feed-forward is left out: like zeros in weight and bias of `down`."""
    tokens: frozenset[int] = frozenset()
    """Places that no later place can attend to, in any layer."""

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """Read the form that settings have; raises `SettingsError` for anything else.

        >>> SwitchedOff.parse("feed-forward:1 head:0.3 token:4").heads
        frozenset({(0, 3)})
        """
        found: dict[str, set[Any]] = {"attention": set(), "feed-forward": set(), "head": set(), "token": set()}
        for word in (text or "").split():
            kind, _, which = word.partition(":")
            numbers = which.split(".")
            if kind not in found or len(numbers) != 1 + (kind == "head") or not all(map(str.isdecimal, numbers)):
                raise SettingsError(f"switched_off: {word!r} is no part; write them like attention:0 head:1.3 token:4.")
            whole = tuple(map(int, numbers))
            found[kind].add(whole if kind == "head" else whole[0])
        return cls(*map(frozenset, (found["head"], found["attention"], found["feed-forward"], found["token"])))

    def __str__(self) -> str:
        """The form that `parse` reads.

        >>> str(SwitchedOff(heads=frozenset({(0, 3)}), tokens=frozenset({4})))
        'head:0.3 token:4'
        """
        words = [f"attention:{layer}" for layer in sorted(self.attention)]
        words += [f"feed-forward:{layer}" for layer in sorted(self.feed_forward)]
        words += [f"head:{layer}.{head}" for layer, head in sorted(self.heads)]
        return " ".join(words + [f"token:{place}" for place in sorted(self.tokens)])

    @property
    def first_layer(self) -> int:
        """The first layer that changes."""
        if self.tokens:
            return 0
        return min([layer for layer, _ in self.heads] + [*self.attention, *self.feed_forward], default=0)


NOTHING = SwitchedOff()


@dataclass(frozen=True, eq=False)
class LayerInside:
    """What happened in one block."""

    layer: int
    before: Tensor
    """The block's input, `(T, C)`."""
    attention: Tensor
    """Attention weights `(H, T, T)`, or the last row `(H, 1, T)`: row i tells how much place i looked at each place up
    to its own; it sums to 1."""
    after_attention: Tensor
    """`(T, C)`, with the residual."""
    after: Tensor
    """The block's output, `(T, C)`."""


def embed(model: GPTModel, ids: Tensor) -> Tensor:
    """The input of the first block, `(T, C)`, for ids `(T,)`; raises `TextError` or `SettingsError` for wrong ids.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> embed(model, torch.tensor([1, 2, 3])).shape
    torch.Size([3, 8])
    """
    if model.training:
        raise SettingsError("The model is in training mode, where dropout is active; call model.eval() first.")
    if ids.ndim != 1 or not len(ids):
        raise TextError("The text must be one row of at least one token.")
    if not 0 <= int(ids.min()) <= int(ids.max()) < model.config.vocab_size:
        raise TextError("The text has tokens that the model's vocabulary does not contain.")
    if len(ids) > model.config.context_length:
        raise SettingsError(f"The text has {len(ids)} tokens, but the model reads {model.config.context_length}.")
    with torch.inference_mode():
        ids = ids.long().to(model.tok_emb.weight.device)
        return model.tok_emb(ids) + model.pos_emb.weight[: len(ids)]


def layers_inside(
    model: GPTModel, x: Tensor, off: SwitchedOff = NOTHING, *, first_layer: int = 0, last_row: bool = False
) -> Iterator[LayerInside]:
    """The blocks one after the other, from `first_layer` with its input `x` `(T, C)`; see `embed`.

    last_row: of the attention give the last place's only, `(H, 1, T)`, which costs much less for a long text

    Only the attention of one layer is in memory, unless the caller keeps it.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> [found.attention.shape for found in layers_inside(model, embed(model, torch.tensor([1, 2, 3])))]
    [torch.Size([2, 3, 3])]
    """
    check_parts(model, off)
    for layer in range(first_layer, model.config.n_layers):
        with torch.inference_mode():
            found = _block(cast("Block", model.blocks[layer]), layer, x, off, last_row)
        yield found
        x = found.after
        del found


def check_parts(model: GPTModel, off: SwitchedOff) -> None:
    """Raise `SettingsError` for a layer or head that the model does not have.

    >>> from playground.config import ModelConfig
    >>> check_parts(GPTModel(ModelConfig(vocab_size=9, context_length=4, emb_dim=4, n_heads=1, n_layers=1)), NOTHING)
    """
    n_layers, n_heads = model.config.n_layers, model.config.n_heads
    layers = {layer for layer, _ in off.heads} | off.attention | off.feed_forward
    if not layers <= set(range(n_layers)) or not {head for _, head in off.heads} <= set(range(n_heads)):
        raise SettingsError(f"The model has layers 0 to {n_layers - 1} with heads 0 to {n_heads - 1}; choose of these.")


def read_out(model: GPTModel, states: Tensor) -> Tensor:
    """Log-probabilities `(..., V)` of the next token, if the final norm and the head read `states` `(..., C)`.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> read_out(model, torch.zeros(3, 8)).shape
    torch.Size([3, 50])
    """
    with torch.inference_mode():
        return model.out_head(model.final_norm(states)).float().log_softmax(-1)


def without(model: GPTModel, off: SwitchedOff) -> GPTModel:
    """A copy of the model without these layers and heads, whose weights are zero in it; the others are shared.

    It writes as fast as the model itself. Masked tokens are no part of the weights: see `logits_without`.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> copied = without(model, SwitchedOff(heads=frozenset({(0, 1)})))
    >>> copied.blocks[0].att.out_proj.weight[:, 4:].abs().sum().item(), copied.tok_emb.weight is model.tok_emb.weight
    (0.0, True)
    """
    check_parts(model, off)
    memo: dict[int, Any] = {id(tensor): tensor for tensor in [*model.parameters(), *model.buffers()]}
    copied = copy.deepcopy(model, memo)
    blocks = cast("list[Block]", copied.blocks)
    width = model.config.emb_dim // model.config.n_heads
    for layer in off.attention:
        _set_zero(blocks[layer].att.out_proj)
    for layer in off.feed_forward:
        _set_zero(blocks[layer].ff.down)
    for layer, head in off.heads:
        _set_zero(blocks[layer].att.out_proj, slice(head * width, (head + 1) * width))
    return copied


def logits_without(model: GPTModel, ids: Tensor, off: SwitchedOff) -> Tensor:
    """Logits `(V,)` of the token after `ids` `(T,)`, with parts switched off, masked tokens included; T is at most the
    context length.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> logits_without(model, torch.tensor([1, 2, 3]), SwitchedOff(tokens=frozenset({0}))).shape
    torch.Size([50])
    """
    *_, after = (found.after[-1] for found in layers_inside(model, embed(model, ids), off, last_row=True))
    with torch.inference_mode():
        return model.out_head(model.final_norm(after))


def masked_in_window(off: SwitchedOff, start: int) -> SwitchedOff:
    """The same parts for the part of a text from `start` on, in which places are counted from 0.

    >>> masked_in_window(SwitchedOff(tokens=frozenset({2, 7})), 5).tokens
    frozenset({2})
    """
    return replace(off, tokens=frozenset(place - start for place in off.tokens if place >= start))


def _set_zero(layer: nn.Module, columns: slice | None = None) -> None:
    """Zeros in some columns of a linear layer, or in all of it with its bias; the weights before stay as they are."""
    for name in ("weight",) if columns else ("weight", "bias"):
        tensor = getattr(layer, name)
        if tensor is None:
            continue
        changed = tensor.detach().clone()
        changed[(slice(None), columns) if columns else ...] = 0
        is_parameter = isinstance(tensor, nn.Parameter)
        setattr(layer, name, nn.Parameter(changed, requires_grad=False) if is_parameter else changed)


def _block(block: Block, layer: int, x: Tensor, off: SwitchedOff, last_row: bool) -> LayerInside:
    n_tokens, width = x.shape
    n_heads = block.att.n_heads
    qkv = block.att.qkv(block.norm1(x)).view(n_tokens, 3, n_heads, width // n_heads)
    queries, keys, values = qkv.permute(1, 2, 0, 3).unbind(0)  # each (H, T, D)
    hidden = _hidden(n_tokens, x, off)
    rows = slice(-1, None) if last_row else slice(None)
    scores = (queries[:, rows] @ keys.mT / math.sqrt(width // n_heads)).masked_fill(hidden[rows], -math.inf)
    weights = scores.softmax(-1)
    # fused, where the weights are not needed: (H, T, D)
    context = F.scaled_dot_product_attention(queries, keys, values, ~hidden) if last_row else weights @ values
    for head in (head for where, head in off.heads if where == layer):
        context[head] = 0
    attended = x
    if layer not in off.attention:
        attended = x + block.att.out_proj(context.transpose(0, 1).reshape(n_tokens, width))
    after = attended if layer in off.feed_forward else attended + block.ff(block.norm2(attended))
    return LayerInside(layer, x, weights, attended, after)


def _hidden(n_tokens: int, like: Tensor, off: SwitchedOff) -> Tensor:
    """`(T, T)`: what row i cannot attend to; a masked place still attends to itself, so that no row is empty."""
    hidden = torch.ones(n_tokens, n_tokens, dtype=torch.bool, device=like.device).triu(1)
    for place in off.tokens:
        hidden[place + 1 :, place] = True
    return hidden
