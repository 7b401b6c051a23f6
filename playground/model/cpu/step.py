"""Reading one new token: what a one-token step needs of a model, and what it offers.

Call overhead dominates the pass of one token through a small model. `TorchStep` and `NumpyStep` therefore take the
layers once, out of their modules, and then do as few operations as possible per token.

B: batch, C: emb_dim, H: heads, V: vocabulary.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from torch import Tensor, nn


class BlockLayers(NamedTuple):
    """The layers of one transformer block, in the order they are applied."""

    norm1: nn.LayerNorm
    qkv: nn.Module
    """`(B, C)` → `(B, 3C)`: queries, keys and values of all heads."""
    out_proj: nn.Module
    norm2: nn.LayerNorm
    up: nn.Module
    down: nn.Module


@dataclass(frozen=True)
class ModelLayers:
    """The layers of a GPT. The linear ones may be `nn.Linear` or a replacement such as `Int8Linear`."""

    n_heads: int
    tok_emb: Tensor
    """`(V, C)`"""
    pos_emb: Tensor
    """`(context length, C)`"""
    blocks: list[BlockLayers]
    final_norm: nn.LayerNorm
    out_head: nn.Module
    """`(B, C)` → `(B, V)`, without a bias."""

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.tok_emb.shape[1] // self.n_heads


class Step(Protocol):
    """Reads one token after another into the cache that it was made for."""

    def read(self, ids: Tensor) -> Tensor:
        """Append the tokens `(B, 1)` to the cache; return `GPTModel.hidden` of them, `(B, 1, C)`, without gradients."""
        ...

    def head(self, hidden: Tensor) -> Tensor:
        """Logits `(B, V)` from one position of the output of `read`, `(B, C)`."""
        ...
