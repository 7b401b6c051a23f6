"""Dropout on the CPU, several times faster than PyTorch's, where drawing the random numbers is most of its cost.

Four places share one 64-bit random number: 16 bits decide each. The rate is met to one part in 65,536, and what stays
is scaled by exactly that. On other devices PyTorch's own dropout is used. B: batch, H: heads, T: tokens, D: head width.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

_LEVELS = 2**16
_LOWEST = -(2**15)


def dropout(x: Tensor, rate: float, training: bool = True) -> Tensor:
    """Set each number to zero with probability `rate` and scale the others, so that the mean stays (Srivastava 2014).

    >>> dropout(torch.ones(3), 0.5, training=False)
    tensor([1., 1., 1.])
    """
    if not training or rate == 0:
        return x
    if x.device.type != "cpu":
        return F.dropout(x, rate)
    return x * _mask_like(x, rate)


def attention_with_dropout(queries: Tensor, keys: Tensor, values: Tensor, rate: float) -> Tensor:
    """Causal attention with dropout on its weights: all `(B, H, T, D)`.

    >>> x = torch.randn(1, 2, 3, 4)
    >>> attention_with_dropout(x, x, x, 0.1).shape
    torch.Size([1, 2, 3, 4])
    """
    if queries.device.type != "cpu":
        return F.scaled_dot_product_attention(queries, keys, values, dropout_p=rate, is_causal=True)
    tokens, head_dim = queries.shape[2:]
    future = torch.full((tokens, tokens), float("-inf"), dtype=queries.dtype).triu_(1)
    q, k, v = (x.flatten(0, 1) for x in (queries, keys, values))  # (B · H, T, D)
    weights = torch.baddbmm(future, q, k.transpose(1, 2), alpha=head_dim**-0.5).softmax(dim=-1)  # (B · H, T, T)
    return torch.bmm(dropout(weights, rate), v).view(queries.shape)


def _mask_like(x: Tensor, rate: float) -> Tensor:
    """0 with probability `rate`, else 1 / (1 − rate), in the shape and type of `x`."""
    dropped = max(1, min(_LEVELS - 1, round(rate * _LEVELS)))
    bits = torch.empty((x.numel() + 3) // 4, dtype=torch.int64).random_(-(2**63), None)
    stays = bits.view(torch.int16)[: x.numel()].view(x.shape) >= _LOWEST + dropped
    return stays.to(x.dtype).mul_(_LEVELS / (_LEVELS - dropped))
