"""The pass of one new token of one text in NumPy, for small models on the CPU: in two thirds of PyTorch's time.

NumPy multiplies a matrix by a vector twice as fast on one core, and calling it costs a fraction. The arrays share the
memory of the model's weights and of the cache; nothing is copied.

C: emb_dim, H: heads, D: C / H, L: tokens in the cache, V: vocabulary.
"""

import math
from typing import TypeGuard

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from playground.model.cache import KVCache
from playground.model.cpu.direct import Layer, direct
from playground.model.cpu.step import ModelLayers

Array = NDArray[np.float32]

_MAX_WEIGHTS = 460_800  # OpenBLAS multiplies larger matrices with threads of its own, which compete with PyTorch's
_LINEAR = math.sqrt(2 / math.pi)
_CUBIC = 0.044715 * _LINEAR


def suits_numpy(layers: ModelLayers, cache: KVCache) -> bool:
    """Whether a `NumpyStep` can read these layers: a batch of one, on the CPU, in float32, with small matrices.

    All blocks have the same shape, so the first one is checked. The output head may be larger.
    """
    block = layers.blocks[0]
    return len(cache.layers[0]) == 1 and all(map(_is_small, (block.qkv, block.out_proj, block.up, block.down)))


class NumpyStep:
    """A `Step` for a batch of one; `suits_numpy` says whether it can be used."""

    def __init__(self, layers: ModelLayers, cache: KVCache) -> None:
        self._cache, self._scale = cache, layers.head_dim**-0.5
        self._heads = (3, layers.n_heads, layers.head_dim)
        self._tok_emb, self._pos_emb = _array(layers.tok_emb), _array(layers.pos_emb)
        self._blocks = [
            (
                *(_Norm(block.norm1), *_linear(block.qkv), *_linear(block.out_proj)),
                *(_Norm(block.norm2), *_linear(block.up), *_linear(block.down)),
                keys_values[0].numpy(),
            )
            for block, keys_values in zip(layers.blocks, cache.layers, strict=True)
        ]
        self._final_norm, self.head = _Norm(layers.final_norm), _product(layers.out_head)

    @np.errstate(all="ignore")  # NaNs are reported by the sampler
    def read(self, ids: Tensor) -> Tensor:
        """See `Step.read`."""
        token, position = int(ids.item()), self._cache.length
        if token < 0:  # NumPy would count from the end
            raise IndexError(f"There is no token {token}.")
        x = self._tok_emb[token] + self._pos_emb[position]  # (C,)
        for norm1, qkv, qkv_bias, out, out_bias, norm2, up, up_bias, down, down_bias, keys_values in self._blocks:
            new = qkv @ norm1(x)
            new += qkv_bias
            new = new.reshape(self._heads)  # (3, H, D)
            keys_values[:, :, position] = new[1:]
            keys, values = keys_values[:, :, : position + 1]  # (H, L, D)
            x += out @ _attend(new[0] * self._scale, keys, values)
            x += out_bias
            wide = up @ norm2(x)
            wide += up_bias
            x += down @ _gelu(wide)
            x += down_bias
        self._cache.length = position + 1
        return torch.from_numpy(self._final_norm(x)).view(1, 1, -1)


def _is_small(layer: nn.Module) -> TypeGuard[nn.Linear]:
    if type(layer) is not nn.Linear:
        return False
    weight = layer.weight
    return weight.device.type == "cpu" and weight.dtype == torch.float32 and weight.numel() < _MAX_WEIGHTS


def _product(layer: nn.Module) -> Layer:
    """The layer without its bias for one row, `(1, in)` → `(1, out)`."""
    if not _is_small(layer):
        return direct(layer)
    weight = _array(layer.weight)

    @np.errstate(all="ignore")
    def product(x: Tensor) -> Tensor:
        return torch.from_numpy(weight @ x.numpy()[0]).unsqueeze(0)

    return product


def _array(weight: Tensor) -> Array:
    return weight.detach().numpy()


def _linear(layer: nn.Module) -> tuple[Array, Array]:
    """Weight `(out, in)` and bias; a layer without a bias gets zeros."""
    assert isinstance(layer, nn.Linear)  # `suits_numpy` checked it
    weight = _array(layer.weight)
    return weight, np.zeros_like(weight[:, 0]) if layer.bias is None else _array(layer.bias)


class _Norm:
    """`F.layer_norm` of one vector."""

    def __init__(self, layer: nn.LayerNorm) -> None:
        self._weight, self._bias, self._eps = _array(layer.weight), _array(layer.bias), layer.eps
        self._mean = np.full_like(self._weight, 1 / len(self._weight))  # its product with a vector is the mean

    def __call__(self, x: Array) -> Array:
        y = x - self._mean.dot(x)
        y *= 1 / math.sqrt(y.dot(y) / len(y) + self._eps)
        y *= self._weight
        y += self._bias
        return y


def _attend(query: Array, keys: Array, values: Array) -> Array:
    """Softmax attention of scaled queries `(H, D)` over keys and values `(H, L, D)`: `(C,)`."""
    weights: Array = keys @ query[:, :, None]  # (H, L, 1)
    weights -= np.maximum.reduce(weights, axis=1, keepdims=True)
    np.exp(weights, out=weights)
    weights /= np.add.reduce(weights, axis=1, keepdims=True)
    return (weights.transpose(0, 2, 1) @ values).reshape(-1)


def _gelu(x: Array) -> Array:
    """GELU (tanh approximation), as in `gelu.py`."""
    y = x * x
    y *= _CUBIC
    y += _LINEAR
    y *= x
    np.tanh(y, out=y)
    y += 1
    y *= x
    y *= 0.5
    return y
