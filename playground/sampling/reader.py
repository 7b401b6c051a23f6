"""Reading a text that grows, or is cut back, so that a new token costs one step. B: batch, T: tokens, V: vocabulary."""

import torch
from torch import Tensor, nn

from playground.config import PastContext
from playground.errors import SettingsError, TextError
from playground.model.cache import KVCache
from playground.model.gpt import GPTModel


class Reader:
    """Gives the logits of the next token of a text, keeping keys and values of what it has read.

    `logits(ids)` takes the whole text every time and reads only what is new to it; where the text differs from what it
    read before, it cuts its cache back to the part in common. Of a text beyond `context_size` tokens the model sees the
    part that begins at `window_start`: `crop` reads it afresh for every token, `jump` keeps it for many.

    A model that is not a `GPTModel`, or one in training mode (dropout), is called on the whole window every time.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> reader = Reader(model)
    >>> tuple(reader.logits(torch.tensor([[1, 2, 3]])).shape), reader.cached
    ((1, 50), 3)
    """

    def __init__(self, model: nn.Module, batch_size: int = 1, context_size: int | None = None) -> None:
        self.model = model
        self.context_size = context_limit(model, context_size)
        self._device = device_of(model)
        self._held = torch.empty((batch_size, 0), dtype=torch.long)  # ids whose keys and values are in the cache
        self._held_from = 0  # place in the text of the first of them
        self._cache: KVCache | None = None

    @property
    def cached(self) -> int:
        """Tokens of the text whose keys and values are kept."""
        return self._held.shape[1]

    @torch.inference_mode()
    def logits(self, ids: Tensor, past_context: PastContext = "crop") -> Tensor:
        """`(B, V)` logits of the token after `ids` `(B, T)`, T ≥ 1, on the model's device."""
        seen_from = window_start(ids.shape[1], self.context_size, past_context)
        window = ids[:, seen_from:]
        if not isinstance(self.model, GPTModel) or self.model.training:
            return self.model(window.to(self._device))[:, -1]
        if seen_from and past_context == "crop":
            return self.model.next_logits(window.to(self._device))
        # the last token is read again even if it is in the cache: its logits are what is asked for
        start = min(self._in_common(window), window.shape[1] - 1) if seen_from == self._held_from else 0
        self._make_room(window.shape[1])
        self._cache.truncate(start)
        logits = self.model.next_logits(window[:, start:].to(self._device), self._cache)
        self._held, self._held_from = window, seen_from
        return logits

    def read_as_written(self, ids: Tensor, drawn: int, past_context: PastContext = "crop") -> None:
        """Take in a text `(B, T)` in the steps in which its last `drawn` tokens were written: one by one.

        With coarse weights these give other numbers than one pass over them all, and so might give another text.
        """
        length = ids.shape[1]
        seen_from = window_start(length, self.context_size, past_context)
        if seen_from and past_context == "crop":
            return  # read anew for each token in any case
        held = self._in_common(ids[:, seen_from:]) if seen_from == self._held_from else 0
        first = length - drawn
        while window_start(first, self.context_size, past_context) != seen_from:
            first += 1
        for end in range(max(first, seen_from + held + 1), length):
            self.logits(ids[:, :end], past_context)

    def pick(self, rows: Tensor) -> None:
        """Let row i go on from what row `rows[i]` has read, `(B,)`: how beams change places."""
        self._held = self._held[rows]
        if self._cache is not None:
            rows = rows.to(self._device)
            for layer in self._cache.layers:
                read = layer.narrow(3, 0, self._cache.length)
                read.copy_(read[rows])

    def _in_common(self, ids: Tensor) -> int:
        """Tokens at the beginning that the cache holds in every row."""
        length = min(self.cached, ids.shape[1])
        held, asked = self._held[:, :length].to(ids.device), ids[:, :length]
        return length if torch.equal(held, asked) else int((held == asked).all(dim=0).int().argmin())

    def _make_room(self, length: int) -> None:
        """Have a cache for `length` tokens; one that is too small makes way for one twice the size."""
        if self._cache is not None and self._cache.max_length >= length:
            return
        weight = self.model.tok_emb.weight
        room = min(self.context_size, max(64, 2 * length))
        bigger = KVCache(self.model.config, self._held.shape[0], room, weight.device, weight.dtype)
        if self._cache is not None:
            for old, new in zip(self._cache.layers, bigger.layers, strict=True):
                new.narrow(3, 0, self._cache.length).copy_(old.narrow(3, 0, self._cache.length))
            bigger.length = self._cache.length
        self._cache = bigger


def context_limit(model: nn.Module, context_size: int | None) -> int:
    """The number of tokens that the model is shown at most; raises `SettingsError` where it cannot see so many.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1))
    >>> context_limit(model, None)
    16
    """
    most = model.config.context_length if isinstance(model, GPTModel) else context_size
    size = most if context_size is None else context_size
    if size is None or size < 1 or size > most:
        raise SettingsError(f"context_size: {size} tokens do not suit this model; choose 1 to {most}.")
    return size


def prompt_ids(ids: Tensor | list[int], model: nn.Module) -> Tensor:
    """A prompt as `(B, T)` ids on the CPU, from `(B, T)`, `(T,)` or a list.

    Raises `TextError` where it is empty, or holds an id that the model does not know.
    """
    ids = torch.as_tensor(ids, dtype=torch.long).cpu()
    ids = ids.unsqueeze(0) if ids.dim() == 1 else ids
    if ids.numel() == 0:
        raise TextError("The prompt is empty; write something for the model to go on from.")
    if isinstance(model, GPTModel):
        vocab_size = model.config.vocab_size
        if not 0 <= int(ids.min()) <= int(ids.max()) < vocab_size:
            wrong = next(token for token in ids.flatten().tolist() if not 0 <= token < vocab_size)
            raise TextError(f"The prompt holds token {wrong}, but this model knows 0 to {vocab_size - 1}.")
    return ids


def check_evaluating(model: nn.Module) -> None:
    """Raise `SettingsError` for a model in training mode.

    >>> check_evaluating(nn.Linear(1, 1).eval())
    """
    if model.training:
        raise SettingsError("The model is in training mode, so dropout would change its text; call model.eval() first.")


def device_of(model: nn.Module) -> torch.device:
    """Where the model's weights are; the CPU for a model that has none."""
    weight = next(model.parameters(), None)
    return torch.device("cpu") if weight is None else weight.device


def window_start(length: int, size: int, past_context: PastContext = "crop") -> int:
    """First place that the model sees of a text of `length` tokens, when its context holds `size`.

    It depends on the length alone, not on how the text came about, so that a text which is gone back to, or read again
    from a receipt, is seen as it was when it was written.

    `crop`, as in the book: the last `size` tokens. The window moves on with every token, and as each token's position
    in it is another one then, all of it has to be read again. `jump`: windows begin at multiples of half the size only,
    and the first that holds the text is taken. One token in `size / 2` costs the reading of half a context, the others
    one step each; in return the model sees between half a context and a whole one, so that what it writes is another
    text, and just behind a jump it may lose the thread a little sooner.

    >>> [window_start(length, 8) for length in (7, 8, 9, 10, 13)]
    [0, 0, 1, 2, 5]
    >>> [window_start(length, 8, "jump") for length in (7, 8, 9, 10, 13)]
    [0, 0, 4, 4, 8]
    """
    over = max(0, length - size)
    if past_context == "crop":
        return over
    half = (size + 1) // 2
    return -(-over // half) * half
