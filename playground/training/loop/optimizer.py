"""AdamW and the learning rate of every step. Source: book, chapter 5 and appendix D."""

import math

from torch import nn

from playground.config import TrainConfig
from playground.model.cpu.adamw import AdamW


def make_optimizer(model: nn.Module, config: TrainConfig) -> AdamW:
    """AdamW over all weights as one group, as in the book; one fused pass over them where the device has it.

    >>> make_optimizer(nn.Linear(2, 2), TrainConfig(lr=0.001)).param_groups[0]["lr"]
    0.001
    """
    parameters = list(model.parameters())
    return AdamW(
        parameters,
        lr=config.lr,
        betas=(config.beta1, config.beta2),
        weight_decay=config.weight_decay,
        fused=all(p.device.type in ("cpu", "cuda", "mps") for p in parameters),
    )


def lr_at(step: int, total_steps: int, config: TrainConfig) -> float:
    """The learning rate of step number `step` (from 0): a linear rise, then constant or half a cosine down to `min_lr`.

    >>> config = TrainConfig(lr=0.1, min_lr=0.0, lr_schedule="cosine", warmup_pct=20)
    >>> [round(lr_at(step, 10, config), 4) for step in range(10)]
    [0.05, 0.1, 0.1, 0.0962, 0.0854, 0.0691, 0.05, 0.0309, 0.0146, 0.0038]
    """
    warmup_steps = round(total_steps * config.warmup_pct / 100)
    if step < warmup_steps:
        return config.lr * (step + 1) / warmup_steps
    if config.lr_schedule == "constant":
        return config.lr
    progress = min(1.0, (step - warmup_steps) / max(1, total_steps - warmup_steps))
    return config.lr - (config.lr - config.min_lr) * 0.5 * (1 - math.cos(math.pi * progress))
