"""The loss of a text's tokens in groups: by how often a token occurs, and by its place in the context.

N: predictions.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from playground.evaluation.token_losses import TokenLosses, joined, score_windows
from playground.evaluation.windows import Reading
from playground.model.gpt import GPTModel

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


def losses_by_place(model: GPTModel, ids: Tensor) -> TokenLosses:
    """The losses of a text whose windows stand side by side, so that every place in the context is as frequent.

    Sliding windows give few tokens little context. A text of less than one window is read as it is.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=4, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> losses_by_place(model, torch.arange(10)).context.tolist()
    [1, 2, 3, 4, 1, 2, 3, 4]
    """
    reading: Reading = "chapter" if len(ids) > model.config.context_length else "sliding"
    return joined(list(score_windows(model, ids, reading=reading)))


def token_counts(train_ids: Tensor, vocab_size: int) -> Tensor:
    """How often each token occurs in a text, `(V,)`.

    >>> token_counts(torch.tensor([1, 1, 2]), 4).tolist()
    [0, 2, 1, 0]
    """
    return torch.bincount(train_ids.long(), minlength=vocab_size)
