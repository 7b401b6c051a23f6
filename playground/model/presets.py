"""Sizes to choose from, their parameters, and the floating-point operations of a token."""

from dataclasses import dataclass

from playground.config import GPT_CONFIG_124M, DataConfig, ModelConfig, TrainConfig
from playground.errors import SettingsError


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
