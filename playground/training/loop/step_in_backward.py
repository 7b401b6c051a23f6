"""Weights that move while the gradients come, so that a large model never holds all of its gradient at once.

AdamW moves each weight by that weight's gradient alone. So once a few gradients are there their weights can move and
the gradients can go: the same numbers in a quarter less of what training holds. What needs the whole gradient first,
as clipping does, cannot be served so. Source: Lv et al. (2023), LOMO, for stochastic gradient descent.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from playground.config import TrainConfig
from playground.model.cpu.adamw import AdamW
from playground.training.loop.parallel.ranks import Ranks

_PIECE_BYTES = 16 << 20  # of gradients, before their weights move; measured: smaller pieces take no less memory


class StepInBackward:
    """The optimizer's steps on the first weights of a backward pass; the last ones are left to the usual step.

    >>> weight = nn.Parameter(torch.ones(3))
    >>> early = StepInBackward(AdamW([weight], lr=0.1, weight_decay=0), piece_bytes=1)
    >>> with early.during_backward():
    ...     (2 * weight).sum().backward()
    >>> weight.data, weight.grad, early.norms[weight]
    (tensor([0.9000, 0.9000, 0.9000]), None, tensor(3.4641))
    """

    def __init__(self, optimizer: AdamW, piece_bytes: int) -> None:
        self.norms: dict[nn.Parameter, Tensor] = {}
        """The length that the gradient of each weight had that has moved and has let its gradient go."""
        self._optimizer, self._piece_bytes = optimizer, piece_bytes
        self._waiting: list[nn.Parameter] = []
        self._waiting_bytes = 0

    @contextmanager
    def during_backward(self) -> Iterator[None]:
        """Within it, a backward pass moves weights; none moves any more once a gradient is not finite."""
        hooks = [weight.register_post_accumulate_grad_hook(self._take) for weight in _weights(self._optimizer)]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _take(self, weight: nn.Parameter) -> None:
        self._waiting.append(weight)
        self._waiting_bytes += weight.grad.nbytes
        if self._waiting_bytes < self._piece_bytes:
            return
        norms = torch._foreach_norm([waiting.grad for waiting in self._waiting])
        if not torch.stack(norms).isfinite().all():
            return
        self._optimizer.step()  # passes over weights without a gradient
        self.norms.update(zip(self._waiting, norms, strict=True))
        for waiting in self._waiting:
            waiting.grad = None
        self._waiting, self._waiting_bytes = [], 0


def early_steps(optimizer: torch.optim.Optimizer, config: TrainConfig, ranks: Ranks) -> StepInBackward | None:
    """Steps within the backward pass, where nothing needs the whole gradient before; None elsewhere.

    None as well for a model whose gradients are no more than a piece, and on other devices than the CPU, which would
    have to be waited for to see whether a gradient is finite.
    """
    if config.needs_whole_gradient or ranks.size > 1 or not isinstance(optimizer, AdamW):
        return None
    weights = _weights(optimizer)
    if any(weight.device.type != "cpu" for weight in weights) or sum(w.nbytes for w in weights) <= _PIECE_BYTES:
        return None
    return StepInBackward(optimizer, _PIECE_BYTES)


def _weights(optimizer: torch.optim.Optimizer) -> list[nn.Parameter]:
    """Those that are not frozen."""
    return [weight for group in optimizer.param_groups for weight in group["params"] if weight.requires_grad]
