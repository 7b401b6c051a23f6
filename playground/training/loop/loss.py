"""Cross entropy of the next token, always as the mean over tokens. Source: book, chapter 5.

Shapes: B texts, T tokens each, V tokens in the vocabulary, N tokens in all.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.errors import TextError
from playground.model.gpt import GPTModel
from playground.training.loop.head_loss import head_cross_entropy
from playground.training.loop.parallel.ranks import ALONE, Ranks

Loader = Iterable[tuple[Tensor, Tensor]]
"""Batches of (inputs (B, T), targets (B, T)): `Batches`, or a torch DataLoader as in the book."""


def calc_loss_batch(input_batch: Tensor, target_batch: Tensor, model: nn.Module, device: torch.device | str) -> Tensor:
    """Mean cross entropy over the tokens of one batch: a scalar with its gradient.

    Inputs and targets are (B, T) and are moved to `device` first. `model` maps (B, T) to logits (B, T, V).

    >>> ids = torch.tensor([[1, 2, 3]])
    >>> round(calc_loss_batch(ids, ids, nn.Embedding.from_pretrained(torch.zeros(7, 7)), "cpu").exp().item(), 4)
    7.0
    """
    inputs, targets = input_batch.to(device), target_batch.to(device).flatten()
    if isinstance(model, GPTModel):
        return head_cross_entropy(model.hidden(inputs).flatten(0, 1), model.out_head.weight, targets)
    return F.cross_entropy(model(inputs).flatten(0, 1).float(), targets)


def calc_loss_loader(
    data_loader: Loader, model: nn.Module, device: torch.device | str, num_batches: int | None = None
) -> float:
    """Mean cross entropy over the tokens of the first `num_batches` batches (None: all), without gradients.

    A batch that is not full is weighted by its tokens. The model stays in its mode (training or evaluation). Raises
    `TextError` if there is no batch.

    >>> ids = torch.tensor([[1, 2, 3]])
    >>> model = nn.Embedding.from_pretrained(torch.zeros(7, 7))
    >>> round(math.exp(calc_loss_loader([(ids, ids), (ids, ids)], model, "cpu", num_batches=1)), 4)
    7.0
    """
    return _mean_loss(data_loader, model, device, num_batches, ALONE)


def evaluate_model(
    model: nn.Module,
    train_loader: Loader,
    val_loader: Loader,
    device: torch.device | str,
    eval_iter: int | None,
    ranks: Ranks = ALONE,
) -> tuple[float, float]:
    """Training and validation loss on `eval_iter` batches each (None: all), without dropout.

    The model is returned to the mode it was in. Each of several ranks evaluates its part of each batch; the result is
    the same on all of them. Raises `TextError` if there is no batch.

    >>> ids = torch.tensor([[1, 2, 3]])
    >>> model = nn.Embedding.from_pretrained(torch.zeros(7, 7))
    >>> train_loss, val_loss = evaluate_model(model, [(ids, ids)], [(ids, ids)], "cpu", eval_iter=1)
    >>> round(math.exp(val_loss), 4)
    7.0
    """
    was_training = model.training
    model.eval()
    try:
        return (
            _mean_loss(train_loader, model, device, eval_iter, ranks),
            _mean_loss(val_loader, model, device, eval_iter, ranks),
        )
    finally:
        model.train(was_training)


def _mean_loss(
    loader: Loader, model: nn.Module, device: torch.device | str, num_batches: int | None, ranks: Ranks
) -> float:
    total = torch.zeros(2, dtype=torch.float64)  # sum of the losses, number of tokens
    with torch.inference_mode():
        for batch in islice(iter(loader), num_batches):
            inputs, targets, n_counted = ranks.local_part(batch)
            mean = calc_loss_batch(inputs, targets, model, device).cpu()
            total += torch.tensor([mean * n_counted, n_counted])
    loss, tokens = ranks.sum(total).tolist()
    if tokens == 0:
        raise TextError("There is no batch to measure the loss on; use a longer text or a shorter context_length.")
    return loss / tokens


@dataclass(frozen=True)
class LossSteps:
    """The steps from logits to loss (book, section 5.1.2), one field each; lists have one number per token."""

    logits: list[float]
    """1. The logit of each target."""
    probabilities: list[float]
    """2. The probability of the most likely token at each position."""
    target_probabilities: list[float]
    """3. The probability of each target."""
    log_probabilities: list[float]
    """4. The natural logarithm of each target's probability."""
    average: float
    """5. Their mean."""
    loss: float
    """6. The negative mean: the cross entropy."""

    @property
    def perplexity(self) -> float:
        """exp(loss): the number of equally likely tokens that would give the same loss."""
        return math.exp(self.loss)


def loss_steps(logits: Tensor, targets: Tensor) -> LossSteps:
    """The six steps from logits (..., T, V) and targets (..., T) to the cross entropy, as plain numbers.

    >>> steps = loss_steps(torch.zeros(1, 2, 7), torch.tensor([[3, 5]]))
    >>> [round(p, 4) for p in steps.target_probabilities], round(steps.perplexity, 4)
    ([0.1429, 0.1429], 7.0)
    """
    rows = logits.detach().float().flatten(0, -2)  # (N, V)
    picked = targets.reshape(-1, 1)  # (N, 1)
    probabilities = rows.softmax(dim=-1)
    log_probabilities = rows.log_softmax(dim=-1).gather(1, picked).flatten()
    average = log_probabilities.mean()
    return LossSteps(
        logits=rows.gather(1, picked).flatten().tolist(),
        probabilities=probabilities.amax(dim=-1).tolist(),
        target_probabilities=probabilities.gather(1, picked).flatten().tolist(),
        log_probabilities=log_probabilities.tolist(),
        average=average.item(),
        loss=-average.item(),
    )
