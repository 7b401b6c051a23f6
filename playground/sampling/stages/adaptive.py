"""Stages that depend on the moment: XTC tosses a coin for every token, Mirostat remembers the surprise so far."""

import math
import random
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from playground.sampling.stages.base import Moment, Stage, cut


class XTC(Stage):
    """XTC, "exclude top choices": now and then cut all tokens above the threshold but the least likely of them.

    By p-e-w for text-generation-webui, 2024. Whether it acts is decided by a coin for every token drawn, which depends
    on the seed and the place alone. Where nothing is drawn (a single look) it always acts.

    >>> XTC(0.15)(torch.tensor([3.0, 2.5, 2.0, -1.0]))
    tensor([-inf, -inf,  2., -1.])
    """

    title: ClassVar[str] = "XTC"

    name: Literal["xtc"] = "xtc"
    threshold: float = Field(0.1, gt=0, le=1, description="Probability from which a token counts as a top choice.")
    probability: float = Field(0.5, ge=0, le=1, description="How often it acts, as a share of the tokens drawn.")

    def apply(self, logits: Tensor, context: Tensor, moment: Moment) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        probs = logits.softmax(dim=-1)
        top = probs >= self.threshold
        least = probs.masked_fill(~top, math.inf).amin(dim=-1, keepdim=True)
        acts = torch.tensor([self.acts(seed, moment.position) for seed in moment.seeds] or [True])
        return cut(logits, top & (probs > least) & acts.to(logits.device).unsqueeze(-1))

    def acts(self, seed: int, position: int) -> bool:
        """Whether the coin of this seed and place says that it acts.

        >>> XTC(probability=1.0).acts(seed=1, position=0)
        True
        """
        return random.Random(f"xtc {seed} {position}").random() < self.probability


class Mirostat(Stage):
    """Mirostat 2: hold the surprise of the text near `tau` bits by moving a limit after every token.

    Basu et al. 2021, "Mirostat: A Neural Text Decoding Algorithm that Directly Controls Perplexity". Tokens more
    surprising than the limit are cut, the likeliest never. The limit starts at 2 · tau; the surprise of a drawn token
    is measured in what this stage left.

    >>> Mirostat(tau=1.0)(torch.tensor([3.0, 2.0, 0.0]))
    tensor([3., 2., -inf])
    """

    title: ClassVar[str] = "Mirostat 2"

    name: Literal["mirostat"] = "mirostat"
    tau: float = Field(5.0, gt=0, le=20, description="Surprise to aim at, in bits a token.")
    eta: float = Field(0.1, ge=0, le=1, description="How fast the limit follows: share of the error made up at once.")

    def apply(self, logits: Tensor, context: Tensor, moment: Moment) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        surprise = -logits.log_softmax(dim=-1) / math.log(2)  # (B, V), bits
        limit = self.limit(moment, logits.shape[0]).to(logits).unsqueeze(-1)
        return cut(logits, (surprise > limit) & (logits < logits.amax(dim=-1, keepdim=True)))

    def limit(self, moment: Moment, batch_size: int) -> Tensor:
        """`(B,)`: the highest surprise allowed now, in bits.

        >>> Mirostat(tau=3.0).limit(Moment(), 2)
        tensor([6., 6.])
        """
        return torch.full((batch_size,), 2 * self.tau) if moment.mu is None else moment.mu

    def next_limit(self, limit: Tensor, left: Tensor, drawn: Tensor) -> Tensor:
        """`(B,)`: the limit after the tokens `drawn` `(B,)` were chosen from the logits this stage `left` `(B, V)`.

        A token that it had cut, taken by hand, counts as just as surprising as is allowed.

        >>> Mirostat(tau=3.0, eta=0.5).next_limit(torch.tensor([6.0]), torch.tensor([[0.0, 0.0]]), torch.tensor([1]))
        tensor([7.])
        """
        surprise = -left.log_softmax(dim=-1).gather(-1, drawn.unsqueeze(-1)).squeeze(-1) / math.log(2)
        return limit - self.eta * (torch.where(surprise.isinf(), limit, surprise) - self.tau)
