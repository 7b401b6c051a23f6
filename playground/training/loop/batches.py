"""Text as batches: windows of token ids as inputs, and the same windows shifted by one token as targets.

Shapes: B windows per batch, T tokens per window, N tokens of the text, W windows of the text.
Source: book, chapter 2 (`create_dataloader_v1`).
"""

import hashlib
from collections.abc import Iterator

import torch
from torch import Tensor

from playground.config import DataConfig
from playground.text.corpus import Corpus, check_long_enough

Batch = tuple[Tensor, Tensor]
"""Inputs (B, T) and targets (B, T): the same windows, one token later."""


def derive_seed(seed: int, *purpose: str | int) -> int:
    """A seed for one purpose, determined by `seed` and the purpose, and independent of those of other purposes.

    >>> derive_seed(123, "order", 0) == derive_seed(123, "order", 0) != derive_seed(123, "order", 1)
    True
    """
    digest = hashlib.sha256(":".join(map(str, (seed, *purpose))).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1  # 63 bits, which every generator of PyTorch accepts


class Batches:
    """Batches of windows over `ids` (N,), in an order that is determined by `seed` and the number of the epoch.

    The windows are a view of `ids`; only the rows of one batch are copied at a time. Reading can start at any batch of
    any epoch, with `epoch(n, start)`. Iterating yields epoch 0, as a data loader does. `stride` is the number of tokens
    from one window's start to the next (None: `context_length`).

    >>> batches = Batches(torch.arange(10), context_length=3, batch_size=2, shuffle=False)
    >>> inputs, targets = next(iter(batches))
    >>> inputs.tolist(), targets.tolist()
    ([[0, 1, 2], [3, 4, 5]], [[1, 2, 3], [4, 5, 6]])
    >>> len(batches)
    1
    """

    def __init__(
        self,
        ids: Tensor,  # (N,)
        context_length: int,
        batch_size: int,
        stride: int | None = None,
        drop_last: bool = True,
        shuffle: bool = True,
        seed: int = 123,
    ) -> None:
        if len(ids) > context_length:
            self.windows = ids.unfold(0, context_length + 1, stride or context_length)  # (W, T + 1), a view
        else:
            self.windows = ids.new_empty(0, context_length + 1)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.shuffle = shuffle
        self.seed = seed

    def __len__(self) -> int:
        full, rest = divmod(len(self.windows), self.batch_size)
        return full if self.drop_last or not rest else full + 1

    def __iter__(self) -> Iterator[Batch]:
        return self.epoch(0)

    def epoch(self, n: int, start: int = 0) -> Iterator[Batch]:
        """The batches of epoch `n` from batch `start` on: inputs (B, T) and targets (B, T), both int64."""
        order = self.order(n)
        for batch in range(start, len(self)):
            chosen = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            rows = self.windows[chosen].long()  # (B, T + 1), the only copy
            yield rows[:, :-1], rows[:, 1:]

    def order(self, epoch: int) -> Tensor:
        """Numbers of all windows in the order of an epoch, (W,).

        >>> batches = Batches(torch.arange(10), context_length=3, batch_size=2)
        >>> sorted(batches.order(0).tolist()), batches.order(0).equal(batches.order(0))
        ([0, 1, 2], True)
        """
        if not self.shuffle:
            return torch.arange(len(self.windows))
        generator = torch.Generator().manual_seed(derive_seed(self.seed, "order", epoch))
        return torch.randperm(len(self.windows), generator=generator)


def make_batches(corpus: Corpus, data: DataConfig, context_length: int, seed: int = 123) -> tuple[Batches, Batches]:
    """Training and validation batches of a text; the validation batches are not shuffled and contain every window.

    Raises `TextError` if either part is too short for one batch.

    >>> from playground.text.corpus import build_corpus
    >>> corpus = build_corpus("so it goes. " * 50, DataConfig(vocabulary="bytes"))
    >>> train_batches, val_batches = make_batches(corpus, DataConfig(batch_size=4), context_length=8)
    >>> [inputs.shape for inputs, _ in val_batches]
    [torch.Size([4, 8]), torch.Size([3, 8])]
    """
    check_long_enough(corpus, data, context_length)
    return batches_of(corpus.train_ids, corpus.val_ids, data, context_length, seed)


def batches_of(
    train_ids: Tensor, val_ids: Tensor, data: DataConfig, context_length: int, seed: int
) -> tuple[Batches, Batches]:
    """The same of token ids (N,) that are known to be long enough."""
    train = Batches(train_ids, context_length, data.batch_size, data.stride, data.drop_last, data.shuffle, seed)
    val = Batches(val_ids, context_length, data.batch_size, data.stride, drop_last=False, shuffle=False)
    return train, val
