"""Stages that change logits without looking at the text: temperature, logit bias, banned tokens."""

from typing import Annotated, ClassVar, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor

from playground.config import MIN_TEMPERATURE
from playground.sampling.stages.base import REMOVED, DrawState, Stage, check_ids, remove

TokenId = Annotated[int, Field(ge=0, lt=262_144)]


class Temperature(Stage):
    """Divide the logits by the temperature: below 1 the distribution gets sharper, above 1 flatter.

    0 keeps the likeliest token only (of equally likely ones that with the lowest id): the book's greedy choice. Source:
    book, section 5.3.1.

    >>> Temperature(0.5)(torch.tensor([3.0, 1.0]))
    tensor([6., 2.])
    """

    title: ClassVar[str] = "Temperature"
    help_text: ClassVar[str] = "Divide the logits by the temperature."
    details: ClassVar[str] = (
        "Book, section 5.3.1: below 1 sharper, above 1 flatter. 0 leaves the likeliest token alone (the one with the "
        "lowest id, if several are), as the book's greedy choice does."
    )

    name: Literal["temperature"] = "temperature"
    temperature: float = Field(
        default=1.0,
        ge=0,
        le=100,
        kw_only=False,
        description="Below 1 sharper, above 1 flatter; 0 always takes the likeliest token.",
    )

    @model_validator(mode="after")
    def _not_tiny(self) -> Self:
        if 0 < self.temperature < MIN_TEMPERATURE:
            raise ValueError(
                f"temperature: {self.temperature} is too small; use 0 for greedy, or {MIN_TEMPERATURE} and above"
            )
        return self

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        if self.temperature == 0:
            best = logits.max(dim=-1, keepdim=True)  # of several equal ones the first, as argmax
            return torch.full_like(logits, REMOVED).scatter(-1, best.indices, best.values)
        return logits / self.temperature


class LogitBias(Stage):
    """Add a number to the logits of chosen tokens, given as (token id, number) pairs.

    >>> LogitBias(((1, 2.5),))(torch.tensor([3.0, 1.0]))
    tensor([3.0000, 3.5000])
    """

    title: ClassVar[str] = "Logit bias"
    help_text: ClassVar[str] = "Add a number to the logits of chosen tokens."
    details: ClassVar[str] = "They are given as (token id, number) pairs."
    keeps_order: ClassVar[bool] = False

    name: Literal["logit_bias"] = "logit_bias"
    biases: tuple[tuple[TokenId, Annotated[float, Field(ge=-100, le=100)]], ...] = Field(
        default=(),
        max_length=1000,
        kw_only=False,
        description="Token ids, each with the number that is added to its logit.",
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`; raises `SettingsError` for an id outside the vocabulary."""
        ids = tuple(token_id for token_id, _ in self.biases)
        check_ids(ids, logits.shape[-1], self.title)
        bias = torch.zeros(logits.shape[-1], dtype=logits.dtype, device=logits.device)
        amounts = torch.tensor([amount for _, amount in self.biases], dtype=logits.dtype, device=logits.device)
        return logits + bias.index_add(0, torch.tensor(ids, dtype=torch.long, device=logits.device), amounts)


class Ban(Stage):
    """Remove the tokens with the given ids.

    >>> Ban((0,))(torch.tensor([3.0, 1.0]))
    tensor([-inf, 1.])
    """

    title: ClassVar[str] = "Banned tokens"
    help_text: ClassVar[str] = "Take tokens out of the running altogether."

    name: Literal["ban"] = "ban"
    ids: tuple[TokenId, ...] = Field(
        default=(), max_length=10_000, kw_only=False, description="Ids of the tokens that may not come."
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`; raises `SettingsError` for an id outside the vocabulary."""
        check_ids(self.ids, logits.shape[-1], self.title)
        banned = torch.zeros(logits.shape[-1], dtype=torch.bool, device=logits.device)
        banned[list(self.ids)] = True
        return remove(logits, banned)
