"""The gradient of one optimizer step: added up over batches and processes, measured, and shortened if too long."""

from contextlib import nullcontext

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from playground.device import Precision, autocast
from playground.training.batches import Batch
from playground.training.loss import calc_loss_batch
from playground.training.ranks import Ranks


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


def add_up(loss_of: nn.Module, batches: list[Batch], precision: Precision, ranks: Ranks) -> Tensor:
    """Add the gradient of the mean loss over all tokens of `batches` to the weights; that loss, without gradient.

    Each batch counts by its share of the tokens, each process by its share of the batch.
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
            (part * ranks.size).backward()  # the exchange takes the mean over processes; what is wanted is the sum
        loss += part.detach()
    return ranks.sum(loss)


def clip(model: nn.Module, longest: float | None, ranks: Ranks) -> Tensor:
    """Norm of the gradient as it was, a scalar; afterwards it is at most `longest` long."""
    parameters = list(model.parameters())
    norm = nn.utils.get_total_norm(p.grad for p in parameters if p.grad is not None)
    if ranks.sharded:
        norm = norm.full_tensor()  # each process has measured its share
    if longest is not None:
        nn.utils.clip_grads_with_norm_(parameters, longest, norm)
    return norm
