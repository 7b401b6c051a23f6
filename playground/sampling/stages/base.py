"""What all stages between the logits and the next token share.

B: batch, V: vocabulary, T: tokens of the text so far.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor

from playground.config import Config
from playground.errors import SettingsError

REMOVED = float("-inf")
"""The logit of a token that was removed: its probability is 0."""


@dataclass(frozen=True)
class DrawState:
    """What a stage may depend on besides logits and text; only XTC and Mirostat use it.

    >>> DrawState(seeds=(123,), position=5).mu is None
    True
    """

    seeds: tuple[int, ...] = ()
    """The seed of each row. Empty when no token is drawn; a stage that acts at random then always acts."""
    position: int = 0
    """Number of tokens drawn before this one."""
    mu: Tensor | None = None
    """`(B,)`: the largest surprise that Mirostat allows now, in bits; None: its initial limit."""


class Stage(Config):
    """One step between the logits and the next token: an immutable callable whose settings are checked when it is made.

    Called with logits `(B, V)` or `(V,)` and the ids of the text so far, `(B, T)` or `(T,)`, it returns new logits of
    the same shape, with −inf for removed tokens; the input is not changed. Two rules hold for all stages: tokens with
    equal logits are treated equally, so ties at a threshold stay; and a stage that would remove every token keeps the
    likeliest one. Raises `SettingsError` for a setting out of bounds.

    A subclass declares its settings with `kw_only=False`, so that they can also be given by position.
    """

    title: ClassVar[str] = ""
    """The stage's name on the page."""
    help_text: ClassVar[str] = ""
    """What the stage does, in one sentence for the page."""
    details: ClassVar[str] = ""
    """Further sentences for the page: source, special cases."""
    keeps_order: ClassVar[bool] = True
    """Whether the remaining tokens keep their order by probability."""

    on: bool = Field(default=True, description="Whether the stage takes part.")

    def __init__(self, *values: Any, **named: Any) -> None:
        names = self.setting_names()
        if len(values) > len(names):
            raise SettingsError(
                f"{self.title}: it takes {len(names)} settings ({', '.join(names)}), not {len(values)}."
            )
        try:
            super().__init__(**dict(zip(names, values, strict=False)), **named)
        except SettingsError as error:
            raise SettingsError(f"{self.title}, {error}") from None

    @classmethod
    def setting_names(cls) -> list[str]:
        """Names of the stage's own settings, in order.

        >>> from playground.sampling import Temperature
        >>> Temperature.setting_names()
        ['temperature']
        """
        return [name for name in cls.model_fields if name not in ("on", "name")]

    def __call__(self, logits: Tensor, context: Tensor | None = None, state: DrawState | None = None) -> Tensor:
        """New logits of the same shape; every row keeps at least one token."""
        if logits.dim() == 1:
            return self(logits.unsqueeze(0), context, state).squeeze(0)
        return keep_likeliest(logits, self.apply(logits, context_rows(logits, context), state or DrawState()))

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """The stage itself, on logits `(B, V)` and context `(B, T)`; it may remove all tokens of a row."""
        raise NotImplementedError

    def __repr__(self) -> str:
        changed = [
            f"{name}={getattr(self, name)!r}"
            for name in (*self.setting_names(), "on")
            if getattr(self, name) != type(self).model_fields[name].default
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    __str__ = __repr__


def remove(logits: Tensor, tokens: Tensor) -> Tensor:
    """Logits with −inf where `tokens` is true.

    >>> remove(torch.tensor([1.0, 2.0]), torch.tensor([True, False]))
    tensor([-inf, 2.])
    """
    return logits.masked_fill(tokens, REMOVED)


def is_empty(logits: Tensor) -> Tensor:
    """`(B,)`: whether all tokens of a row of `(B, V)` are removed.

    >>> is_empty(torch.tensor([[REMOVED, REMOVED], [0.0, REMOVED]]))
    tensor([ True, False])
    """
    return logits.amax(dim=-1) == REMOVED


def keep_likeliest(before: Tensor, after: Tensor) -> Tensor:
    """`after`, with the likeliest token of `before` restored in every empty row; all `(B, V)`.

    Where `before` is empty as well, token 0 gets the logit 0.

    >>> keep_likeliest(torch.tensor([[1.0, 2.0]]), torch.tensor([[REMOVED, REMOVED]]))
    tensor([[-inf, 2.]])
    """
    empty = is_empty(after)
    if not empty.any():
        return after
    best = before.max(dim=-1, keepdim=True)
    value = best.values.masked_fill(best.values == REMOVED, 0.0)
    only_best = torch.full_like(after, REMOVED).scatter(-1, best.indices, value.to(after.dtype))
    return torch.where(empty.unsqueeze(-1), only_best, after)


def context_rows(logits: Tensor, context: Tensor | None) -> Tensor:
    """The context as ids `(B, T)`, one row for each row of `logits`; None becomes T = 0.

    Raises `SettingsError` when the numbers of rows do not match.

    >>> context_rows(torch.zeros(2, 5), torch.tensor([3, 1]))
    tensor([[3, 1],
            [3, 1]])
    """
    rows = logits.shape[0]
    if context is None:
        return torch.empty((rows, 0), dtype=torch.long, device=logits.device)
    if context.dim() == 1:
        context = context.unsqueeze(0)
    if context.shape[0] not in (1, rows):
        raise SettingsError(f"context: {context.shape[0]} rows do not fit {rows} rows of logits; give one for each.")
    return context.expand(rows, -1)


def check_ids(ids: tuple[int, ...], vocab_size: int, title: str) -> None:
    """Raise `SettingsError` if one of `ids` is not a token of the vocabulary.

    >>> check_ids((0, 8), 9, "Ban")
    """
    wrong = [token_id for token_id in ids if not 0 <= token_id < vocab_size]
    if wrong:
        raise SettingsError(
            f"{title}: there is no token {wrong[0]} in a vocabulary of {vocab_size}; choose 0 to {vocab_size - 1}."
        )
