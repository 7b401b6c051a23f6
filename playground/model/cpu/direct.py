"""Layers as plain functions, for inputs with few rows.

PyTorch multiplies a matrix by few rows on one thread, which cannot use the whole memory bandwidth. Here every thread
multiplies its share of the weights.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Layer = Callable[[Tensor], Tensor]

_FEW_ROWS = 16  # with more, PyTorch's own product uses several threads as well (measured)


def direct(layer: nn.Module) -> Layer:
    """The layer as a function of its weights, which are looked up once: a lookup costs more than a small product.

    Linear layers and LayerNorms are replaced; any other layer keeps its `forward`.

    >>> direct(nn.Linear(4, 6))(torch.ones(1, 4)).shape
    torch.Size([1, 6])
    """
    if type(layer) is nn.Linear:
        return _product(layer.weight, layer.bias)
    if type(layer) is nn.LayerNorm:
        shape, weight, bias, eps = layer.normalized_shape, layer.weight, layer.bias, layer.eps
        return lambda x: torch.layer_norm(x, shape, weight, bias, eps)
    return layer.forward


def _product(weight: Tensor, bias: Tensor | None) -> Layer:
    """`F.linear` for few rows, with the weights divided among PyTorch's current number of threads."""
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
