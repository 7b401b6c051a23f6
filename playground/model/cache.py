"""The key-value cache: a model that has read a text reads one more token without reading the text again.

B: batch, H: heads, D: head width, L: capacity in tokens, T: new tokens.
"""

import torch
from torch import Tensor

from playground.config import ModelConfig
from playground.errors import SettingsError
from playground.model.cpu.step import Step


class KVCache:
    """The keys and values of up to `max_length` tokens in every block, allocated once.

    `layers[i]` belongs to block i: `(B, 2, H, L, D)`, keys first. The first `length` tokens are valid; the model adds
    new ones and increases `length`. `max_length` defaults to the model's context length; a larger one raises
    `SettingsError`.

    >>> config = ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=3)
    >>> cache = KVCache(config, batch_size=1)
    >>> len(cache.layers), tuple(cache.layers[0].shape), cache.length
    (3, (1, 2, 2, 16, 4), 0)
    """

    def __init__(
        self,
        config: ModelConfig,
        batch_size: int,
        max_length: int | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.max_length = config.context_length if max_length is None else max_length
        if not 1 <= self.max_length <= config.context_length:
            raise SettingsError(
                f"max_length: a cache of {self.max_length} tokens does not fit a context of {config.context_length}; "
                f"choose 1 to {config.context_length}."
            )
        shape = (batch_size, 2, config.n_heads, self.max_length, config.head_dim)
        self.layers = [torch.zeros(shape, device=device, dtype=dtype) for _ in range(config.n_layers)]
        self.length = 0
        self.step: Step | None = None
        """How the model reads one token into this cache: made and used by `GPTModel.step`."""

    @property
    def size_bytes(self) -> int:
        """Memory of the cache, in bytes."""
        return sum(layer.numel() * layer.element_size() for layer in self.layers)

    def truncate(self, length: int) -> None:
        """Drop all but the first `length` tokens, without freeing memory.

        Raises `SettingsError` when the cache has fewer.
        """
        if not 0 <= length <= self.length:
            raise SettingsError(f"length: the cache has {self.length} tokens and cannot be truncated to {length}.")
        self.length = length

    def store(self, layer: int, keys_values: Tensor) -> tuple[Tensor, Tensor]:
        """Append `(B, 2, H, T, D)` for block `layer`; return all its keys and values, each `(B, H, length + T, D)`.

        `length` stays: the model increases it once all blocks have stored theirs.
        """
        cached, start, new = self.layers[layer], self.length, keys_values.shape[3]
        cached.narrow(3, start, new).copy_(keys_values)
        return cached[:, 0, :, : start + new], cached[:, 1, :, : start + new]
