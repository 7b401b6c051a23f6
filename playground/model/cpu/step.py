"""The pass of one new token in as few operations as possible: of small models, calling them is most of the cost.

For one text alone on the CPU, `numpy_step.py` is faster still.

B: batch, C: emb_dim, H: heads, D: C / H, L: tokens in the cache, V: vocabulary.
"""

from typing import TYPE_CHECKING, Protocol

import torch.nn.functional as F
from torch import Tensor

from playground.model.cache import KVCache
from playground.model.cpu.direct import direct
from playground.model.cpu.numpy_step import NumpyStep, suits_numpy

if TYPE_CHECKING:
    from playground.model.gpt import GPTModel


class Step(Protocol):
    """A model and a cache made ready for reading one token after the other."""

    def read(self, ids: Tensor) -> Tensor:
        """`GPTModel.hidden` for ids `(B, 1)` behind what the cache holds, without gradients or dropout: `(B, 1, C)`."""
        ...

    def head(self, hidden: Tensor) -> Tensor:
        """Logits `(B, V)` of what `read` gave, `(B, C)`."""
        ...


def step_of(model: "GPTModel", cache: KVCache) -> Step:
    """How `model` reads one token behind what `cache` holds; looked up once: what a cache holds is of its weights.

    >>> import torch
    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> cache = KVCache(model.config, batch_size=1)
    >>> step = step_of(model, cache)
    >>> with torch.inference_mode():
    ...     step.head(step.read(torch.tensor([[3]]))[:, -1]).shape, cache.length
    (torch.Size([1, 50]), 1)
    """
    if cache.step is None:
        cache.step = NumpyStep(model, cache) if suits_numpy(model, cache) else _TorchStep(model, cache)
    return cache.step


class _TorchStep:
    def __init__(self, model: "GPTModel", cache: KVCache) -> None:
        self._cache, self._config = cache, model.config
        self._tokens, self._places = model.tok_emb.weight, model.pos_emb.weight
        self._blocks = [
            (
                *(direct(layer) for layer in (block.norm1, block.att.qkv, block.att.out_proj)),
                *(direct(layer) for layer in (block.norm2, block.ff.up, block.ff.down)),
                room,
            )
            for block, room in zip(model.blocks, cache.layers, strict=True)
        ]
        self._final_norm, self.head = direct(model.final_norm), direct(model.out_head)

    def read(self, ids: Tensor) -> Tensor:
        cache, batch, place = self._cache, len(ids), self._cache.length
        x = F.embedding(ids[:, 0], self._tokens) + self._places[place]  # (B, C)
        heads = (batch, 3, self._config.n_heads, 1, self._config.head_dim)
        for norm1, qkv, out_proj, norm2, up, down, room in self._blocks:
            now = qkv(norm1(x)).view(heads)  # (B, 3, H, 1, D)
            room.narrow(3, place, 1).copy_(now.narrow(1, 1, 2))
            keys, values = room.narrow(3, 0, place + 1).unbind(1)  # (B, H, L, D)
            context = F.scaled_dot_product_attention(now.select(1, 0), keys, values)  # (B, H, 1, D)
            x = out_proj(context.view(batch, -1)).add_(x)
            x = down(F.gelu(up(norm2(x)), approximate="tanh")).add_(x)
        cache.length = place + 1
        return self._final_norm(x).unsqueeze(1)
