"""What each attention head does, measured on random sequences that are repeated (Olsson et al. 2022).

L: layers, H: heads, T: tokens.
"""

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from playground.model.gpt import GPTModel
from playground.model.inside import embed, layers_inside

NAMED_FROM = 0.4
"""A head has a name if it gives so much of its attention to one kind of place, on average over the repetition."""
_MIN_PERIOD = 4  # with fewer tokens, attention spread evenly would come near the limit
_MAX_PERIOD = 48
_SEQUENCES = 4  # of each period
_NAMES = {
    "previous": "previous token",
    "duplicate": "same token earlier",
    "first": "first token",
    "induction": "induction",
}


@dataclass(frozen=True, eq=False)
class HeadScores:
    """Mean attention from the second half of `a b c … a b c …`; every field is `(L, H)`, from 0 to 1."""

    previous: Tensor
    """To the token before."""
    duplicate: Tensor
    """To the same token in the first half."""
    first: Tensor
    """To the first token of the text."""
    induction: Tensor
    """To the token that followed the same token in the first half: the one that comes next."""

    def name(self, layer: int, head: int) -> str:
        """What a head does, or nothing if no score reaches `NAMED_FROM`.

        >>> clear, none = torch.tensor([[0.9]]), torch.tensor([[0.1]])
        >>> HeadScores(previous=none, duplicate=none, first=none, induction=clear).name(0, 0)
        'induction'
        """
        scores = {field.name: float(getattr(self, field.name)[layer, head]) for field in fields(self)}
        best = max(scores, key=scores.__getitem__)
        return _NAMES[best] if scores[best] >= NAMED_FROM else ""


def head_scores(model: GPTModel, *, among: Tensor | None = None, seed: int = 123) -> HeadScores:
    """The scores of all heads; zeros for a context or vocabulary too small to repeat a sequence of four tokens.

    among: ids to draw from, such as those that occur in the training text; all if not given, also those that the model
        never saw, whose meaning it cannot know

    Sequences of several periods are read, so that a head that looks back by a fixed distance is not taken for one
    that finds the same token.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> head_scores(model).induction.shape
    torch.Size([1, 2])
    """
    config = model.config
    known = torch.arange(config.vocab_size) if among is None else among.long().unique()
    longest = min(config.context_length // 2, len(known), _MAX_PERIOD)
    periods = sorted({period for period in (longest, longest * 3 // 4, longest // 2) if period >= _MIN_PERIOD})
    total = torch.zeros(4, config.n_layers, config.n_heads)
    draws = torch.Generator().manual_seed(seed)
    for period in periods:
        later = torch.arange(period + 1, 2 * period)
        seen = (later - 1, later - period, torch.zeros_like(later), later - period + 1)
        for _ in range(_SEQUENCES):
            once = known[torch.randperm(len(known), generator=draws)[:period]]
            for found in layers_inside(model, embed(model, once.repeat(2))):
                weights = found.attention.float().cpu()
                for score, places in enumerate(seen):
                    total[score, found.layer] += weights[:, later, places].mean(-1)
    return HeadScores(*(total / max(1, len(periods) * _SEQUENCES)))
