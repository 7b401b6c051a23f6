"""The pass of one new token in PyTorch, in as few operations as possible; works for any batch and device.

B: batch, C: emb_dim, H: heads, D: C / H, L: tokens in the cache.
"""

import torch.nn.functional as F
from torch import Tensor

from playground.model.cache import KVCache
from playground.model.cpu.direct import direct
from playground.model.cpu.step import ModelLayers


class TorchStep:
    """A `Step` for any batch, device and kind of weights."""

    def __init__(self, layers: ModelLayers, cache: KVCache) -> None:
        self._cache = cache
        self._heads = (3, layers.n_heads, 1, layers.head_dim)
        self._tok_emb, self._pos_emb = layers.tok_emb, layers.pos_emb
        self._blocks = [
            (
                *(direct(block.norm1), direct(block.qkv), direct(block.out_proj)),
                *(direct(block.norm2), direct(block.up), direct(block.down)),
                keys_values,
            )
            for block, keys_values in zip(layers.blocks, cache.layers, strict=True)
        ]
        self._final_norm, self.head = direct(layers.final_norm), direct(layers.out_head)

    def read(self, ids: Tensor) -> Tensor:
        """See `Step.read`."""
        cache, batch, position = self._cache, len(ids), self._cache.length
        heads = (batch, *self._heads)
        x = F.embedding(ids[:, 0], self._tok_emb) + self._pos_emb[position]  # (B, C)
        for norm1, qkv, out_proj, norm2, up, down, keys_values in self._blocks:
            new = qkv(norm1(x)).view(heads)  # (B, 3, H, 1, D)
            keys_values.narrow(3, position, 1).copy_(new.narrow(1, 1, 2))
            keys, values = keys_values.narrow(3, 0, position + 1).unbind(1)  # (B, H, L, D)
            context = F.scaled_dot_product_attention(new.select(1, 0), keys, values)  # (B, H, 1, D)
            x = out_proj(context.view(batch, -1)).add_(x)
            x = down(F.gelu(up(norm2(x)), approximate="tanh")).add_(x)
        cache.length = position + 1
        return self._final_norm(x).unsqueeze(1)
