"""The simplest models of a text, to compare a trained one with: uniform, unigram and bigram.

N: tokens of a text, V: vocabulary, P: places of a passage.
"""

import numpy as np
import torch
from torch import Tensor


class Baselines:
    """Counts of the training text, and the distributions that follow from them.

    - uniform: every token has probability 1/V, so its loss is ln V.
    - unigram: P(b) = (n(b) + 1) / (N + V), whatever comes before.
    - bigram: P(b | a) = (n(ab) + P(b)) / (n(a) + 1): after a token that was never seen it is the unigram model.

    >>> baselines = Baselines(torch.tensor([0, 1, 0, 1, 2]), vocab_size=4)
    >>> baselines.unigram().tolist()  # (2 + 1) / (5 + 4), …
    [0.333..., 0.333..., 0.222..., 0.111...]
    >>> baselines.bigram(torch.tensor([0]))[0].tolist()  # n(01) = 2 and n(0) = 2
    [0.111..., 0.777..., 0.074..., 0.037...]
    """

    def __init__(self, train_ids: Tensor, vocab_size: int) -> None:
        ids = np.asarray(train_ids).astype(np.int64)
        self.vocab_size = vocab_size
        self.counts = torch.from_numpy(np.bincount(ids, minlength=vocab_size))
        self._before = torch.from_numpy(np.bincount(ids[:-1], minlength=vocab_size))  # n(a) of tokens with a next one
        self._pairs, self._pair_counts = np.unique(ids[:-1] * vocab_size + ids[1:], return_counts=True)

    def unigram(self) -> Tensor:
        """Probabilities `(V,)`, float64."""
        return (self.counts.double() + 1) / (int(self.counts.sum()) + self.vocab_size)

    def bigram(self, before: Tensor) -> Tensor:
        """Probabilities `(P, V)`, float64, of what follows each of the tokens `before` `(P,)`."""
        rows = self.unigram().expand(len(before), -1).clone()
        for row, token in enumerate(before.tolist()):
            first, last = np.searchsorted(self._pairs, [token * self.vocab_size, (token + 1) * self.vocab_size])
            following = torch.from_numpy(self._pairs[first:last] - token * self.vocab_size)
            rows[row, following] += torch.from_numpy(self._pair_counts[first:last]).double()
        return rows / (self._before[before].double() + 1)[:, None]

    def unigram_losses(self, ids: Tensor) -> Tensor:
        """The loss in nats of each token of a text `(N,)` but the first, `(N - 1,)`."""
        return -self.unigram()[ids[1:].long()].log()

    def bigram_losses(self, ids: Tensor) -> Tensor:
        """The loss in nats of each token of a text `(N,)` after the one before it, `(N - 1,)`."""
        text = np.asarray(ids).astype(np.int64)
        asked = text[:-1] * self.vocab_size + text[1:]
        found = np.searchsorted(self._pairs, asked).clip(max=max(0, len(self._pairs) - 1))
        is_known = self._pairs[found] == asked if len(self._pairs) else np.zeros(len(asked), dtype=bool)
        counts = torch.from_numpy(np.where(is_known, self._pair_counts[found] if len(self._pairs) else 0, 0))
        before, after = torch.from_numpy(text[:-1]), torch.from_numpy(text[1:])
        return -((counts.double() + self.unigram()[after]) / (self._before[before].double() + 1)).log()
