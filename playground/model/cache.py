"""Keys and values of the tokens a model has already read, so that a new token costs one step and not a whole pass.

B: batch, H: heads, D: width of a head, L: tokens that fit.
"""

import torch
from torch import Tensor

from playground.config import ModelConfig
from playground.errors import SettingsError
from playground.model.cpu.step import Step


class KVCache:
    """Room for the keys and values of `max_length` tokens in every block, allocated once.

    `layers[i]` is the room of block i: `(B, 2, H, L, D)`, keys first. `length` says how many tokens it holds; the model
    writes behind them and moves `length` on. `max_length` defaults to the model's context length and may not exceed it
    (`SettingsError`).

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
        """Memory that the cache holds, in bytes."""
        return sum(layer.numel() * layer.element_size() for layer in self.layers)

    def truncate(self, length: int) -> None:
        """Forget everything after the first `length` tokens; nothing is freed or moved.

        Raises `SettingsError` when the cache holds fewer.
        """
        if not 0 <= length <= self.length:
            raise SettingsError(f"length: the cache holds {self.length} tokens and cannot be cut to {length}.")
        self.length = length

    def store(self, layer: int, keys_values: Tensor) -> tuple[Tensor, Tensor]:
        """Write `(B, 2, H, T, D)` behind what block `layer` holds; all its keys and values, `(B, H, length + T, D)`."""
        room, start, new = self.layers[layer], self.length, keys_values.shape[3]
        room.narrow(3, start, new).copy_(keys_values)
        return room[:, 0, :, : start + new], room[:, 1, :, : start + new]
