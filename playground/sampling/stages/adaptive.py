"""Stages with a state of their own: XTC acts at random, Mirostat adapts its limit after every token."""

import math
import random
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from playground.sampling.stages.base import DrawState, Stage, remove


class XTC(Stage):
    """XTC, "exclude top choices": at random, remove all tokens above the threshold except the least likely of them.

    Whether it acts on a drawn token is decided by the seed and the token's position alone. When no token is drawn (the
    `DrawState` has no seeds) it always acts. Source: p-e-w for text-generation-webui, 2024.

    >>> XTC(0.15)(torch.tensor([3.0, 2.5, 2.0, -1.0]))
    tensor([-inf, -inf,  2., -1.])
    """

    title: ClassVar[str] = "XTC"
    help_text: ClassVar[str] = (
        "XTC, exclude top choices: now and then cut all tokens above the threshold but the least likely of them."
    )
    details: ClassVar[str] = (
        "By p-e-w for text-generation-webui, 2024. Whether it acts is decided by a coin for every token drawn, which "
        "depends on the seed and the place alone. Where nothing is drawn (a single look) it always acts."
    )

    name: Literal["xtc"] = "xtc"
    threshold: float = Field(
        default=0.1, gt=0, le=1, kw_only=False, description="Probability from which a token counts as a top choice."
    )
    probability: float = Field(
        default=0.5, ge=0, le=1, kw_only=False, description="How often it acts, as a share of the tokens drawn."
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        probs = logits.softmax(dim=-1)
        top = probs >= self.threshold
        least = probs.masked_fill(~top, math.inf).amin(dim=-1, keepdim=True)
        acts = torch.tensor([self.acts(seed, state.position) for seed in state.seeds] or [True])
        return remove(logits, top & (probs > least) & acts.to(logits.device).unsqueeze(-1))

    def acts(self, seed: int, position: int) -> bool:
        """Whether the stage acts on the token drawn with this seed at this position.

        >>> XTC(probability=1.0).acts(seed=1, position=0)
        True
        """
        return random.Random(f"xtc {seed} {position}").random() < self.probability


class Mirostat(Stage):
    """Mirostat 2: hold the surprise of the text near `tau` bits by adapting a limit after every token.

    Tokens whose surprise is above the limit are removed, except the likeliest. The limit starts at 2 · tau; the
    surprise of a drawn token is measured in the distribution after this stage. Source: Basu et al. 2021, "Mirostat: A
    Neural Text Decoding Algorithm that Directly Controls Perplexity".

    >>> Mirostat(tau=1.0)(torch.tensor([3.0, 2.0, 0.0]))
    tensor([3., 2., -inf])
    """

    title: ClassVar[str] = "Mirostat 2"
    help_text: ClassVar[str] = (
        "Mirostat 2: hold the surprise of the text near `tau` bits by moving a limit after every token."
    )
    details: ClassVar[str] = (
        'Basu et al. 2021, "Mirostat: A Neural Text Decoding Algorithm that Directly Controls Perplexity". Tokens more '
        "surprising than the limit are cut, the likeliest never. The limit starts at 2 · tau; the surprise of a drawn "
        "token is measured in what this stage left."
    )

    name: Literal["mirostat"] = "mirostat"
    tau: float = Field(default=5.0, gt=0, le=20, kw_only=False, description="Surprise to aim at, in bits a token.")
    eta: float = Field(
        default=0.1,
        ge=0,
        le=1,
        kw_only=False,
        description="How fast the limit follows: share of the error made up at once.",
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        surprise = -logits.log_softmax(dim=-1) / math.log(2)  # (B, V), bits
        limit = self.limit(state, logits.shape[0]).to(logits).unsqueeze(-1)
        return remove(logits, (surprise > limit) & (logits < logits.amax(dim=-1, keepdim=True)))

    def limit(self, state: DrawState, batch_size: int) -> Tensor:
        """`(B,)`: the largest surprise allowed now, in bits.

        >>> Mirostat(tau=3.0).limit(DrawState(), 2)
        tensor([6., 6.])
        """
        return torch.full((batch_size,), 2 * self.tau) if state.mu is None else state.mu

    def next_limit(self, limit: Tensor, after: Tensor, drawn: Tensor) -> Tensor:
        """`(B,)`: the limit after the tokens `drawn` `(B,)` were chosen from the logits `after` this stage, `(B, V)`.

        A token that the stage had removed (a user chose it) counts as if its surprise were the limit.

        >>> Mirostat(tau=3.0, eta=0.5).next_limit(torch.tensor([6.0]), torch.tensor([[0.0, 0.0]]), torch.tensor([1]))
        tensor([7.])
        """
        surprise = -after.log_softmax(dim=-1).gather(-1, drawn.unsqueeze(-1)).squeeze(-1) / math.log(2)
        return limit - self.eta * (torch.where(surprise.isinf(), limit, surprise) - self.tau)
