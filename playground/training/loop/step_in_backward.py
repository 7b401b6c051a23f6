"""Optimizer steps during the backward pass, so that the whole gradient of a large model never exists at once.

AdamW updates each weight from that weight's gradient alone. As soon as a few gradients have been computed, their
weights can be updated and the gradients released: the same numbers, with a quarter less memory. What needs the whole
gradient first, as clipping does, cannot use it. Source: Lv et al. (2023), LOMO, for stochastic gradient descent.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from playground.config import TrainConfig
from playground.model.cpu.adamw import AdamW
from playground.training.loop.parallel.ranks import Ranks

_PIECE_BYTES = 16 << 20  # of gradients before their weights are updated; measured: smaller pieces save no more memory


class StepInBackward:
    """Updates the first weights of a backward pass during that pass; the last ones are left to `optimizer.step()`.

    >>> weight = nn.Parameter(torch.ones(3))
    >>> early = StepInBackward(AdamW([weight], lr=0.1, weight_decay=0), piece_bytes=1)
    >>> with early.during_backward():
    ...     (2 * weight).sum().backward()
    >>> weight.data, weight.grad, early.norms[weight]
    (tensor([0.9000, 0.9000, 0.9000]), None, tensor(3.4641))
    """

    def __init__(self, optimizer: AdamW, piece_bytes: int) -> None:
        self.norms: dict[nn.Parameter, Tensor] = {}
        """Norm of the gradient of each weight that was updated; the gradient itself is released."""
        self._optimizer, self._piece_bytes = optimizer, piece_bytes
        self._pending: list[nn.Parameter] = []
        self._pending_bytes = 0

    @contextmanager
    def during_backward(self) -> Iterator[None]:
        """A context in which a backward pass updates weights, up to the first gradient that is not finite."""
        hooks = [weight.register_post_accumulate_grad_hook(self._take) for weight in _trained(self._optimizer)]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _take(self, weight: Tensor) -> None:
        assert isinstance(weight, nn.Parameter)
        assert weight.grad is not None  # the hook runs after it was accumulated
        self._pending.append(weight)
        self._pending_bytes += weight.grad.nbytes
        if self._pending_bytes < self._piece_bytes:
            return
        norms = torch._foreach_norm([pending.grad for pending in self._pending if pending.grad is not None])
        if not torch.stack(norms).isfinite().all():
            return
        self._optimizer.step()  # skips weights without a gradient
        self.norms.update(zip(self._pending, norms, strict=True))
        for pending in self._pending:
            pending.grad = None
        self._pending, self._pending_bytes = [], 0


def make_step_in_backward(optimizer: torch.optim.Optimizer, config: TrainConfig, ranks: Ranks) -> StepInBackward | None:
    """A `StepInBackward` where nothing needs the whole gradient first; None elsewhere.

    Also None for a model whose gradients are no more than one piece, and for other devices than the CPU: to check that
    a gradient is finite, the CPU would have to wait for them.
    """
    if config.needs_whole_gradient or ranks.size > 1 or not isinstance(optimizer, AdamW):
        return None
    weights = _trained(optimizer)
    if any(weight.device.type != "cpu" for weight in weights) or sum(w.nbytes for w in weights) <= _PIECE_BYTES:
        return None
    return StepInBackward(optimizer, _PIECE_BYTES)


def _trained(optimizer: torch.optim.Optimizer) -> list[nn.Parameter]:
    """The weights that are not frozen."""
    return [weight for group in optimizer.param_groups for weight in group["params"] if weight.requires_grad]
