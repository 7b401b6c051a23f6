"""The loss of a text's tokens in groups: by how often a token occurs, and by its place in the context.

N: predictions.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

_MAX_PLACES = 32


@dataclass(frozen=True)
class Group:
    """Tokens with a property from `low` to `high`, and their mean loss in nats."""

    low: int
    high: int
    n: int
    loss: float


def by_count(losses: Tensor, counts: Tensor) -> list[Group]:
    """Losses `(N,)` of tokens by a count `(N,)` in groups 0, 1, 2–3, 4–7, … without the empty ones.

    The count is how often a token occurs in the training text, or how many tokens stand before it.

    >>> [(group.low, group.high, group.loss) for group in by_count(torch.tensor([3.0, 1.0]), torch.tensor([0, 5]))]
    [(0, 0, 3.0), (4, 7, 1.0)]
    """
    groups, low, high = [], 0, 0
    most = int(counts.max()) if len(counts) else -1
    while low <= most:
        chosen = losses[(counts >= low) & (counts <= high)]
        if len(chosen):
            groups.append(Group(low, high, len(chosen), float(chosen.double().mean())))
        low, high = high + 1, 2 * high + 1
    return groups


def by_place(losses: Tensor, context: Tensor) -> list[Group]:
    """Losses `(N,)` by the number of tokens that the model saw, `context` `(N,)` ≥ 1, in at most 32 equal groups.

    >>> [(group.low, group.high) for group in by_place(torch.ones(64), torch.arange(1, 65))][:2]
    [(1, 2), (3, 4)]
    """
    groups = []
    most = int(context.max()) if len(context) else 0
    width = -(-most // _MAX_PLACES) or 1
    for low in range(1, most + 1, width):
        high = min(low + width - 1, most)
        chosen = losses[(context >= low) & (context <= high)]
        if len(chosen):
            groups.append(Group(low, high, len(chosen), float(chosen.double().mean())))
    return groups


def token_counts(train_ids: Tensor, vocab_size: int) -> Tensor:
    """How often each token occurs in a text, `(V,)`.

    >>> token_counts(torch.tensor([1, 1, 2]), 4).tolist()
    [0, 2, 1, 0]
    """
    return torch.bincount(train_ids.long(), minlength=vocab_size)
