"""Dropout on the CPU, several times faster than PyTorch's, with a fraction of the memory.

Drawing random numbers is most of its cost. Here one 64-bit random number serves four values, 16 bits each. The rate is
exact to one part in 65,536, and the kept values are scaled by exactly that rate. The mask for the backward pass takes
one byte per value; PyTorch keeps four bytes and two more copies. Other devices use PyTorch's dropout.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

_LEVELS = 2**16
_LOWEST = -(2**15)


def dropout(x: Tensor, rate: float, training: bool = True) -> Tensor:
    """Set each value to zero with probability `rate` and scale the others, to keep the mean (Srivastava et al. 2014).

    >>> dropout(torch.ones(3), 0.5, training=False)
    tensor([1., 1., 1.])
    """
    if not training or rate == 0:
        return x
    if x.device.type != "cpu":
        return F.dropout(x, rate)
    return _Dropout.apply(x, rate)


def add_with_dropout(x: Tensor, change: Tensor, rate: float, training: bool = True) -> Tensor:
    """`x + dropout(change, rate, training)` of two tensors of the same shape, in fewer passes over memory.

    >>> add_with_dropout(torch.ones(3), torch.ones(3), 0.5, training=False)
    tensor([2., 2., 2.])
    """
    if not training or rate == 0 or x.device.type != "cpu":
        return x + dropout(change, rate, training)
    return _AddWithDropout.apply(x, change, rate)


def draw(shape: torch.Size, rate: float) -> tuple[Tensor, float]:
    """A dropout mask of a shape, as bytes: 1 where a value is kept, else 0; and the factor that keeps the mean.

    >>> stays, scale = draw(torch.Size((2, 3)), 0.5)
    >>> stays.shape, stays.dtype, scale
    (torch.Size([2, 3]), torch.uint8, 2.0)
    """
    dropped = max(1, min(_LEVELS - 1, round(rate * _LEVELS)))
    count = shape.numel()
    bits = torch.empty((count + 3) // 4, dtype=torch.int64).random_(-(2**63), None)
    stays = bits.view(torch.int16)[:count].view(shape) >= _LOWEST + dropped
    return stays.view(torch.uint8), _LEVELS / (_LEVELS - dropped)


class _Dropout(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, rate: float) -> Tensor:
        stays, ctx.scale = draw(x.shape, rate)
        ctx.save_for_backward(stays)
        return stays.to(x.dtype).mul_(x).mul_(ctx.scale)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        (stays,) = ctx.saved_tensors
        return stays.to(slope.dtype).mul_(slope).mul_(ctx.scale), None


class _AddWithDropout(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, change: Tensor, rate: float) -> Tensor:
        stays, ctx.scale = draw(change.shape, rate)
        ctx.save_for_backward(stays)
        return torch.addcmul(x, change, stays.to(change.dtype), value=ctx.scale)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, None]:
        (stays,) = ctx.saved_tensors
        return slope, stays.to(slope.dtype).mul_(slope).mul_(ctx.scale), None
