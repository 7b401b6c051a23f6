"""Output layer and cross entropy in one: the (N, V) numbers between them exist once, and only a chunk at a time.

Shapes: N tokens (all texts of a batch), C width of the model, V tokens in the vocabulary.

The plain way keeps the logits, their log-softmax and the gradient of both: with 50,257 tokens that is most of the
memory of a small batch. Here a chunk of logits becomes probabilities in place, and these give the gradients at once:
of the loss by the logits it is probability minus one for the target, over N.
"""

from typing import Any

import torch
from torch import Tensor

_CHUNK_BYTES = 128 << 20  # of float32 logits; measured: smaller ones make the matrix products slower
_COLUMNS = 2048  # of logits at once; measured: PyTorch takes a third longer for all 50,257 in one product


def head_cross_entropy(hidden: Tensor, head: Tensor, targets: Tensor) -> Tensor:
    """Mean cross entropy of `targets` (N,) under the logits `hidden @ head.T`, for `hidden` (N, C) and `head` (V, C).

    A scalar with its gradient by `hidden` and `head`; under autocast the matrix products are in its type and the
    softmax in float32.

    >>> loss = head_cross_entropy(torch.zeros(3, 4), torch.ones(7, 4), torch.tensor([0, 1, 2]))
    >>> round(loss.exp().item(), 4)
    7.0
    """
    # Asked here: within an autograd function a weight seems to need its gradient even where gradients are off.
    if torch.is_grad_enabled() and (hidden.requires_grad or head.requires_grad):
        return _HeadCrossEntropy.apply(hidden, head, targets)
    return _loss_and_gradients(hidden, head, targets, gradients=False)[0]


class _HeadCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Tensor, targets: Tensor) -> Tensor:
        loss, *gradients = _loss_and_gradients(hidden, head, targets, gradients=True)
        ctx.save_for_backward(*gradients)
        return loss

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        by_hidden, by_head = ctx.saved_tensors
        if upstream.device.type == "cpu" and upstream == 1:  # spares a pass over a gradient the size of the head
            return by_hidden, by_head, None
        return by_hidden * upstream, by_head * upstream, None


def _loss_and_gradients(hidden: Tensor, head: Tensor, targets: Tensor, gradients: bool) -> tuple[Tensor, ...]:
    device = hidden.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else hidden.dtype
    with torch.autocast(device, enabled=False):
        return _in_chunks(hidden, head, targets, dtype, gradients)


def _in_chunks(
    hidden: Tensor, head: Tensor, targets: Tensor, dtype: torch.dtype, gradients: bool
) -> tuple[Tensor, ...]:
    n, rows = len(hidden), max(1, _CHUNK_BYTES // (4 * len(head)))
    weight = head.to(dtype)
    loss = hidden.new_zeros((), dtype=torch.float32)
    by_hidden = torch.empty_like(hidden) if gradients else None
    by_head = None
    for start in range(0, n, rows):
        x = hidden[start : start + rows].to(dtype)
        target = targets[start : start + rows, None]
        table = _logits(x, weight).float()
        table = torch.log_softmax(table, dim=1, out=table if table.device.type == "cpu" else None)
        loss -= table.gather(1, target).sum()
        if not gradients:
            continue
        table.exp_()  # probabilities
        table.scatter_add_(1, target, table.new_full((1, 1), -1.0).expand_as(target))
        table = table.to(dtype)
        by_hidden[start : start + rows] = table @ weight
        scaled = x / n
        if by_head is None:
            by_head = (table.T @ scaled).to(head.dtype)
        elif dtype == head.dtype:
            by_head.addmm_(table.T, scaled)
        else:
            by_head += table.T @ scaled
    if not gradients:
        return (loss / n,)
    return loss / n, by_hidden.div_(n), by_head


def _logits(x: Tensor, weight: Tensor) -> Tensor:
    """`x @ weight.T`, `(n, V)`."""
    if x.device.type != "cpu" or x.dtype != torch.float32:
        return x @ weight.T
    table = x.new_empty(len(x), len(weight))
    for part, columns in zip(weight.split(_COLUMNS), table.split(_COLUMNS, dim=1), strict=True):
        torch.mm(x, part.T, out=columns)
    return table
