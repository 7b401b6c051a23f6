"""What a training will need, estimated before it starts: memory and time.

Shapes: B windows per batch, T: context_length, C: emb_dim, H: n_heads, V: vocab_size.
"""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.device import autocast, resolve_device, resolve_precision, use_threads
from playground.model.cpu.adamw import AdamW
from playground.model.cpu.attention import kept_weights
from playground.model.gpt import Block
from playground.model.presets import count_parameters
from playground.text.corpus import CorpusStats
from playground.training.loop.head_loss import CHUNK_BYTES, head_cross_entropy
from playground.training.loop.optimizer import total_steps

_PROGRAM_BYTES = 260 * 2**20  # measured: Python, PyTorch and its libraries after training
_FRAGMENTATION = 1.05  # measured: memory in use and the gaps in it


@dataclass(frozen=True)
class MemoryEstimate:
    """Memory in bytes."""

    weights_bytes: int
    gradients_bytes: int
    """Gradients that exist at once: all of them where they are clipped or accumulated, else that of the output head."""
    optimizer_bytes: int
    """AdamW's two moments."""
    activations_bytes: int
    """Peak of what the forward pass keeps for the backward pass, logits included."""
    training_bytes: int
    """Peak of a training process, including the program itself. Activations are released while gradients are computed,
    so this can be less than the sum of the parts."""
    inference_bytes: int
    """Writing text: weights, a full key-value cache and the logits of one token."""


def estimate_memory(config: ModelConfig, data: DataConfig, train: TrainConfig) -> MemoryEstimate:
    """Memory for training and for writing text, computed from sizes; weights, gradients and moments are float32.

    Raises `SettingsError` for a device that this machine does not have.

    >>> from playground.config import GPT_CONFIG_124M
    >>> estimate = estimate_memory(GPT_CONFIG_124M, DataConfig(), TrainConfig(grad_clip=1.0))
    >>> round((estimate.weights_bytes + estimate.gradients_bytes + estimate.optimizer_bytes) / 1e9, 1)
    2.6
    """
    parts = count_parameters(config)
    weights, head_gradient = 4 * parts["total"], 4 * parts["output head"]
    device = resolve_device(train.device)
    number_bytes = 4 if resolve_precision(train.precision, device) == "float32" else 2
    autocast_copy = weights // 2 if number_bytes == 2 else 0  # of the weights
    tokens = data.batch_size * config.context_length
    logits = 2 * min(4 * tokens * config.vocab_size, CHUNK_BYTES)
    inside = tokens * _kept_bytes(config, number_bytes, device.type)
    entering = tokens * 4 * config.n_layers * config.emb_dim
    kept = inside + entering if train.recompute else inside * config.n_layers
    gradients = weights if train.needs_whole_gradient or device.type != "cpu" else head_gradient
    held = 3 * weights + (weights if train.accumulation_steps > 1 else 0)  # gradients stay between micro-steps
    peak = max(kept + logits + head_gradient, gradients)
    cache = 2 * 4 * config.n_layers * config.context_length * config.emb_dim
    return MemoryEstimate(
        weights_bytes=weights,
        gradients_bytes=gradients,
        optimizer_bytes=2 * weights,
        activations_bytes=kept + logits,
        training_bytes=_PROGRAM_BYTES + round(_FRAGMENTATION * (held + autocast_copy + peak)),
        inference_bytes=weights + cache + 4 * config.vocab_size,
    )


def _kept_bytes(config: ModelConfig, number_bytes: int, device: str) -> int:
    """Bytes that one block keeps per token for the backward pass."""
    # Inputs and outputs of two norms 4C; queries, keys and values 3C; output of attention C; inside of feed-forward 8C.
    kept = 16 * config.emb_dim * number_bytes
    if config.drop_rate:
        kept += 2 * config.emb_dim  # masks of one byte per number
        if device == "cpu":  # attention weights and their mask; other devices recompute both
            weights_per_token = kept_weights(config.context_length) / config.context_length
            kept += round(config.n_heads * weights_per_token * (number_bytes + 1))
    return kept


def memory_advice(config: ModelConfig, data: DataConfig, train: TrainConfig, free_bytes: int) -> str:
    """A sentence for a training that needs more memory than is free, with what would make it fit; else "".

    Raises `SettingsError` for a device that this machine does not have.

    >>> from playground.config import GPT_CONFIG_124M
    >>> memory_advice(GPT_CONFIG_124M, DataConfig(batch_size=8), TrainConfig(device="cpu"), 10**12)
    ''
    """
    needed = estimate_memory(config, data, train).training_bytes
    if needed <= free_bytes:
        return ""
    smaller, recomputed = data.replace(batch_size=1), train.replace(recompute=True)
    ways = {
        "recompute": (data, recomputed),
        "a batch size of 1": (smaller, train),
        "both": (smaller, recomputed),
    }
    offers = [
        f"{_gb(estimate_memory(config, *settings).training_bytes)} with {name}"
        for name, settings in ways.items()
        if settings != (data, train)
    ]
    return (
        f"This training needs about {_gb(needed)} of memory, and {_gb(free_bytes)} are free; it would need "
        f"{', '.join(offers) or 'a shorter context or a smaller model'}."
    )


def _gb(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB"


def measure_step_s(config: ModelConfig, data: DataConfig, train: TrainConfig) -> float:
    """Seconds that one optimizer step will take on this machine, extrapolated from measurements of its parts.

    One block, a slice of the output head with the loss, and a slice of the optimizer's work run at their real width on
    a few windows. This takes a fraction of a second for small models, seconds for the largest, and little memory.
    Raises `SettingsError` for a device that this machine does not have.

    >>> model = ModelConfig(vocab_size=50, context_length=16, emb_dim=16, n_heads=2, n_layers=1)
    >>> 0 < measure_step_s(model, DataConfig(batch_size=1), TrainConfig(device="cpu", threads=1)) < 10
    True
    """
    device = resolve_device(train.device)
    precision = resolve_precision(train.precision, device)
    threads_before = torch.get_num_threads()
    use_threads(train.threads)
    try:
        with torch.random.fork_rng(enabled=device.type == "cpu"):
            parts = _Parts(config, data, device)
            with autocast(device, precision):
                batch_s = config.n_layers * _seconds(parts.block_step, device) * parts.batch_scale
                batch_s += _seconds(parts.head_step, device) * parts.batch_scale * parts.vocab_scale
            update_s = _seconds(parts.update, device) * count_parameters(config)["total"] / parts.n_updated
    finally:
        torch.set_num_threads(threads_before)
    return batch_s * train.accumulation_steps + update_s


class _Parts:
    """The parts of a step at their real width, on few enough windows and tokens to be quick."""

    def __init__(self, config: ModelConfig, data: DataConfig, device: torch.device) -> None:
        context, width = config.context_length, config.emb_dim
        windows = min(data.batch_size, max(1, 1024 // context))
        vocab_size = min(config.vocab_size, max(256, 4_000_000 // (windows * context)))
        self.batch_scale = data.batch_size / windows
        self.vocab_scale = config.vocab_size / vocab_size
        with device:
            self.block = Block(config)
            self.head = nn.Linear(width, vocab_size, bias=False)
            self.x = torch.randn(windows, context, width, requires_grad=True)  # (B, T, C)
            self.targets = torch.randint(vocab_size, (windows * context,))  # (B * T,)
            weight = torch.zeros(1_000_000, requires_grad=True)
        weight.grad = torch.ones_like(weight)
        self.n_updated = weight.numel()
        self.optimizer = AdamW([weight], fused=True)

    def block_step(self) -> None:
        self.block.zero_grad(set_to_none=True)
        self.block(self.x).sum().backward()

    def head_step(self) -> None:
        self.head.zero_grad(set_to_none=True)
        head_cross_entropy(self.x.flatten(0, 1), self.head.weight, self.targets).backward()

    def update(self) -> None:
        self.optimizer.step()


def _seconds(work: Callable[[], None], device: torch.device, enough_s: float = 0.1) -> float:
    """Median seconds of a call after the first; a slow call is not repeated."""
    times: list[float] = []
    while len(times) < 2 or (sum(times) < enough_s and len(times) < 10):
        if times and times[0] > 5 * enough_s:
            return times[0]
        started = time.perf_counter()
        work()
        if device.type != "cpu":
            torch.zeros((), device=device).item()  # wait for the device
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


@dataclass(frozen=True)
class Plan:
    """A training before it starts: its settings, with the size of its text's vocabulary, and numbers of the text."""

    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    stats: CorpusStats
    is_estimate: bool = False
    """Whether `stats` are estimated from a sample of the text."""

    @property
    def tokens_per_step(self) -> int:
        """Tokens of one optimizer step."""
        return self.data.batch_size * self.train.accumulation_steps * self.model.context_length

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole training."""
        return total_steps(self.train, self.stats.train_batches)

    @property
    def evaluated_batches(self) -> int:
        """Batches of all evaluations of the whole training, each evaluation on the same ones."""
        after_first = max(0, self.steps - 1)
        evaluations = 1 + math.ceil(after_first / self.train.eval_freq)  # after the first step, and after the last
        return evaluations * sum(
            min(n, self.train.eval_iter) for n in (self.stats.train_batches, self.stats.val_batches)
        )

    def time_s(self, step_s: float) -> float:
        """Seconds of the whole training, if a step takes `step_s`.

        An evaluated batch takes a third of a trained one: it needs no backward pass.
        """
        return step_s * (self.steps + self.evaluated_batches / self.train.accumulation_steps / 3)
