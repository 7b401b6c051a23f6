"""AdamW, the number of steps, and the learning rate of every step. Source: book, chapter 5 and appendix D."""

import math

from torch import nn

from playground.config import TrainConfig
from playground.model.cpu.adamw import AdamW


def make_optimizer(model: nn.Module, config: TrainConfig) -> AdamW:
    """AdamW with all weights in one group, as in the book; fused where the device supports it.

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


def steps_per_epoch(config: TrainConfig, batches_per_epoch: int) -> int:
    """Optimizer steps of one epoch; the last one may have fewer batches than `accumulation_steps`.

    >>> steps_per_epoch(TrainConfig(accumulation_steps=4), 9)
    3
    """
    return math.ceil(batches_per_epoch / config.accumulation_steps)


def total_steps(config: TrainConfig, batches_per_epoch: int) -> int:
    """Optimizer steps of the whole training.

    >>> total_steps(TrainConfig(epochs=5), 9), total_steps(TrainConfig(epochs=5, max_steps=20), 9)
    (45, 20)
    """
    steps = config.epochs * steps_per_epoch(config, batches_per_epoch)
    return min(steps, config.max_steps or steps)


def lr_at(step: int, total_steps: int, config: TrainConfig) -> float:
    """The learning rate of step number `step` (from 0): linear warmup, then constant or cosine decay to `lowest_lr`.

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
    return config.lr - (config.lr - config.lowest_lr) * 0.5 * (1 - math.cos(math.pi * progress))


def with_lr(config: TrainConfig, lr: float | None) -> TrainConfig:
    """The settings with another learning rate (None: unchanged); a `min_lr` that would exceed it is lowered to it.

    >>> with_lr(TrainConfig(lr=0.01, min_lr=0.005), 0.001).min_lr
    0.001
    """
    if lr is None:
        return config
    return config.replace(lr=lr, min_lr=None if config.min_lr is None else min(lr, config.min_lr))
