"""The book's GPT (chapter 4): the same weights and the same function, in fewer and faster operations.

B: batch, T: tokens, C: emb_dim, H: heads, D: C / H, V: vocab_size, L: tokens in the cache and in the input together.

Differences from the book: one projection computes queries, keys and values; attention, LayerNorm and GELU are fused
operations; a key-value cache is optional. `interchange/` converts the weights to the book's and back.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from playground.config import ModelConfig
from playground.errors import SettingsError
from playground.model.cache import KVCache
from playground.model.cpu.attention import attention_with_dropout
from playground.model.cpu.direct import direct
from playground.model.cpu.dropout import add_with_dropout, dropout
from playground.model.cpu.gelu import gelu
from playground.model.cpu.numpy_step import NumpyStep, suits_numpy
from playground.model.cpu.step import BlockLayers, ModelLayers, Step
from playground.model.cpu.torch_step import TorchStep

_MIN_FOR_THREADS = 4_000_000  # multiplications: with fewer, a second thread costs more than it gains (measured)


class Attention(nn.Module):
    """Causal multi-head self-attention (book, section 3.6)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.n_heads, self.drop_rate = config.n_heads, config.drop_rate
        self.qkv = _fused_projection(config.emb_dim, config.qkv_bias)
        self.out_proj = nn.Linear(config.emb_dim, config.emb_dim)

    def forward(self, x: Tensor, layer: int, cache: KVCache | None, mask: Tensor | None, last: bool = False) -> Tensor:
        """`(B, T, C)` → `(B, T, C)`, or `(B, 1, C)` for the `last` token only.

        `layer` is the block's index in the cache; `mask` `(T, L)` is needed for several tokens after a cached prefix.
        """
        batch, new, width = x.shape
        qkv = self.qkv(x).view(batch, new, 3, self.n_heads, width // self.n_heads)
        if self.training and self.drop_rate and cache is None:
            return self.out_proj(attention_with_dropout(qkv, self.drop_rate).reshape(batch, new, width))
        qkv = qkv.permute(0, 2, 3, 1, 4)
        if cache is None:
            queries, keys, values = qkv.unbind(1)  # each (B, H, T, D)
        else:
            queries = qkv[:, 0]
            keys, values = cache.store(layer, qkv[:, 1:])  # (B, H, L, D)
        if last:  # the last token attends to all others: no mask
            queries, mask = queries[:, :, -1:], None
        causal = mask is None and queries.shape[2] > 1
        context = F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask, is_causal=causal)
        return self.out_proj(context.transpose(1, 2).reshape(batch, -1, width))


class FeedForward(nn.Module):
    """Two linear layers with a GELU (tanh approximation) between them (book, section 4.3)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.up = nn.Linear(config.emb_dim, 4 * config.emb_dim)
        self.down = nn.Linear(4 * config.emb_dim, config.emb_dim)

    def forward(self, x: Tensor) -> Tensor:
        """`(B, T, C)` → `(B, T, C)`."""
        return self.down(gelu(self.up(x)))


class Block(nn.Module):
    """One transformer block: attention, then feed-forward, both pre-norm and residual (book, section 4.5)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.drop_rate = config.drop_rate
        self.att = Attention(config)
        self.ff = FeedForward(config)
        self.norm1 = nn.LayerNorm(config.emb_dim)
        self.norm2 = nn.LayerNorm(config.emb_dim)

    def forward(
        self,
        x: Tensor,
        layer: int = 0,
        cache: KVCache | None = None,
        mask: Tensor | None = None,
        last: bool = False,
    ) -> Tensor:
        """`(B, T, C)` → `(B, T, C)`, or `(B, 1, C)` for the `last` token only; see `Attention`."""
        attended = self.att(self.norm1(x), layer, cache, mask, last)
        x = add_with_dropout(x[:, -1:] if last else x, attended, self.drop_rate, self.training)
        return add_with_dropout(x, self.ff(self.norm2(x)), self.drop_rate, self.training)


class GPTModel(nn.Module):
    """The book's GPT: token ids `(B, T)` → logits `(B, T, V)`.

    `config` is a `ModelConfig` or a dictionary with the book's names. After `torch.manual_seed(123)` the weights are
    initialised like those of the book's model. With a `cache`, the ids continue the cached text and are appended to it.
    Raises `SettingsError` for more tokens than the context length, or than the cache can hold.

    >>> config = ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> GPTModel(config)(torch.tensor([[1, 2, 3]])).shape
    torch.Size([1, 3, 50])
    """

    def __init__(self, config: ModelConfig | Mapping[str, Any]) -> None:
        super().__init__()
        self.config = config if isinstance(config, ModelConfig) else ModelConfig(**config)
        config = self.config
        self.tok_emb = nn.Embedding(config.vocab_size, config.emb_dim)
        self.pos_emb = nn.Embedding(config.context_length, config.emb_dim)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layers))
        self.final_norm = nn.LayerNorm(config.emb_dim)
        self.out_head = nn.Linear(config.emb_dim, config.vocab_size, bias=False)
        per_block = 12 * config.emb_dim * config.emb_dim
        self._multiplications_per_token = config.n_layers * per_block + config.vocab_size * config.emb_dim
        self.recompute = False
        """Activation checkpointing: training keeps only the input of each block and recomputes the rest in the backward
        pass: a third more time, a fraction of the memory, the same numbers (Chen et al. 2016)."""

    def forward(self, ids: Tensor, cache: KVCache | None = None) -> Tensor:
        """Logits `(B, T, V)` of the next token after each of `ids` `(B, T)`."""
        return self.out_head(self.hidden(ids, cache))

    def hidden(self, ids: Tensor, cache: KVCache | None = None, last: bool = False) -> Tensor:
        """The input of `out_head`, `(B, T, C)`, for a caller that needs the logits of some positions only.

        With `last`, in evaluation mode, only that of the last position, `(B, 1, C)`: the last block skips the others.
        """
        start, new = 0 if cache is None else cache.length, ids.shape[1]
        self._check_length(start + new, cache)
        if cache is not None and new == 1 and not (self.training or torch.is_grad_enabled()):
            return self.step(cache).read(ids)
        x = self.tok_emb(ids) + self.pos_emb.weight[start : start + new]  # (B, T, C)
        x = dropout(x, self.config.drop_rate, self.training)
        mask = _mask_after_prefix(start, new, x) if start and new > 1 else None
        recompute = self.recompute and cache is None and torch.is_grad_enabled()
        for layer, block in enumerate(self.blocks):
            only_last = last and not self.training and layer == self.config.n_layers - 1
            x = checkpoint(block, x, use_reentrant=False) if recompute else block(x, layer, cache, mask, only_last)
        if cache is not None:
            cache.length += new
        return self.final_norm(x)

    def next_logits(self, ids: Tensor, cache: KVCache | None = None) -> Tensor:
        """Logits `(B, V)` of the token after `ids` `(B, T)`: `out_head` is applied to the last position only."""
        threads = torch.get_num_threads()
        if self._multiplications_per_token * ids.numel() < _MIN_FOR_THREADS:
            torch.set_num_threads(1)
        try:
            hidden = self.hidden(ids, cache, last=True)[:, -1]
            step = None if cache is None or hidden.requires_grad else cache.step
            return (direct(self.out_head) if step is None else step.head)(hidden)
        finally:
            torch.set_num_threads(threads)

    def step(self, cache: KVCache) -> Step:
        """The one-token step of this model for `cache`; made with the first token and kept in the cache.

        >>> config = ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)
        >>> model, cache = GPTModel(config).eval(), KVCache(config, batch_size=1)
        >>> with torch.inference_mode():
        ...     hidden = model.step(cache).read(torch.tensor([[3]]))
        >>> hidden.shape, cache.length
        (torch.Size([1, 1, 8]), 1)
        """
        if cache.step is None:
            layers = self._layers()
            cache.step = NumpyStep(layers, cache) if suits_numpy(layers, cache) else TorchStep(layers, cache)
        return cache.step

    def _layers(self) -> ModelLayers:
        blocks = [
            BlockLayers(block.norm1, block.att.qkv, block.att.out_proj, block.norm2, block.ff.up, block.ff.down)
            for block in cast("Iterable[Block]", self.blocks)
        ]
        return ModelLayers(
            n_heads=self.config.n_heads,
            tok_emb=self.tok_emb.weight,
            pos_emb=self.pos_emb.weight,
            blocks=blocks,
            final_norm=self.final_norm,
            out_head=self.out_head,
        )

    def _check_length(self, length: int, cache: KVCache | None) -> None:
        limit = self.config.context_length if cache is None else cache.max_length
        if length > limit:
            what = "model" if cache is None else "cache"
            raise SettingsError(
                f"The input is {length} tokens long, but the limit of the {what} is {limit}; shorten the input."
            )


def _fused_projection(width: int, bias: bool) -> nn.Linear:
    """One `(C, 3C)` layer with the initial weights that the book's three layers would have drawn."""
    three = [nn.Linear(width, width, bias=bias) for _ in range(3)]
    fused = three[0]
    fused.out_features = 3 * width
    for name, _ in list(fused.named_parameters()):
        setattr(fused, name, nn.Parameter(torch.cat([getattr(part, name).detach() for part in three])))
    return fused


def _mask_after_prefix(start: int, new: int, like: Tensor) -> Tensor:
    """`(T, L)`: row i has 0 at the positions that token `start + i` can attend to, else −inf."""
    mask = torch.full((new, start + new), float("-inf"), dtype=like.dtype, device=like.device)
    return mask.triu_(start + 1)
