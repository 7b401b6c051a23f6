"""The pass of one new token, in as few operations as possible: for small models, calling them is most of the cost.

For large ones it is reading the weights. PyTorch's product of a matrix with few rows runs on one thread whatever there
are, and one does not get from memory what two do: each thread is given its share of the weights here.

B: batch, C: emb_dim, H: heads, D: C / H, L: tokens in the cache.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.model.cache import KVCache

if TYPE_CHECKING:
    from playground.model.gpt import GPTModel

Layer = Callable[[Tensor], Tensor]
Plan = list[tuple[Layer, Layer, Layer, Layer, Layer, Layer]]
"""For every block: norm, queries-keys-values, attention's output; norm, feed-forward up and down."""

_FEW_ROWS = 16  # with more, PyTorch's own product gains from several threads, too (measured)


def read_one_token(model: "GPTModel", ids: Tensor, cache: KVCache) -> Tensor:
    """`GPTModel.hidden` for ids `(B, 1)` behind what `cache` holds, without gradients or dropout: `(B, 1, C)`."""
    if cache.plan is None:  # looked up once: what a cache holds is of these weights anyway
        cache.plan = _plan(model)
    batch, place = ids.shape[0], cache.length
    x = F.embedding(ids[:, 0], model.tok_emb.weight) + model.pos_emb.weight[place]  # (B, C)
    heads = (batch, 3, model.config.n_heads, 1, model.config.head_dim)
    for (norm1, qkv, out_proj, norm2, up, down), room in zip(cache.plan, cache.layers, strict=True):
        now = qkv(norm1(x)).view(heads)  # (B, 3, H, 1, D)
        room.narrow(3, place, 1).copy_(now.narrow(1, 1, 2))
        keys, values = room.narrow(3, 0, place + 1).unbind(1)  # (B, H, L, D)
        context = F.scaled_dot_product_attention(now.select(1, 0), keys, values)  # (B, H, 1, D)
        x = out_proj(context.view(batch, -1)).add_(x)
        x = down(F.gelu(up(norm2(x)), approximate="tanh")).add_(x)
    cache.length = place + 1
    return model.final_norm(x).unsqueeze(1)


def _plan(model: "GPTModel") -> Plan:
    return [
        (
            direct(block.norm1),
            direct(block.att.qkv),
            direct(block.att.out_proj),
            direct(block.norm2),
            direct(block.ff.up),
            direct(block.ff.down),
        )
        for block in model.blocks
    ]


def direct(layer: nn.Module) -> Layer:
    """The layer's function with its weights at hand: looking them up in modules costs more than a small product.

    >>> direct(nn.Linear(4, 6))(torch.ones(1, 4)).shape
    torch.Size([1, 6])
    """
    weight, bias = getattr(layer, "weight", None), getattr(layer, "bias", None)
    if type(layer) is nn.Linear:
        return _product(weight, bias)
    if type(layer) is nn.LayerNorm:
        shape = layer.normalized_shape
        return lambda x: torch.layer_norm(x, shape, weight, bias)
    return layer.forward


def _product(weight: Tensor, bias: Tensor | None) -> Layer:
    """`F.linear` with these, for few rows; the weights are shared out among the threads that there are by now."""
    threads = torch.get_num_threads()
    if threads == 1 or len(weight) < threads or weight.device.type != "cpu" or weight.dtype != torch.float32:
        return lambda x: F.linear(x, weight, bias)
    whole = len(weight) // threads * threads
    shares, rest = weight[:whole].unflatten(0, (threads, -1)).transpose(1, 2), weight[whole:]

    def product(x: Tensor) -> Tensor:
        rows = len(x)
        if rows > _FEW_ROWS:
            return F.linear(x, weight, bias)
        y = torch.bmm(x.expand(threads, rows, -1), shares).transpose(0, 1).reshape(rows, whole)
        if len(rest):
            y = torch.cat([y, F.linear(x, rest)], dim=1)
        return y if bias is None else y.add_(bias)

    return product
