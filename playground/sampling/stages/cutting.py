"""Stages that cut tokens by what the logits alone say; whatever stays keeps its logit.

Every cut is made at a value, never at a place in a sorted list: tokens with equal logits stay or go together.
"""

from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from playground.sampling.stages.base import NEVER, Moment, Stage, cut

OFTEN_ENOUGH = 512
"""Top-p looks among so many tokens first: sorting a whole vocabulary takes ten times as long."""


class TopK(Stage):
    """Keep the k likeliest tokens (book, section 5.3.2; Fan et al. 2018, "Hierarchical Neural Story Generation").

    Tokens as likely as the k-th stay as well, as in the book. A k above the vocabulary keeps all.

    >>> TopK(2)(torch.tensor([3.0, 1.0, 2.0]))
    tensor([3., -inf, 2.])
    """

    title: ClassVar[str] = "Top-k"

    name: Literal["top_k"] = "top_k"
    k: int = Field(50, ge=1, le=262_144, description="Number of likeliest tokens that stay.")

    def apply(self, logits: Tensor, context: Tensor, moment: Moment) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        kth = logits.topk(min(self.k, logits.shape[-1])).values[:, -1:]
        return cut(logits, logits < kth)


class TopP(Stage):
    """Keep the likeliest tokens that together reach the probability p, the nucleus.

    Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration". Always at least one; p = 1 keeps all.

    >>> TopP(0.8)(torch.tensor([3.0, 2.0, 1.0]))
    tensor([3., 2., -inf])
    """

    title: ClassVar[str] = "Top-p"

    name: Literal["top_p"] = "top_p"
    p: float = Field(0.9, gt=0, le=1, description="Probability that the kept tokens reach together.")

    def apply(self, logits: Tensor, context: Tensor, moment: Moment) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        if self.p == 1:  # the sum of rounded probabilities may reach 1 early
            return logits
        probs = logits.softmax(dim=-1)
        by_rank = probs.topk(min(OFTEN_ENOUGH, logits.shape[-1])).values
        if bool((by_rank.sum(dim=-1) < self.p).any()):
            by_rank = probs.sort(dim=-1, descending=True).values
        last = _reaching(by_rank, self.p)
        return cut(logits, probs < by_rank.gather(-1, last))


class MinP(Stage):
    """Keep tokens at least p times as likely as the likeliest one.

    Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs".

    >>> MinP(0.2)(torch.tensor([3.0, 2.0, 1.0]))
    tensor([3., 2., -inf])
    """

    title: ClassVar[str] = "Min-p"

    name: Literal["min_p"] = "min_p"
    p: float = Field(0.05, ge=0, le=1, description="Least probability, as a share of the likeliest token's.")

    def apply(self, logits: Tensor, context: Tensor, moment: Moment) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        probs = logits.softmax(dim=-1)
        return cut(logits, probs < self.p * probs.amax(dim=-1, keepdim=True))


class Typical(Stage):
    """Keep the tokens whose surprise is nearest to the expected one, until they reach the probability `mass`.

    Meister et al. 2023, "Locally Typical Sampling". The likeliest token may go: it can be *less* surprising than is
    typical. mass = 1 keeps all.

    >>> Typical(0.5)(torch.tensor([3.0, 2.5, -1.0]))
    tensor([3., -inf, -inf])
    """

    title: ClassVar[str] = "Locally typical"

    name: Literal["typical"] = "typical"
    mass: float = Field(0.9, gt=0, le=1, description="Probability that the kept tokens reach together.")

    def apply(self, logits: Tensor, context: Tensor, moment: Moment) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        if self.mass == 1:
            return logits
        log_probs = logits.log_softmax(dim=-1)
        probs = log_probs.exp()
        expected = torch.special.entr(probs).sum(dim=-1, keepdim=True)  # in nats
        distance = (-log_probs - expected).abs()
        by_distance, order = distance.sort(dim=-1)
        last = _reaching(probs.gather(-1, order), self.mass)
        return cut(logits, distance > by_distance.gather(-1, last))


class EpsilonCutoff(Stage):
    """Keep tokens whose probability is at least epsilon; the likeliest always stays.

    Hewitt et al. 2022, "Truncation Sampling as Language Model Desmoothing".

    >>> EpsilonCutoff(0.1)(torch.tensor([3.0, 2.0, 0.0]))
    tensor([3., 2., -inf])
    """

    title: ClassVar[str] = "Epsilon cutoff"

    name: Literal["epsilon_cutoff"] = "epsilon_cutoff"
    epsilon: float = Field(3e-4, gt=0, lt=1, description="Least probability of a token.")

    def apply(self, logits: Tensor, context: Tensor, moment: Moment) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        unlikely = logits.softmax(dim=-1) < self.epsilon
        return cut(logits, unlikely & (logits < logits.amax(dim=-1, keepdim=True)))


class EtaCutoff(Stage):
    """Like the epsilon cutoff, but milder where the model is unsure: the limit falls with the entropy.

    The limit is the smaller one of epsilon and sqrt(epsilon) · exp(−entropy in nats). Hewitt et al. 2022,
    "Truncation Sampling as Language Model Desmoothing".

    >>> EtaCutoff(0.1)(torch.tensor([3.0, 2.0, 0.0]))
    tensor([3., 2., -inf])
    """

    title: ClassVar[str] = "Eta cutoff"

    name: Literal["eta_cutoff"] = "eta_cutoff"
    epsilon: float = Field(3e-4, gt=0, lt=1, description="Least probability of a token where the model is sure.")

    def apply(self, logits: Tensor, context: Tensor, moment: Moment) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        probs = logits.softmax(dim=-1)
        entropy = torch.special.entr(probs).sum(dim=-1, keepdim=True)
        limit = (self.epsilon**0.5 * torch.exp(-entropy)).clamp(max=self.epsilon)
        return cut(logits, (probs < limit) & (logits < logits.amax(dim=-1, keepdim=True)))


class TopNSigma(Stage):
    """Keep tokens whose logit is at most n standard deviations below the highest.

    Tang et al. 2024, "Top-nσ: Not All Logits Are You Need". The deviation is that of the tokens still in the running.
    A temperature before it changes nothing in what is kept.

    >>> TopNSigma(1)(torch.tensor([4.0, 3.5, 0.0, 0.5]))
    tensor([4.0000, 3.5000,   -inf,   -inf])
    """

    title: ClassVar[str] = "Top-nσ"

    name: Literal["top_n_sigma"] = "top_n_sigma"
    n: float = Field(1.0, ge=0, le=100, description="Standard deviations below the highest logit that are allowed.")

    def apply(self, logits: Tensor, context: Tensor, moment: Moment) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        running = logits > NEVER
        count = running.sum(dim=-1, keepdim=True)
        mean = torch.where(running, logits, 0).sum(dim=-1, keepdim=True) / count
        variance = torch.where(running, logits - mean, 0).square().sum(dim=-1, keepdim=True) / count
        return cut(logits, logits < logits.amax(dim=-1, keepdim=True) - self.n * variance.sqrt())


def _reaching(probs: Tensor, mass: float) -> Tensor:
    """`(B, 1)`: the place of the first of `probs` `(B, V)` with which their running sum reaches `mass`."""
    ahead = F.pad(probs.cumsum(dim=-1)[:, :-1], (1, 0))  # (B, V): the probability in front of each
    return (ahead < mass).sum(dim=-1, keepdim=True) - 1
