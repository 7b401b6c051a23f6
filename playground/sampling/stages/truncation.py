"""Stages that remove tokens by their logits alone; the remaining tokens keep their logits.

Each stage compares values with a threshold instead of cutting a sorted list at an index: tokens with equal logits stay
or go together.
"""

from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from playground.sampling.stages.base import REMOVED, DrawState, Stage, remove

_TOP_CANDIDATES = 512  # top-p sorts these first: they usually reach p, and sorting all of GPT-2 takes ten times as long


class TopK(Stage):
    """Keep the k likeliest tokens.

    Tokens as likely as the k-th stay as well, as in the book. With k above the vocabulary size all tokens stay.
    Sources: book, section 5.3.2; Fan et al. 2018, "Hierarchical Neural Story Generation".

    >>> TopK(2)(torch.tensor([3.0, 1.0, 2.0]))
    tensor([3., -inf, 2.])
    """

    title: ClassVar[str] = "Top-k"
    help_text: ClassVar[str] = "Keep the k likeliest tokens."
    details: ClassVar[str] = (
        'Book, section 5.3.2; Fan et al. 2018, "Hierarchical Neural Story Generation". Tokens as likely as the k-th '
        "stay as well, as in the book. A k above the vocabulary keeps all."
    )

    name: Literal["top_k"] = "top_k"
    k: int = Field(default=50, ge=1, le=262_144, kw_only=False, description="Number of likeliest tokens that stay.")

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        kth = logits.topk(min(self.k, logits.shape[-1])).values[:, -1:]
        return remove(logits, logits < kth)


class TopP(Stage):
    """Keep the smallest set of likeliest tokens that reaches the probability p (nucleus sampling).

    At least one token stays; with p = 1 all do. Source: Holtzman et al. 2020, "The Curious Case of Neural Text
    Degeneration".

    >>> TopP(0.8)(torch.tensor([3.0, 2.0, 1.0]))
    tensor([3., 2., -inf])
    """

    title: ClassVar[str] = "Top-p"
    help_text: ClassVar[str] = "Keep the likeliest tokens that together reach the probability p, the nucleus."
    details: ClassVar[str] = (
        'Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration". Always at least one; p = 1 keeps all.'
    )

    name: Literal["top_p"] = "top_p"
    p: float = Field(
        default=0.9, gt=0, le=1, kw_only=False, description="Probability that the kept tokens reach together."
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        if self.p == 1:  # the sum of rounded probabilities may reach 1 early
            return logits
        probs = logits.softmax(dim=-1)
        sorted_probs = probs.topk(min(_TOP_CANDIDATES, logits.shape[-1])).values
        if bool((sorted_probs.sum(dim=-1) < self.p).any()):
            sorted_probs = probs.sort(dim=-1, descending=True).values
        last = _index_reaching(sorted_probs, self.p)
        return remove(logits, probs < sorted_probs.gather(-1, last))


class MinP(Stage):
    """Keep tokens whose probability is at least p times that of the likeliest one.

    Source: Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs".

    >>> MinP(0.2)(torch.tensor([3.0, 2.0, 1.0]))
    tensor([3., 2., -inf])
    """

    title: ClassVar[str] = "Min-p"
    help_text: ClassVar[str] = "Keep tokens at least p times as likely as the likeliest one."
    details: ClassVar[str] = (
        'Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs".'
    )

    name: Literal["min_p"] = "min_p"
    p: float = Field(
        default=0.05, ge=0, le=1, kw_only=False, description="Least probability, as a share of the likeliest token's."
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        probs = logits.softmax(dim=-1)
        return remove(logits, probs < self.p * probs.amax(dim=-1, keepdim=True))


class Typical(Stage):
    """Keep the tokens whose surprise is nearest to the entropy, until they reach the probability `mass`.

    The likeliest token may be removed: its surprise can be far below the entropy. With mass = 1 all tokens stay.
    Source: Meister et al. 2023, "Locally Typical Sampling".

    >>> Typical(0.5)(torch.tensor([3.0, 2.5, -1.0]))
    tensor([3., -inf, -inf])
    """

    title: ClassVar[str] = "Locally typical"
    help_text: ClassVar[str] = (
        "Keep the tokens whose surprise is nearest to the expected one, until they reach the probability `mass`."
    )
    details: ClassVar[str] = (
        'Meister et al. 2023, "Locally Typical Sampling". The likeliest token may go: it can be *less* surprising than '
        "is typical. mass = 1 keeps all."
    )

    name: Literal["typical"] = "typical"
    mass: float = Field(
        default=0.9, gt=0, le=1, kw_only=False, description="Probability that the kept tokens reach together."
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        if self.mass == 1:
            return logits
        log_probs = logits.log_softmax(dim=-1)
        probs = log_probs.exp()
        entropy = torch.special.entr(probs).sum(dim=-1, keepdim=True)  # in nats
        distance = (-log_probs - entropy).abs()
        sorted_distance, order = distance.sort(dim=-1)
        last = _index_reaching(probs.gather(-1, order), self.mass)
        return remove(logits, distance > sorted_distance.gather(-1, last))


class EpsilonCutoff(Stage):
    """Keep tokens whose probability is at least epsilon; the likeliest always stays.

    Source: Hewitt et al. 2022, "Truncation Sampling as Language Model Desmoothing".

    >>> EpsilonCutoff(0.1)(torch.tensor([3.0, 2.0, 0.0]))
    tensor([3., 2., -inf])
    """

    title: ClassVar[str] = "Epsilon cutoff"
    help_text: ClassVar[str] = "Keep tokens whose probability is at least epsilon; the likeliest always stays."
    details: ClassVar[str] = 'Hewitt et al. 2022, "Truncation Sampling as Language Model Desmoothing".'

    name: Literal["epsilon_cutoff"] = "epsilon_cutoff"
    epsilon: float = Field(default=3e-4, gt=0, lt=1, kw_only=False, description="Least probability of a token.")

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        unlikely = logits.softmax(dim=-1) < self.epsilon
        return remove(logits, unlikely & (logits < logits.amax(dim=-1, keepdim=True)))


class EtaCutoff(Stage):
    """Keep tokens whose probability is at least a limit that falls with the entropy; the likeliest always stays.

    The limit is the smaller one of epsilon and sqrt(epsilon) · exp(−entropy in nats). Source: Hewitt et al. 2022,
    "Truncation Sampling as Language Model Desmoothing".

    >>> EtaCutoff(0.1)(torch.tensor([3.0, 2.0, 0.0]))
    tensor([3., 2., -inf])
    """

    title: ClassVar[str] = "Eta cutoff"
    help_text: ClassVar[str] = (
        "Like the epsilon cutoff, but milder where the model is unsure: the limit falls with the entropy."
    )
    details: ClassVar[str] = (
        "The limit is the smaller one of epsilon and sqrt(epsilon) · exp(−entropy in nats). Hewitt et al. 2022, "
        '"Truncation Sampling as Language Model Desmoothing".'
    )

    name: Literal["eta_cutoff"] = "eta_cutoff"
    epsilon: float = Field(
        default=3e-4, gt=0, lt=1, kw_only=False, description="Least probability of a token where the model is sure."
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        probs = logits.softmax(dim=-1)
        entropy = torch.special.entr(probs).sum(dim=-1, keepdim=True)  # in nats
        limit = (self.epsilon**0.5 * torch.exp(-entropy)).clamp(max=self.epsilon)
        return remove(logits, (probs < limit) & (logits < logits.amax(dim=-1, keepdim=True)))


class TopNSigma(Stage):
    """Keep tokens whose logit is at most n standard deviations below the highest.

    The deviation is that of the tokens not removed before. A temperature in front of this stage does not change which
    tokens stay. Source: Tang et al. 2024, "Top-nσ: Not All Logits Are You Need".

    >>> TopNSigma(1)(torch.tensor([4.0, 3.5, 0.0, 0.5]))
    tensor([4.0000, 3.5000,   -inf,   -inf])
    """

    title: ClassVar[str] = "Top-nσ"
    help_text: ClassVar[str] = "Keep tokens whose logit is at most n standard deviations below the highest."
    details: ClassVar[str] = (
        'Tang et al. 2024, "Top-nσ: Not All Logits Are You Need". The deviation is that of the tokens still in the '
        "running. A temperature before it changes nothing in what is kept."
    )

    name: Literal["top_n_sigma"] = "top_n_sigma"
    n: float = Field(
        default=1.0,
        ge=0,
        le=100,
        kw_only=False,
        description="Standard deviations below the highest logit that are allowed.",
    )

    def apply(self, logits: Tensor, context: Tensor, state: DrawState) -> Tensor:
        """`(B, V)` → `(B, V)`."""
        left = logits > REMOVED
        count = left.sum(dim=-1, keepdim=True)
        mean = torch.where(left, logits, 0).sum(dim=-1, keepdim=True) / count
        variance = torch.where(left, logits - mean, 0).square().sum(dim=-1, keepdim=True) / count
        return remove(logits, logits < logits.amax(dim=-1, keepdim=True) - self.n * variance.sqrt())


def _index_reaching(probs: Tensor, mass: float) -> Tensor:
    """`(B, 1)`: index of the first of `probs` `(B, V)` with which their running sum reaches `mass`."""
    sum_before = F.pad(probs.cumsum(dim=-1)[:, :-1], (1, 0))  # (B, V)
    return (sum_before < mass).sum(dim=-1, keepdim=True) - 1
