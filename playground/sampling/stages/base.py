"""What every stage between the logits and the next token has in common.

B: batch, V: vocabulary, T: tokens of the text so far.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor

from playground.config import Config
from playground.errors import SettingsError

NEVER = float("-inf")
"""The logit of a token that is out of the running."""


@dataclass(frozen=True)
class Moment:
    """Where in a text the stages stand; only stages that toss a coin or remember something look at it.

    Without seeds (a single look, nothing is drawn) a stage that acts by chance acts always.
    """

    seeds: tuple[int, ...] = ()
    """The seed of each row's draws."""
    position: int = 0
    """Tokens drawn before this one."""
    mu: Tensor | None = None
    """`(B,)`: the surprise in bits that Mirostat allows now; None: as at the start."""


class Stage(Config):
    """One step between the logits and the next token: a small callable that is checked when made and never changes.

    Called with logits `(B, V)` or `(V,)` and the ids of the text so far, `(B, T)` or `(T,)`, it gives new logits of the
    same shape; a token that is cut has −inf. The input stays as it was. Two rules hold for all stages: tokens with
    equal logits are treated equally (ties at the edge of a cut stay), and a stage that would leave nothing keeps the
    likeliest token. `on` is for a `Pipeline`, which passes a stage over when it is off. Raises `SettingsError`.
    """

    title: ClassVar[str] = ""
    """The stage's name on the page."""
    keeps_order: ClassVar[bool] = True
    """Whether the tokens that stay keep their order by probability."""

    on: bool = Field(True, description="Whether the stage takes part.")

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
        """The settings that are the stage's own, in order.

        >>> from playground.sampling import Temperature
        >>> Temperature.setting_names()
        ['temperature']
        """
        return [name for name in cls.model_fields if name not in ("on", "name")]

    def __call__(self, logits: Tensor, context: Tensor | None = None, moment: Moment | None = None) -> Tensor:
        """New logits; nothing is changed in place."""
        if logits.dim() == 1:
            return self(logits.unsqueeze(0), context, moment).squeeze(0)
        return keep_likeliest(logits, self.apply(logits, context_rows(logits, context), moment or Moment()))

    def apply(self, logits: Tensor, context: Tensor, moment: Moment) -> Tensor:
        """The stage itself, on logits `(B, V)` and context `(B, T)`; it may leave a row with nothing."""
        raise NotImplementedError

    def __repr__(self) -> str:
        changed = [
            f"{name}={getattr(self, name)!r}"
            for name in (*self.setting_names(), "on")
            if getattr(self, name) != type(self).model_fields[name].default
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    __str__ = __repr__


def cut(logits: Tensor, out: Tensor) -> Tensor:
    """Logits with the tokens where `out` is true at −inf.

    >>> cut(torch.tensor([1.0, 2.0]), torch.tensor([True, False]))
    tensor([-inf, 2.])
    """
    return logits.masked_fill(out, NEVER)


def is_empty(logits: Tensor) -> Tensor:
    """`(B,)`: rows of `(B, V)` in which no token is left.

    >>> is_empty(torch.tensor([[NEVER, NEVER], [0.0, NEVER]]))
    tensor([ True, False])
    """
    return logits.amax(dim=-1) == NEVER


def keep_likeliest(before: Tensor, after: Tensor) -> Tensor:
    """`after`, with the likeliest token of `before` put back in every row that has none left; all `(B, V)`.

    If `before` has none either, that is token 0 with the logit 0.

    >>> keep_likeliest(torch.tensor([[1.0, 2.0]]), torch.tensor([[NEVER, NEVER]]))
    tensor([[-inf, 2.]])
    """
    empty = is_empty(after)
    if not empty.any():
        return after
    best = before.max(dim=-1, keepdim=True)
    value = best.values.masked_fill(best.values == NEVER, 0.0)
    only_best = torch.full_like(after, NEVER).scatter(-1, best.indices, value.to(after.dtype))
    return torch.where(empty.unsqueeze(-1), only_best, after)


def context_rows(logits: Tensor, context: Tensor | None) -> Tensor:
    """The context as `(B, T)` ids, one row for each row of `logits`; None becomes T = 0.

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
