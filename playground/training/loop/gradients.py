"""The gradient of one optimizer step: accumulated over batches and ranks, measured, and clipped.

Shapes: B windows per batch, T tokens per window.
"""

import math
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from playground.device import Precision, autocast
from playground.training.loop.batches import Batch
from playground.training.loop.loss import calc_loss_batch
from playground.training.loop.parallel.ranks import ALONE, Ranks
from playground.training.loop.parallel.sharding import full_tensor
from playground.training.loop.step_in_backward import StepInBackward


class LossOf(nn.Module):
    """A model with its loss as output: the module that is wrapped for the exchange of gradients between ranks."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross entropy, a scalar; inputs and targets are (B, T)."""
        return calc_loss_batch(inputs, targets, self.model, next(self.model.parameters()).device)


def count_tokens(batches: list[Batch]) -> int:
    """Number of targets in the batches.

    >>> count_tokens([(torch.zeros(2, 3), torch.ones(2, 3))])
    6
    """
    return sum(targets.numel() for _, targets in batches)


def accumulate_gradients(
    loss_of: nn.Module,
    batches: list[Batch],
    precision: Precision,
    ranks: Ranks = ALONE,
    early: StepInBackward | None = None,
) -> Tensor:
    """Add the gradient of the mean loss over all tokens of `batches` to the weights; returns that loss, detached.

    Each batch is weighted by its share of the tokens, each rank by its share of the batch. With `early`, weights
    already move during the backward pass, unless the loss is not finite, and their gradients are released.

    >>> model = nn.Embedding.from_pretrained(torch.zeros(4, 4), freeze=False)
    >>> batches = [(torch.tensor([[0, 1]]), torch.tensor([[1, 2]])), (torch.tensor([[2]]), torch.tensor([[3]]))]
    >>> round(accumulate_gradients(LossOf(model), batches, "float32").exp().item(), 4)
    4.0
    >>> round(clip_gradient(model, max_norm=0.1).item(), 4), round(model.weight.grad.norm().item(), 4)
    (0.5, 0.1)
    """
    tokens = count_tokens(batches)
    device = next(loss_of.parameters()).device
    loss = torch.zeros((), device=device)
    for number, batch in enumerate(batches, start=1):
        inputs, targets, n_counted = ranks.local_part(batch)
        with _without_exchange(loss_of) if number < len(batches) else nullcontext():  # once, after the last batch
            with autocast(device, precision):
                part = loss_of(inputs, targets) * (n_counted / tokens)
            is_early = early is not None and math.isfinite(part.detach())
            with early.during_backward() if early is not None and is_early else nullcontext():
                (part * ranks.size).backward()  # the exchange takes the mean over ranks, but the sum is needed
        loss += part.detach()
    return ranks.sum(loss)


def clip_gradient(
    model: nn.Module, max_norm: float | None, ranks: Ranks = ALONE, early: StepInBackward | None = None
) -> Tensor:
    """Norm of the gradient before clipping, a scalar; afterwards it is at most `max_norm` (None: no clipping).

    Gradients that `early` has released count with the norms they had.
    """
    parameters = list(model.parameters())
    released = early.norms if early is not None else {}
    found = [released.get(p, p.grad) for p in parameters]
    norm = nn.utils.get_total_norm([tensor for tensor in found if tensor is not None])  # also the norm of norms
    if ranks.sharded:
        norm = full_tensor(norm)  # each rank has measured its shard
    if max_norm is not None:
        nn.utils.clip_grads_with_norm_(parameters, max_norm, norm)
    return norm


def _without_exchange(loss_of: nn.Module) -> AbstractContextManager[None]:
    return loss_of.no_sync() if isinstance(loss_of, DistributedDataParallel) else nullcontext()
