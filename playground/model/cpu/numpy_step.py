"""The pass of one new token of one text in NumPy, for small models on the CPU: in two thirds of PyTorch's time.

NumPy's product of a matrix and a vector gets twice as much from one core, and calling it costs a fraction. It works on
the model's own weights and in the cache's own memory; nothing is copied.

C: emb_dim, H: heads, D: C / H, L: tokens in the cache, V: vocabulary.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from playground.model.cache import KVCache
from playground.model.cpu.direct import Layer, direct

if TYPE_CHECKING:
    from playground.model.gpt import GPTModel

_ALONE = 460_800  # weights; OpenBLAS takes larger matrices with threads of its own, and these stand in PyTorch's way
_LINEAR = math.sqrt(2 / math.pi)
_CUBIC = 0.044715 * _LINEAR


def suits_numpy(model: "GPTModel", cache: KVCache) -> bool:
    """Whether there is one text only, and the blocks, which are alike, hold matrices for one core of a CPU."""
    block = model.blocks[0]
    return len(cache.layers[0]) == 1 and all(
        map(_small, (block.att.qkv, block.att.out_proj, block.ff.up, block.ff.down))
    )


class NumpyStep:
    """A `Step` (`step.py`, whose `step_of` makes it) for a batch of one."""

    def __init__(self, model: "GPTModel", cache: KVCache) -> None:
        self._cache, self._scale = cache, model.config.head_dim**-0.5
        self._now = (3, model.config.n_heads, model.config.head_dim)
        self._tokens, self._places = _array(model.tok_emb.weight), _array(model.pos_emb.weight)
        self._blocks = [
            (
                *(_Norm(block.norm1), *_linear(block.att.qkv), *_linear(block.att.out_proj)),
                *(_Norm(block.norm2), *_linear(block.ff.up), *_linear(block.ff.down)),
                room[0].numpy(),
            )
            for block, room in zip(model.blocks, cache.layers, strict=True)
        ]
        self._final_norm, self.head = _Norm(model.final_norm), _product(model.out_head)

    @np.errstate(all="ignore")  # numbers that are none are told of where they are chosen from
    def read(self, ids: Tensor) -> Tensor:
        """See `Step.read`."""
        token, place = ids.item(), self._cache.length
        if token < 0:  # NumPy would count from the end
            raise IndexError(f"There is no token {token}.")
        x = self._tokens[token] + self._places[place]  # (C,)
        for norm1, qkv, qkv_bias, out, out_bias, norm2, up, up_bias, down, down_bias, room in self._blocks:
            now = qkv @ norm1(x)
            now += qkv_bias
            now = now.reshape(self._now)  # (3, H, D)
            room[:, :, place] = now[1:]
            keys, values = room[:, :, : place + 1]  # (H, L, D)
            x += out @ _attend(now[0] * self._scale, keys, values)
            x += out_bias
            wide = up @ norm2(x)
            wide += up_bias
            x += down @ _gelu(wide)
            x += down_bias
        self._cache.length = place + 1
        return torch.from_numpy(self._final_norm(x)).view(1, 1, -1)


def _small(layer: nn.Module) -> bool:
    if type(layer) is not nn.Linear:
        return False
    weight = layer.weight
    return weight.device.type == "cpu" and weight.dtype == torch.float32 and weight.numel() < _ALONE


def _product(layer: nn.Module) -> Layer:
    """The layer without its bias for one row, `(1, in)` → `(1, out)`."""
    if not _small(layer):
        return direct(layer)
    weight = _array(layer.weight)

    @np.errstate(all="ignore")
    def product(x: Tensor) -> Tensor:
        return torch.from_numpy(weight @ x.numpy()[0]).unsqueeze(0)

    return product


def _array(weight: Tensor) -> np.ndarray:
    return weight.detach().numpy()


def _linear(layer: nn.Linear) -> tuple[np.ndarray, np.ndarray]:
    """Weight `(out, in)` and bias, zeros where there is none."""
    weight = _array(layer.weight)
    return weight, np.zeros_like(weight[:, 0]) if layer.bias is None else _array(layer.bias)


class _Norm:
    """`F.layer_norm` of one vector."""

    def __init__(self, layer: nn.LayerNorm) -> None:
        self._weight, self._bias, self._eps = _array(layer.weight), _array(layer.bias), layer.eps
        self._mean = np.full_like(self._weight, 1 / len(self._weight))  # its product with a vector is the mean

    def __call__(self, x: np.ndarray) -> np.ndarray:
        y = x - self._mean.dot(x)
        y *= 1 / math.sqrt(y.dot(y) / len(y) + self._eps)
        y *= self._weight
        y += self._bias
        return y


def _attend(query: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Softmax attention of scaled queries `(H, D)` over keys and values `(H, L, D)`: `(C,)`."""
    weights = keys @ query[:, :, None]  # (H, L, 1)
    weights -= np.maximum.reduce(weights, axis=1, keepdims=True)
    np.exp(weights, out=weights)
    weights /= np.add.reduce(weights, axis=1, keepdims=True)
    return (weights.transpose(0, 2, 1) @ values).reshape(-1)


def _gelu(x: np.ndarray) -> np.ndarray:
    """GELU in its tanh form (Hendrycks & Gimpel 2016), as the model has it."""
    y = x * x
    y *= _CUBIC
    y += _LINEAR
    y *= x
    np.tanh(y, out=y)
    y += 1
    y *= x
    y *= 0.5
    return y
