"""Stages that lower the logits of tokens that the text so far would repeat.

B: batch, V: vocabulary, T: tokens of the text so far. Ids outside the vocabulary are ignored.
"""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from playground.sampling.stages.base import DrawState, Stage, remove
from playground.sampling.stages.shaping import TokenId

_MAX_MATCH = 50  # tokens of a repeated run that DRY counts: any real penalty is overwhelming long before


class RepetitionPenalty(Stage):
    """Divide the logits of used tokens by the penalty where they are positive, multiply them where they are negative.

    Source: Keskar et al. 2019, "CTRL: A Conditional Transformer Language Model for Controllable Generation".

    >>> RepetitionPenalty(2)(torch.tensor([3.0, -1.0, 2.0]), torch.tensor([0, 1]))
    tensor([ 1.5000, -2.0000,  2.0000])
    """

    title: ClassVar[str] = "Repetition penalty"
    help_text: ClassVar[str] = (
        "Divide the logit of every token that was used by the penalty, or multiply it where it is negative."
    )
    details: ClassVar[str] = (
        'Keskar et al. 2019, "CTRL: A Conditional Transformer Language Model for Controllable Generation".'
    )
    keeps_order: ClassVar[bool] = False

    name: Literal["repetition_penalty"] = "repetition_penalty"
    penalty: float = Field(
        default=1.1, gt=0, le=10, kw_only=False, description="Above 1 discourages what was used; 1 changes nothing."
    )
    window: int | None = Field(
        default=None, ge=1, le=100_000, kw_only=False, description="Tokens to look back at; empty: all."
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        used = _count_used(context, logits.shape[-1], self.window) > 0
        lowered = torch.where(logits < 0, logits * self.penalty, logits / self.penalty)
        return torch.where(used, lowered, logits)


class FrequencyPenalty(Stage):
    """Subtract the penalty from a token's logit once for every time it was used. Source: OpenAI's API.

    >>> FrequencyPenalty(0.5)(torch.tensor([3.0, 2.0]), torch.tensor([0, 0]))
    tensor([2., 2.])
    """

    title: ClassVar[str] = "Frequency penalty"
    help_text: ClassVar[str] = "Lower a token's logit by the penalty for every time it was used."
    details: ClassVar[str] = "As in OpenAI's API."
    keeps_order: ClassVar[bool] = False

    name: Literal["frequency_penalty"] = "frequency_penalty"
    penalty: float = Field(
        default=0.5,
        ge=-10,
        le=10,
        kw_only=False,
        description="Taken from the logit for every use; below 0 encourages.",
    )
    window: int | None = Field(
        default=None, ge=1, le=100_000, kw_only=False, description="Tokens to look back at; empty: all."
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        return logits - self.penalty * _count_used(context, logits.shape[-1], self.window)


class PresencePenalty(Stage):
    """Subtract the penalty once from the logit of every token that was used. Source: OpenAI's API.

    >>> PresencePenalty(0.5)(torch.tensor([3.0, 2.0]), torch.tensor([0, 0]))
    tensor([2.5000, 2.0000])
    """

    title: ClassVar[str] = "Presence penalty"
    help_text: ClassVar[str] = "Lower the logit of every token that was used by the penalty, once."
    details: ClassVar[str] = "As in OpenAI's API."
    keeps_order: ClassVar[bool] = False

    name: Literal["presence_penalty"] = "presence_penalty"
    penalty: float = Field(
        default=0.5,
        ge=-10,
        le=10,
        kw_only=False,
        description="Taken from the logit of a used token; below 0 encourages.",
    )
    window: int | None = Field(
        default=None, ge=1, le=100_000, kw_only=False, description="Tokens to look back at; empty: all."
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        return logits - self.penalty * (_count_used(context, logits.shape[-1], self.window) > 0)


class NoRepeatNGram(Stage):
    """Remove every token that would complete an n-gram of `size` tokens that the text already contains.

    Source: Paulus et al. 2018, "A Deep Reinforced Model for Abstractive Summarization".

    >>> NoRepeatNGram(2)(torch.tensor([3.0, 2.0, 1.0]), torch.tensor([0, 1, 0]))
    tensor([3., -inf, 1.])
    """

    title: ClassVar[str] = "No repeated n-gram"
    help_text: ClassVar[str] = "Cut every token that would complete a run of `size` tokens that the text has already."
    details: ClassVar[str] = 'Paulus et al. 2018, "A Deep Reinforced Model for Abstractive Summarization".'

    name: Literal["no_repeat_ngram"] = "no_repeat_ngram"
    size: int = Field(
        default=3, ge=1, le=1000, kw_only=False, description="Length of the runs that may come only once, in tokens."
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        vocab_size, length = logits.shape[-1], context.shape[-1]
        if length < self.size:
            return logits
        ngrams = context.unfold(1, self.size, 1)  # (B, number of n-grams, size)
        prefix = context[:, None, length - self.size + 1 :]  # (B, 1, size - 1): what the next token would complete
        repeats = (ngrams[..., :-1] == prefix).all(dim=-1)
        completing = ngrams[..., -1].masked_fill(~repeats, vocab_size)  # outside the vocabulary: not counted
        return remove(logits, count_ids(completing, vocab_size) > 0)


class Dry(Stage):
    """DRY, "don't repeat yourself": the longer the run of tokens a token would repeat, the lower its logit.

    A token that would extend a repeated run of n ≥ `allowed_length` tokens loses
    multiplier · base^(n − allowed_length). A run ends at any of the `breakers`; at most 50 tokens of a run count.
    Source: p-e-w for text-generation-webui, 2024.

    >>> Dry(1.0, 2.0, 1)(torch.tensor([3.0, 2.0, 1.0]), torch.tensor([0, 1, 2, 0, 1]))
    tensor([ 3.,  2., -1.])
    """

    title: ClassVar[str] = "DRY"
    help_text: ClassVar[str] = (
        "DRY, don't repeat yourself: the longer a run the next token would go on repeating, the lower its logit."
    )
    details: ClassVar[str] = (
        "A token that would prolong a repeated run of n ≥ `allowed_length` tokens loses "
        "multiplier · base^(n − allowed_length). By p-e-w for text-generation-webui, 2024. No run goes across one of "
        "`breakers`; runs count up to 50 tokens."
    )
    keeps_order: ClassVar[bool] = False

    name: Literal["dry"] = "dry"
    multiplier: float = Field(
        default=0.8, ge=0, le=100, kw_only=False, description="Size of the penalty; 0 changes nothing."
    )
    base: float = Field(
        default=1.75, ge=1, le=4, kw_only=False, description="How fast the penalty grows with the length of the run."
    )
    allowed_length: int = Field(
        default=2, ge=1, le=50, kw_only=False, description="Shortest repeated run that is penalised, in tokens."
    )
    breakers: tuple[TokenId, ...] = Field(
        default=(),
        max_length=1000,
        kw_only=False,
        description="Ids of tokens that no run goes across, such as full stops.",
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        if context.shape[-1] < 2:
            return logits
        lengths = _match_lengths(context, self.breakers)  # (B, T - 1)
        excess = lengths - self.allowed_length
        penalty = torch.where(excess >= 0, self.multiplier * self.base ** excess.clamp(min=0).to(logits.dtype), 0)
        following = _mark_outside(context[:, 1:], logits.shape[-1])
        highest = logits.new_zeros(logits.shape[0], logits.shape[1] + 1)
        highest = highest.scatter_reduce(1, following, penalty.to(logits.dtype), "amax")
        return logits - highest[:, :-1]


def count_ids(ids: Tensor, vocab_size: int) -> Tensor:
    """`(B, V)`: how often each token occurs in each row of `ids` `(B, T)`; ids outside the vocabulary do not count.

    >>> count_ids(torch.tensor([[0, 2, 2, 9]]), 3)
    tensor([[1, 0, 2]])
    """
    ids = _mark_outside(ids, vocab_size)
    counts = torch.zeros((ids.shape[0], vocab_size + 1), dtype=torch.long, device=ids.device)
    return counts.scatter_add_(1, ids, torch.ones_like(ids))[:, :-1]


def _count_used(context: Tensor, vocab_size: int, window: int | None) -> Tensor:
    """`(B, V)`: how often each token occurs among the last `window` ids of `context` `(B, T)`; None: all."""
    return count_ids(context if window is None else context[:, -window:], vocab_size)


def _mark_outside(ids: Tensor, vocab_size: int) -> Tensor:
    """`ids` with every id outside the vocabulary replaced by `vocab_size`: a spare column that the caller drops."""
    return torch.where((ids < 0) | (ids >= vocab_size), vocab_size, ids)


def _match_lengths(context: Tensor, breakers: tuple[int, ...]) -> Tensor:
    """`(B, T - 1)`: for each position, how many tokens up to it equal the end of the text, compared backwards."""
    length = context.shape[-1]
    lengths = torch.zeros_like(context[:, :-1])
    is_breaker = torch.isin(context, torch.tensor(breakers, dtype=context.dtype, device=context.device))
    matching = torch.ones_like(lengths, dtype=torch.bool)
    for back in range(min(_MAX_MATCH, length - 1)):
        # column i of `same`: does the token at i equal the one `back` positions before the end?
        wanted = context[:, length - 1 - back, None]
        same = context[:, : length - 1 - back] == wanted
        matching[:, :back] = False
        matching[:, back:] &= same & ~is_breaker[:, length - 1 - back, None]
        if not matching.any():
            break
        lengths += matching
    return lengths
