"""Smaller weights for writing text: in a large model, a token takes about as long as reading all weights once.

bfloat16 halves the weights, which is faster where the processor supports it; int8 quarters them, which is faster on any
CPU. Small models fit into the processor's caches and are fastest in float32 (`cpu/numpy_step.py`). Training always uses
float32. `divergence` measures how much the rounding changes the distribution.
"""

import copy
import math
from dataclasses import dataclass
from typing import Any, get_args

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.config import WeightsName
from playground.errors import SettingsError
from playground.model.gpt import GPTModel

_FEW_ROWS = 16  # up to so many the int8 kernel is faster than converting the weights to float32 once


class Int8Linear(nn.Module):
    """A linear layer with int8 weights and one scale per row (symmetric, rounded to the nearest).

    >>> layer = nn.Linear(64, 32)
    >>> x = torch.randn(5, 64)
    >>> bool((Int8Linear(layer)(x) - layer(x)).abs().max() < 0.05)
    True
    """

    weight: Tensor
    """`(out, in)`, int8"""
    scale: Tensor
    """`(out,)`, bfloat16"""
    bias: Tensor | None

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        weight = layer.weight.detach().float()
        scale = (weight.abs().amax(dim=1, keepdim=True) / 127).clamp_min(1e-12)
        self.register_buffer("weight", (weight / scale).round().to(torch.int8))
        self.register_buffer("scale", scale.squeeze(1).to(torch.bfloat16))
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach().float())

    def forward(self, x: Tensor) -> Tensor:
        """`(..., in)` → `(..., out)`."""
        rows = x.reshape(-1, x.shape[-1])
        if len(rows) > _FEW_ROWS:  # a prompt
            return F.linear(x, self.weight.to(x.dtype) * self.scale.to(x.dtype)[:, None], self.bias)
        out = torch._weight_int8pack_mm(rows.to(torch.bfloat16), self.weight, self.scale).to(x.dtype)
        if self.bias is not None:
            out = out + self.bias
        return out.view(*x.shape[:-1], -1)


def shrink(model: GPTModel, weights: WeightsName) -> GPTModel:
    """A copy of `model` in evaluation mode, for writing only, with its weights converted to `weights`.

    `float32` returns the model itself. int8 keeps embeddings and norms in float32. Raises `SettingsError` for an
    unknown name, and for int8 on another device than the CPU.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1))
    >>> shrink(model, "int8")(torch.tensor([[1, 2]])).shape
    torch.Size([1, 2, 50])
    """
    if weights not in get_args(WeightsName):
        raise SettingsError(f"weights: there are no {weights!r} weights; choose {', '.join(get_args(WeightsName))}.")
    if weights == "float32":
        return model
    device = model.tok_emb.weight.device
    if weights == "bfloat16":
        return copy.deepcopy(model).to(torch.bfloat16).eval().requires_grad_(False)
    if device.type != "cpu":
        raise SettingsError(f"weights: int8 works on the cpu, and this model is on {device.type}; take bfloat16.")
    packed = {layer: Int8Linear(layer) for layer in model.modules() if type(layer) is nn.Linear}
    memo: dict[int, Any] = {id(layer): small for layer, small in packed.items()}  # deepcopy inserts these instead
    return copy.deepcopy(model, memo).eval().requires_grad_(False)


def is_coarse(model: nn.Module) -> bool:
    """Whether a model has bfloat16 or int8 weights: reading a text at once or token by token then differs visibly.

    >>> is_coarse(nn.Linear(2, 2)), is_coarse(nn.Linear(2, 2).to(torch.bfloat16))
    (False, True)
    """
    is_half = any(weight.dtype == torch.bfloat16 for weight in model.parameters())
    return is_half or any(isinstance(layer, Int8Linear) for layer in model.modules())


@dataclass(frozen=True)
class Divergence:
    """How much one model's next-token distributions differ from another's, over the tokens of a text."""

    mean_kl: float
    """Mean Kullback-Leibler divergence in nats; 0: the same distribution."""
    max_kl: float
    same_choice_pct: float
    """Share of positions where both models have the same likeliest token, in percent."""

    def __str__(self) -> str:
        """Part of a sentence for the user, in bits.

        >>> str(Divergence(mean_kl=0.0007, max_kl=0.01, same_choice_pct=99.2))
        '0.0010 bits per token away from float32 (0.0144 at most); the likeliest token stays the same after 99 %'
        """
        mean, most = (f"{kl / math.log(2):.4f}" for kl in (self.mean_kl, self.max_kl))
        same = f"the likeliest token stays the same after {self.same_choice_pct:.0f} %"
        return f"{mean} bits per token away from float32 ({most} at most); {same}"


@torch.inference_mode()
def divergence(model: GPTModel, other: GPTModel, ids: Tensor) -> Divergence:
    """Compare `other` with `model` at every position of `ids` `(B, T)`; both should be in evaluation mode.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> divergence(model, model, torch.tensor([[1, 2, 3]]))
    Divergence(mean_kl=0.0, max_kl=0.0, same_choice_pct=100.0)
    """
    expected, found = (m(ids).float().log_softmax(-1) for m in (model, other))  # (B, T, V)
    kl = (expected.exp() * (expected - found)).sum(-1).clamp_min(0)  # (B, T)
    same = (expected.argmax(-1) == found.argmax(-1)).float().mean()
    return Divergence(float(kl.mean()), float(kl.max()), 100 * float(same))
