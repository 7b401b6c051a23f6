"""Output head and cross entropy in one function, which never holds all logits at once.

Shapes: N tokens (all windows of a batch), C: emb_dim, V: vocab_size.

The plain way keeps the logits (N, V), their log-softmax, and the gradients of both: with 50,257 tokens that is most of
the memory of a small batch. Here a chunk of logits is turned into probabilities in place, and these give the gradients
at once: the gradient of the loss by the logits is the probabilities, minus one at the target, over N.
"""

from typing import Any

import torch
from torch import Tensor

CHUNK_BYTES = 128 << 20
"""Bytes of float32 logits that exist at a time; measured: smaller chunks make the matrix products slower."""
_COLUMNS = 2048  # of logits in one product; measured: PyTorch takes a third longer for all 50,257 at once


def head_cross_entropy(hidden: Tensor, head: Tensor, targets: Tensor) -> Tensor:
    """Mean cross entropy of `targets` (N,) under the logits `hidden @ head.T`, for `hidden` (N, C) and `head` (V, C).

    A scalar with gradients by `hidden` and `head`. Under autocast, the matrix products run in its type and the softmax
    in float32.

    >>> loss = head_cross_entropy(torch.zeros(3, 4), torch.ones(7, 4), torch.tensor([0, 1, 2]))
    >>> round(loss.exp().item(), 4)
    7.0
    """
    # Checked here: inside an autograd function a weight seems to need its gradient even where gradients are off.
    if torch.is_grad_enabled() and (hidden.requires_grad or head.requires_grad):
        loss: Tensor = _HeadCrossEntropy.apply(hidden, head, targets)
        return loss
    return _loss_and_gradients(hidden, head, targets, with_gradients=False)[0]


class _HeadCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Tensor, targets: Tensor) -> Tensor:
        loss, by_hidden, by_head = _loss_and_gradients(hidden, head, targets, with_gradients=True)
        ctx.save_for_backward(by_hidden, by_head)
        return loss

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        by_hidden, by_head = ctx.saved_tensors
        if upstream.device.type == "cpu" and upstream == 1:  # saves a pass over a gradient of the head's size
            return by_hidden, by_head, None
        return by_hidden * upstream, by_head * upstream, None


def _loss_and_gradients(
    hidden: Tensor, head: Tensor, targets: Tensor, with_gradients: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """The loss, and its gradients by `hidden` and `head`; both are empty without gradients."""
    device = hidden.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else hidden.dtype
    with torch.autocast(device, enabled=False):
        return _in_chunks(hidden, head, targets, dtype, with_gradients)


def _in_chunks(
    hidden: Tensor, head: Tensor, targets: Tensor, dtype: torch.dtype, with_gradients: bool
) -> tuple[Tensor, Tensor, Tensor]:
    n_tokens, rows = len(hidden), max(1, CHUNK_BYTES // (4 * len(head)))
    weight = head.to(dtype)
    loss = hidden.new_zeros((), dtype=torch.float32)
    by_hidden = torch.empty_like(hidden) if with_gradients else hidden.new_empty(0)
    by_head: Tensor | None = None
    for start in range(0, n_tokens, rows):
        x = hidden[start : start + rows].to(dtype)  # (n, C)
        target = targets[start : start + rows, None]  # (n, 1)
        table = _logits(x, weight).float()  # (n, V): logits, then log-probabilities, then their gradient
        table = torch.log_softmax(table, dim=1, out=table if table.device.type == "cpu" else None)
        loss -= table.gather(1, target).sum()
        if not with_gradients:
            continue
        table.exp_()  # probabilities
        table.scatter_add_(1, target, table.new_full((1, 1), -1.0).expand_as(target))
        table = table.to(dtype)
        by_hidden[start : start + rows] = table @ weight
        scaled = x / n_tokens
        if by_head is None:
            by_head = (table.T @ scaled).to(head.dtype)
        elif dtype == head.dtype:
            by_head.addmm_(table.T, scaled)
        else:
            by_head += table.T @ scaled
    if by_head is None:
        by_head = head.new_empty(0)
    return loss / n_tokens, by_hidden.div_(n_tokens), by_head


def _logits(x: Tensor, weight: Tensor) -> Tensor:
    """`x @ weight.T`: (n, C) and (V, C) → (n, V)."""
    if x.device.type != "cpu" or x.dtype != torch.float32:
        return x @ weight.T
    table = x.new_empty(len(x), len(weight))
    for part, columns in zip(weight.split(_COLUMNS), table.split(_COLUMNS, dim=1), strict=True):
        torch.mm(x, part.T, out=columns)
    return table
