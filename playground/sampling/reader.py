"""The logits of the next token, with a cache of the text so far. B: batch, T: tokens, V: vocabulary.

`window_start` says which part of a long text the model sees, `Reader` reads it, and the functions at the end check the
inputs.
"""

import torch
from torch import Tensor, nn

from playground.config import PastContext
from playground.errors import SettingsError, TextError
from playground.model.cache import KVCache
from playground.model.gpt import GPTModel
from playground.model.inside import NOTHING, SwitchedOff, check_parts, logits_without, masked_in_window, without

_MIN_CACHE_LENGTH = 64  # tokens


def window_start(length: int, size: int, past_context: PastContext = "crop") -> int:
    """Index of the first token that the model sees of a text of `length` tokens, with a context of `size`.

    It depends on the length alone, so a text that is continued later, or written again from a receipt, is seen as it
    was when it was written.

    `crop`, as in the book: the last `size` tokens. The window moves with every token, which changes all positions in
    it, so it is read again each time. `jump`: the window starts at a multiple of half the size, at the first that
    leaves room for the text. Half a context is read again once in `size / 2` tokens, and the others cost one step each.
    In return the model sees between half a context and a whole one.

    >>> [window_start(length, 8) for length in (7, 8, 9, 10, 13)]
    [0, 0, 1, 2, 5]
    >>> [window_start(length, 8, "jump") for length in (7, 8, 9, 10, 13)]
    [0, 0, 4, 4, 8]
    """
    excess = max(0, length - size)
    if past_context == "crop":
        return excess
    half = (size + 1) // 2
    return -(-excess // half) * half


class Reader:
    """Gives the logits of the token after a text, and caches keys and values between calls.

    `logits(ids)` takes the whole text every time and reads only the tokens that are new; where the text differs from
    the one before, the cache is truncated to the common part. Of a text longer than `context_size` the model sees the
    part from `window_start` on.

    A model that is not a `GPTModel`, or is in training mode (dropout), reads its whole window every time. Raises
    `SettingsError` for a `context_size` that the model does not have.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> reader = Reader(model)
    >>> tuple(reader.logits(torch.tensor([[1, 2, 3]])).shape), reader.cached
    ((1, 50), 3)
    """

    def __init__(self, model: nn.Module, batch_size: int = 1, context_size: int | None = None) -> None:
        self.model = model
        """Without the parts that are switched off."""
        self._whole, self._off = model, NOTHING
        self.context_size = context_limit(model, context_size)
        self._device = device_of(model)
        self._cached_ids = torch.empty((batch_size, 0), dtype=torch.long)  # those whose keys and values are cached
        self._cached_from = 0  # index in the text of the first of them
        self._cache: KVCache | None = None

    @property
    def cached(self) -> int:
        """Number of tokens whose keys and values are cached."""
        return self._cached_ids.shape[1]

    def switch_off(self, off: SwitchedOff) -> None:
        """Read without these parts from now on; places of masked tokens are counted in the whole text.

        While a token is masked, the window is read again for every new token. Raises `SettingsError` for parts that the
        model does not have.
        """
        if off == self._off:
            return
        if not isinstance(self._whole, GPTModel):
            raise SettingsError("switched_off: this model has no parts that can be switched off.")
        check_parts(self._whole, off)
        self.model, self._off = without(self._whole, off), off
        self._cache, self._cached_ids = None, self._cached_ids[:, :0]

    @torch.inference_mode()
    def logits(self, ids: Tensor, past_context: PastContext = "crop") -> Tensor:
        """Logits `(B, V)` of the token after `ids` `(B, T)`, T ≥ 1, on the model's device."""
        seen_from = window_start(ids.shape[1], self.context_size, past_context)
        window = ids[:, seen_from:]
        if not isinstance(self.model, GPTModel) or self.model.training:
            return self.model(window.to(self._device))[:, -1]
        masked = masked_in_window(SwitchedOff(tokens=self._off.tokens), seen_from)
        if masked.tokens:
            return torch.stack([logits_without(self.model, row, masked) for row in window])
        if seen_from and past_context == "crop":
            return self.model.next_logits(window.to(self._device))
        # the last token is read again even if it is cached: its logits are asked for
        start = min(self._common_length(window), window.shape[1] - 1) if seen_from == self._cached_from else 0
        cache = self._cache_for(self.model, window.shape[1])
        cache.truncate(start)
        logits = self.model.next_logits(window[:, start:].to(self._device), cache)
        self._cached_ids, self._cached_from = window, seen_from
        return logits

    def read_as_written(self, ids: Tensor, drawn: int, past_context: PastContext = "crop") -> None:
        """Read a text `(B, T)` in the same passes as when its last `drawn` tokens were written: one token each.

        With bfloat16 or int8 weights, one pass over all tokens gives slightly different numbers, which could lead to
        another text.
        """
        length = ids.shape[1]
        seen_from = window_start(length, self.context_size, past_context)
        if seen_from and past_context == "crop":
            return  # the next call of `logits` reads the whole window in any case
        common = self._common_length(ids[:, seen_from:]) if seen_from == self._cached_from else 0
        first = length - drawn
        while window_start(first, self.context_size, past_context) != seen_from:
            first += 1
        for end in range(max(first, seen_from + common + 1), length):
            self.logits(ids[:, :end], past_context)

    def reorder(self, rows: Tensor) -> None:
        """Make row i a copy of what row `rows[i]` has read, `(B,)`: a beam search continues the best rows."""
        self._cached_ids = self._cached_ids[rows]
        if self._cache is not None:
            rows = rows.to(self._device)
            for layer in self._cache.layers:
                read = layer.narrow(3, 0, self._cache.length)
                read.copy_(read[rows])

    def _common_length(self, ids: Tensor) -> int:
        """Number of tokens at the start of `ids` that are cached in every row."""
        length = min(self.cached, ids.shape[1])
        cached, asked = self._cached_ids[:, :length].to(ids.device), ids[:, :length]
        return length if torch.equal(cached, asked) else int((cached == asked).all(dim=0).int().argmin())

    def _cache_for(self, model: GPTModel, length: int) -> KVCache:
        """The cache, replaced by a larger one with the same contents if it does not hold `length` tokens."""
        old = self._cache
        if old is not None and old.max_length >= length:
            return old
        weight = model.tok_emb.weight
        max_length = min(self.context_size, max(_MIN_CACHE_LENGTH, 2 * length))
        cache = KVCache(model.config, self._cached_ids.shape[0], max_length, weight.device, weight.dtype)
        if old is not None:
            for source, target in zip(old.layers, cache.layers, strict=True):
                target.narrow(3, 0, old.length).copy_(source.narrow(3, 0, old.length))
            cache.length = old.length
        self._cache = cache
        return cache


def context_limit(model: nn.Module, context_size: int | None) -> int:
    """The largest number of tokens to show the model; raises `SettingsError` if it cannot see so many.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1))
    >>> context_limit(model, None)
    16
    """
    max_size = model.config.context_length if isinstance(model, GPTModel) else context_size
    size = max_size if context_size is None else context_size
    if size is None or max_size is None or not 1 <= size <= max_size:
        raise SettingsError(f"context_size: {size} tokens do not suit this model; choose 1 to {max_size}.")
    return size


def prompt_ids(ids: Tensor | list[int], model: nn.Module) -> Tensor:
    """A prompt as ids `(B, T)` on the CPU, from `(B, T)`, `(T,)` or a list.

    Raises `TextError` if it is empty or contains an id outside the model's vocabulary.

    >>> prompt_ids([1, 2, 3], nn.Identity())
    tensor([[1, 2, 3]])
    """
    ids = torch.as_tensor(ids, dtype=torch.long).cpu()
    ids = ids.unsqueeze(0) if ids.dim() == 1 else ids
    if ids.numel() == 0:
        raise TextError("The prompt is empty; write something for the model to continue.")
    if isinstance(model, GPTModel):
        vocab_size = model.config.vocab_size
        if not 0 <= int(ids.min()) <= int(ids.max()) < vocab_size:
            wrong = next(token for token in ids.flatten().tolist() if not 0 <= token < vocab_size)
            raise TextError(f"The prompt has token {wrong}, but this model knows 0 to {vocab_size - 1}.")
    return ids


def check_evaluating(model: nn.Module) -> None:
    """Raise `SettingsError` for a model in training mode.

    >>> check_evaluating(nn.Linear(1, 1).eval())
    """
    if model.training:
        raise SettingsError("The model is in training mode, so dropout would change its text; call model.eval() first.")


def device_of(model: nn.Module) -> torch.device:
    """The device of the model's weights; the CPU for a model without weights.

    >>> device_of(nn.Identity())
    device(type='cpu')
    """
    weight = next(model.parameters(), None)
    return torch.device("cpu") if weight is None else weight.device
