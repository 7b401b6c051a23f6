"""Causal attention with dropout on its weights, on the CPU, in blocks of queries.

PyTorch has no fast CPU kernel with dropout: it computes all T × T weights, half of which are masked. Here the queries
are processed in blocks of 64, each against the keys up to the block's end. With 256 tokens that is five eighths of the
weights and three quarters of the time; with 1,024 tokens less than a third of the time. Other devices use PyTorch's
attention.

B: batch, T: tokens, H: heads, D: head width, N = B · H.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from playground.model.cpu.dropout import draw

_BLOCK = 64


def attention_with_dropout(qkv: Tensor, rate: float) -> Tensor:
    """Causal attention, with dropout on its weights, of queries, keys and values `(B, T, 3, H, D)` → `(B, T, H, D)`.

    >>> attention_with_dropout(torch.randn(1, 5, 3, 2, 4), 0.1).shape
    torch.Size([1, 5, 2, 4])
    """
    if qkv.device.type != "cpu":
        queries, keys, values = qkv.permute(2, 0, 3, 1, 4)
        context = F.scaled_dot_product_attention(queries, keys, values, dropout_p=rate, is_causal=True)
        return context.transpose(1, 2)
    return _Attention.apply(qkv, rate)


def kept_weights(tokens: int) -> int:
    """Number of attention weights that one head keeps for the backward pass, each with one byte of dropout mask.

    >>> kept_weights(64), kept_weights(256) / 256**2
    (4096, 0.625)
    """
    return sum((end - start) * end for start, end in _blocks(tokens))


class _Attention(torch.autograd.Function):
    """Dropout on the softmax of the masked, scaled scores, times the values."""

    @staticmethod
    def forward(ctx: Any, qkv: Tensor, rate: float) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            queries, keys, values = _rows(qkv)
            queries.mul_(queries.shape[-1] ** -0.5)
            context = torch.empty_like(queries)
            future = torch.full((_BLOCK, _BLOCK), float("-inf"), dtype=qkv.dtype).triu_(1)
            kept = []
            for start, end in _blocks(qkv.shape[1]):
                weights = torch.bmm(queries[:, start:end], keys[:, :end].transpose(1, 2))  # (N, block, end)
                weights[:, :, start:].add_(future[: end - start, : end - start])
                weights = weights.softmax(dim=-1)
                stays, ctx.scale = draw(weights.shape, rate)
                context[:, start:end] = torch.bmm(stays.to(qkv.dtype).mul_(weights), values[:, :end])
                kept += [weights, stays]
            ctx.save_for_backward(queries, keys, values, *kept)
            ctx.batch = len(qkv)
            return context.mul_(ctx.scale).unflatten(0, (ctx.batch, -1)).transpose(1, 2)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        queries, keys, values, *kept = ctx.saved_tensors
        slope = slope.transpose(1, 2).flatten(0, 1) * ctx.scale  # (N, T, D)
        gradient = queries.new_zeros(3, *queries.shape)
        by_queries, by_keys, by_values = gradient
        for (start, end), weights, stays in zip(_blocks(queries.shape[1]), kept[::2], kept[1::2], strict=True):
            mask, here = stays.to(weights.dtype), slope[:, start:end]
            by_weights = torch.bmm(here, values[:, :end].transpose(1, 2)).mul_(mask)
            by_values[:, :end] += torch.bmm(mask.mul_(weights).transpose(1, 2), here)
            by_scores = torch.ops.aten._softmax_backward_data(by_weights, weights, -1, weights.dtype)
            by_queries[:, start:end] = torch.bmm(by_scores, keys[:, :end])
            by_keys[:, :end] += torch.bmm(by_scores.transpose(1, 2), queries[:, start:end])
        by_queries.mul_(queries.shape[-1] ** -0.5)
        return gradient.unflatten(1, (ctx.batch, -1)).permute(1, 3, 0, 2, 4), None


def _rows(qkv: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, each a copy `(N, T, D)`."""
    queries, keys, values = qkv.permute(2, 0, 3, 1, 4).clone(memory_format=torch.contiguous_format).flatten(1, 2)
    return queries, keys, values


def _blocks(tokens: int) -> list[tuple[int, int]]:
    """The first query and the end of every block.

    >>> _blocks(150)
    [(0, 64), (64, 128), (128, 150)]
    """
    return [(start, min(start + _BLOCK, tokens)) for start in range(0, tokens, _BLOCK)]
