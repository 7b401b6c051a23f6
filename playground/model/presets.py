"""Sizes to choose from, and what each will take before anything is allocated: parameters, memory, time.

B: windows per batch, T: context_length, C: emb_dim, H: heads, V: vocab_size.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from playground.config import GPT_CONFIG_124M, DataConfig, ModelConfig, TrainConfig
from playground.device import autocast, resolve_device, resolve_precision, use_threads
from playground.errors import SettingsError
from playground.model.adamw import AdamW
from playground.model.attention import kept_weights
from playground.model.gpt import Block


@dataclass(frozen=True)
class Preset:
    """A size with settings that suit it; the text decides `model.vocab_size`."""

    name: str
    title: str
    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    note: str
    """What to expect, in one sentence."""


def _small_preset(
    name: str, note: str, width: int, heads: int, layers: int, context: int, drop: float, batch: int, train: TrainConfig
) -> Preset:
    model = ModelConfig(emb_dim=width, n_heads=heads, n_layers=layers, context_length=context, drop_rate=drop)
    data = DataConfig(vocabulary="compact", batch_size=batch)
    return Preset(name, f"{name}: {layers} layers, width {width}", model, data, train, note)


def _gpt2_preset(size: str, width: int, heads: int, layers: int) -> Preset:
    model = ModelConfig(
        emb_dim=width, n_heads=heads, n_layers=layers, context_length=1024, drop_rate=0.1, qkv_bias=True
    )
    data = DataConfig(vocabulary="gpt2", batch_size=2)
    title = f"GPT-2 {size}: {layers} layers, width {width}"
    note = "A size of the published GPT-2, for a graphics card or a long wait."
    return Preset(f"gpt2-{size}", title, model, data, TrainConfig(), note)


def _schedule(lr: float, epochs: int, eval_freq: int) -> TrainConfig:
    """Warmup, cosine decay to a tenth and clipping: the book's appendix D."""
    return TrainConfig(
        lr=lr,
        min_lr=lr / 10,
        lr_schedule="cosine",
        warmup_pct=10,
        beta2=0.99,
        grad_clip=1.0,
        epochs=epochs,
        eval_freq=eval_freq,
    )


_PRESETS = (
    _small_preset(
        "nano", "Learns a short story nearly by heart in seconds.", 64, 2, 2, 64, 0.0, 4, _schedule(8e-3, 15, 20)
    ),
    _small_preset(
        "mini", "Learns a short story by heart in well under a minute.", 128, 4, 4, 128, 0.1, 4, _schedule(4e-3, 20, 10)
    ),
    _small_preset(
        "small",
        "For longer texts; a short story takes about a minute.",
        256,
        8,
        6,
        256,
        0.1,
        2,
        _schedule(1.5e-3, 20, 10),
    ),
    Preset(
        "gpt2-124M",
        "GPT-2 124M: the chapter's configuration",
        GPT_CONFIG_124M,
        DataConfig(vocabulary="gpt2", batch_size=2),
        TrainConfig(),
        "The book's own setting: about 90 steps for a short story, minutes to a quarter of an hour on a laptop.",
    ),
    _gpt2_preset("355M", 1024, 16, 24),
    _gpt2_preset("774M", 1280, 20, 36),
    _gpt2_preset("1558M", 1600, 25, 48),
)
PRESETS: dict[str, Preset] = {preset.name: preset for preset in _PRESETS}
"""By name, from seconds to the real thing."""
DEFAULT_PRESET = "mini"
_LOGITS_BYTES = 128 * 2**20  # the loss makes its logits in chunks of about this size
_PROGRAM_BYTES = 260 * 2**20  # measured: Python, PyTorch and its libraries once they have trained
_GAPS = 1.05  # measured: freed memory between what is held


def find_preset(name: str) -> Preset:
    """The preset of that name; raises `SettingsError` naming those there are.

    >>> find_preset("mini").model.emb_dim
    128
    """
    if name not in PRESETS:
        raise SettingsError(f"preset: there is no {name!r}; choose one of {', '.join(PRESETS)}.")
    return PRESETS[name]


def count_parameters(config: ModelConfig) -> dict[str, int]:
    """Weights per part of the model, and their `total`; computed, nothing is allocated.

    >>> count_parameters(GPT_CONFIG_124M)["total"]
    162419712
    """
    width, layers = config.emb_dim, config.n_layers
    qkv = 3 * width * (width + config.qkv_bias)
    parts = {
        "token embedding": config.vocab_size * width,
        "position embedding": config.context_length * width,
        "attention": layers * (qkv + width * (width + 1)),
        "feed-forward": layers * (8 * width * width + 5 * width),
        "norms": (2 * layers + 1) * 2 * width,
        "output head": config.vocab_size * width,
    }
    return {**parts, "total": sum(parts.values())}


def flop_per_token(config: ModelConfig) -> int:
    """Floating-point operations that training needs for one token: `6 N + 6 · n_layers · emb_dim · context_length`.

    N counts the weights that a token is multiplied with: all matrices of the blocks and the output head, no embedding,
    norm or bias. Each costs a multiplication and an addition forward and twice that backward. The other term is
    attention's, for the half of the places that a token may look at: queries times keys, and weights times values.
    What is computed again to save memory does not count. Sources: Kaplan and others (2020), section 2.1; Chowdhery and
    others (2022, PaLM), appendix B, who count attention's whole square, `12` instead of `6`.

    >>> flop_per_token(ModelConfig(vocab_size=10, context_length=4, emb_dim=2, n_heads=1, n_layers=1))
    456
    """
    width, layers = config.emb_dim, config.n_layers
    weights = 12 * layers * width * width + config.vocab_size * width
    return 6 * weights + 6 * layers * width * config.context_length


@dataclass(frozen=True)
class MemoryEstimate:
    """Memory in bytes."""

    weights_bytes: int
    gradients_bytes: int
    """Held at once: of all weights where they are clipped or added up, else the output head's, the largest."""
    optimizer_bytes: int
    """AdamW's two moments."""
    activations_bytes: int
    """What the forward pass keeps for the backward pass, logits included, at its peak."""
    training_bytes: int
    """Peak of a training process, the program itself included; activations are let go while gradients come, so it can
    be less than the sum of the parts."""
    inference_bytes: int
    """Writing text: weights, a full cache and the logits of one token."""


def estimate_memory(config: ModelConfig, data: DataConfig, train: TrainConfig) -> MemoryEstimate:
    """What training and use will need, from sizes alone; weights, gradients and moments are float32.

    Raises `SettingsError` for a device that is not there.

    >>> estimate = estimate_memory(GPT_CONFIG_124M, DataConfig(), TrainConfig(grad_clip=1.0))
    >>> round((estimate.weights_bytes + estimate.gradients_bytes + estimate.optimizer_bytes) / 1e9, 1)
    2.6
    """
    parts = count_parameters(config)
    weights, head_gradient = 4 * parts["total"], 4 * parts["output head"]
    device = resolve_device(train.device)
    number_bytes = 4 if resolve_precision(train.precision, device) == "float32" else 2
    in_precision = weights // 2 if number_bytes == 2 else 0  # autocast's copy of the weights
    tokens = data.batch_size * config.context_length
    logits = 2 * min(4 * tokens * config.vocab_size, _LOGITS_BYTES)
    inside = tokens * _kept_bytes(config, number_bytes, device.type)
    entering = tokens * 4 * config.n_layers * config.emb_dim
    kept = inside + entering if train.recompute else inside * config.n_layers
    gradients = weights if train.needs_whole_gradient or device.type != "cpu" else head_gradient
    held = 3 * weights + (weights if train.accumulation_steps > 1 else 0)  # gradients stay between micro-steps
    most = max(kept + logits + head_gradient, gradients)
    cache = 2 * 4 * config.n_layers * config.context_length * config.emb_dim
    return MemoryEstimate(
        weights_bytes=weights,
        gradients_bytes=gradients,
        optimizer_bytes=2 * weights,
        activations_bytes=kept + logits,
        training_bytes=_PROGRAM_BYTES + round(_GAPS * (held + in_precision + most)),
        inference_bytes=weights + cache + 4 * config.vocab_size,
    )


def _kept_bytes(config: ModelConfig, number_bytes: int, device: str) -> int:
    """Bytes that one block keeps of one token for the backward pass."""
    # two norms' inputs and outputs 4C, queries, keys and values 3C, attention's result C, feed-forward's inside 8C
    kept = 16 * config.emb_dim * number_bytes
    if config.drop_rate:
        kept += 2 * config.emb_dim  # the masks, a byte a place
        if device == "cpu":  # attention's weights and their mask; other devices compute both again
            a_token = kept_weights(config.context_length) / config.context_length
            kept += round(config.n_heads * a_token * (number_bytes + 1))
    return kept


def measure_step_s(config: ModelConfig, data: DataConfig, train: TrainConfig) -> float:
    """Seconds that one optimizer step will take on this machine, measured on single parts and scaled up.

    One block, one slice of the output head and of the optimizer's work run at their real width on a few windows. This
    takes a fraction of a second for small models, seconds for the largest, and little memory. Raises `SettingsError`
    for a device that is not there.
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
    """The parts of a step at real width, on few enough windows and tokens to be quick."""

    def __init__(self, config: ModelConfig, data: DataConfig, device: torch.device) -> None:
        context, width = config.context_length, config.emb_dim
        windows = min(data.batch_size, max(1, 1024 // context))
        vocab_size = min(config.vocab_size, max(256, 4_000_000 // (windows * context)))
        self.batch_scale = data.batch_size / windows
        self.vocab_scale = config.vocab_size / vocab_size
        with device:
            self.block = Block(config)
            self.head = nn.Linear(width, vocab_size, bias=False)
            self.x = torch.randn(windows, context, width, requires_grad=True)
            self.targets = torch.randint(vocab_size, (windows * context,))
            weight = torch.zeros(1_000_000, requires_grad=True)
        weight.grad = torch.ones_like(weight)
        self.n_updated = weight.numel()
        self.optimizer = AdamW([weight], fused=True)

    def block_step(self) -> None:
        self.block.zero_grad(set_to_none=True)
        self.block(self.x).sum().backward()

    def head_step(self) -> None:
        self.head.zero_grad(set_to_none=True)
        F.cross_entropy(self.head(self.x).flatten(0, 1).float(), self.targets).backward()

    def update(self) -> None:
        self.optimizer.step()


def _seconds(work: Callable[[], None], device: torch.device, enough_s: float = 0.1) -> float:
    """Median seconds of a call once warm; a call that is slow is not repeated."""
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
