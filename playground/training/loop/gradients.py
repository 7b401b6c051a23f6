"""The gradient of one optimizer step: added up over batches and processes, measured, and shortened if too long."""

import math
from contextlib import nullcontext

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from playground.device import Precision, autocast
from playground.training.loop.batches import Batch
from playground.training.loop.loss import calc_loss_batch
from playground.training.loop.parallel.ranks import ALONE, Ranks
from playground.training.loop.step_in_backward import StepInBackward


class LossOf(nn.Module):
    """A model whose output is its loss: what several processes exchange gradients of."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross entropy, a scalar; inputs and targets are (B, T)."""
        return calc_loss_batch(inputs, targets, self.model, next(self.model.parameters()).device)


def count_tokens(batches: list[Batch]) -> int:
    """Targets in the batches."""
    return sum(targets.numel() for _, targets in batches)


def add_up(
    loss_of: nn.Module,
    batches: list[Batch],
    precision: Precision,
    ranks: Ranks = ALONE,
    early: StepInBackward | None = None,
) -> Tensor:
    """Add the gradient of the mean loss over all tokens of `batches` to the weights; that loss, without gradient.

    Each batch counts by its share of the tokens, each process by its share of the batch. With `early`, weights move
    already unless the loss is not finite, and their gradients go again.
    """
    tokens = count_tokens(batches)
    device = next(loss_of.parameters()).device
    loss = torch.zeros((), device=device)
    for number, batch in enumerate(batches, start=1):
        inputs, targets, counted = ranks.share(batch)
        waits = isinstance(loss_of, DistributedDataParallel) and number < len(batches)
        with loss_of.no_sync() if waits else nullcontext():  # exchanged once, after the last batch
            with autocast(device, precision):
                part = loss_of(inputs, targets) * (counted / tokens)
            moves = early is not None and math.isfinite(part.detach())
            with early.during_backward() if moves else nullcontext():
                (part * ranks.size).backward()  # the exchange takes the mean over processes; wanted is the sum
        loss += part.detach()
    return ranks.sum(loss)


def clip(model: nn.Module, longest: float | None, ranks: Ranks = ALONE, early: StepInBackward | None = None) -> Tensor:
    """Norm of the gradient as it was, a scalar; afterwards it is at most `longest` long.

    What `early` has let go counts as it was.
    """
    parameters = list(model.parameters())
    gone = early.norms if early is not None else {}
    # The norm of all is the norm of their norms.
    norm = nn.utils.get_total_norm(gone.get(p, p.grad) for p in parameters if p in gone or p.grad is not None)
    if ranks.sharded:
        norm = norm.full_tensor()  # each process has measured its share
    if longest is not None:
        nn.utils.clip_grads_with_norm_(parameters, longest, norm)
    return norm
