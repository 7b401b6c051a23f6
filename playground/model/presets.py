"""Presets of sizes and settings, parameter counts, and the floating-point operations of a token."""

from dataclasses import dataclass

from playground.config import GPT_CONFIG_124M, DataConfig, ModelConfig, TrainConfig
from playground.errors import SettingsError


@dataclass(frozen=True)
class Preset:
    """A model size with suitable settings; `model.vocab_size` is set later, from the text."""

    name: str
    title: str
    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    note: str
    """What to expect, in one sentence."""


def count_parameters(config: ModelConfig) -> dict[str, int]:
    """Number of parameters per part of the model, and their `total`; nothing is allocated.

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


STORY_VOCABULARY = 1690
"""Size of the compact vocabulary of the sample story."""


def _small_preset(name: str, note: str, model: ModelConfig, batch_size: int, train: TrainConfig, time: str) -> Preset:
    """`time` is that of the sample story on two cores, as the title says it."""
    n_parameters = count_parameters(model.replace(vocab_size=STORY_VOCABULARY))["total"]
    title = f"{name.capitalize()} ({n_parameters / 1e6:.1f} M parameters, about {time})"
    return Preset(name, title, model, DataConfig(vocabulary="compact", batch_size=batch_size), train, note)


def _gpt2_preset(size: str, width: int, heads: int, layers: int) -> Preset:
    model = ModelConfig(
        emb_dim=width, n_heads=heads, n_layers=layers, context_length=1024, drop_rate=0.1, qkv_bias=True
    )
    data = DataConfig(vocabulary="gpt2", batch_size=2)
    title = _gpt2_title(size, model)
    note = "A size of the published GPT-2, for a graphics card or a long wait."
    return Preset(f"gpt2-{size}", title, model, data, TrainConfig(), note)


def _gpt2_title(size: str, model: ModelConfig) -> str:
    return f"GPT-2 {size} size, untrained ({count_parameters(model)['total'] / 1e6:,.0f} M parameters)"


def _schedule(lr: float, epochs: int, eval_freq: int) -> TrainConfig:
    """Warmup, cosine decay to a tenth of `lr`, and gradient clipping (book, appendix D)."""
    return TrainConfig(
        lr=lr,
        min_lr=None,
        lr_schedule="cosine",
        warmup_pct=10,
        beta2=0.99,
        grad_clip=1.0,
        epochs=epochs,
        eval_freq=eval_freq,
    )


_PRESETS = (
    _small_preset(
        "nano",
        "Learns a short story nearly by heart in seconds.",
        ModelConfig(emb_dim=64, n_heads=2, n_layers=2, context_length=64, drop_rate=0.0),
        batch_size=4,
        train=_schedule(lr=8e-3, epochs=15, eval_freq=20),
        time="5 s",
    ),
    _small_preset(
        "mini",
        "Learns a short story by heart in well under a minute.",
        ModelConfig(emb_dim=128, n_heads=4, n_layers=4, context_length=128, drop_rate=0.1),
        batch_size=4,
        train=_schedule(lr=4e-3, epochs=20, eval_freq=10),
        time="40 s",
    ),
    _small_preset(
        "small",
        "For longer texts; a short story takes about a minute.",
        ModelConfig(emb_dim=256, n_heads=8, n_layers=6, context_length=256, drop_rate=0.1),
        batch_size=2,
        train=_schedule(lr=1.5e-3, epochs=20, eval_freq=10),
        time="3 min",
    ),
    Preset(
        "gpt2-124M",
        _gpt2_title("124M", GPT_CONFIG_124M),
        GPT_CONFIG_124M,
        DataConfig(vocabulary="gpt2", batch_size=2),
        TrainConfig(),
        "The book's own setting: about 90 steps for a short story, minutes to a quarter of an hour on a laptop.",
    ),
    _gpt2_preset("355M", width=1024, heads=16, layers=24),
    _gpt2_preset("774M", width=1280, heads=20, layers=36),
    _gpt2_preset("1558M", width=1600, heads=25, layers=48),
)
FINE_TUNE = Preset(
    "fine-tune",
    "Fine-tuning: a model that can write already, on a text of your own",
    GPT_CONFIG_124M.replace(context_length=256),
    DataConfig(batch_size=2),
    TrainConfig(
        lr=5e-5, min_lr=None, lr_schedule="cosine", warmup_pct=10, grad_clip=1.0, epochs=3, eval_freq=5, eval_iter=5
    ),
    "A learning rate eight times lower than from scratch, so that the model does not forget what it knows.",
)
"""Text and training settings for a model that was trained already; its size is that of the model."""
PRESETS: dict[str, Preset] = {preset.name: preset for preset in _PRESETS}
"""All presets by name, smallest first."""
DEFAULT_PRESET = "mini"


def find_preset(name: str) -> Preset:
    """The preset of a name; raises `SettingsError`, which lists the presets, for an unknown one.

    >>> find_preset("mini").model.emb_dim
    128
    """
    if name not in PRESETS:
        raise SettingsError(f"preset: there is no {name!r}; choose one of {', '.join(PRESETS)}.")
    return PRESETS[name]


def flop_per_token(config: ModelConfig) -> int:
    """Floating-point operations that training needs per token: `6 N + 6 · n_layers · emb_dim · context_length`.

    N is the number of weights that a token is multiplied by: the matrices of all blocks and the output head, without
    embeddings, norms and biases. Each takes one multiplication and one addition in the forward pass, and twice as many
    in the backward pass. The other term is attention: queries times keys and weights times values, over the half of the
    positions that a token can attend to. Recomputed activations do not count. Sources: Kaplan et al. 2020, section 2.1;
    Chowdhery et al. 2022 (PaLM), appendix B, who count all positions in attention: `12` instead of `6`.

    >>> flop_per_token(ModelConfig(vocab_size=10, context_length=4, emb_dim=2, n_heads=1, n_layers=1))
    456
    """
    width, layers = config.emb_dim, config.n_layers
    weights = 12 * layers * width * width + config.vocab_size * width
    return 6 * weights + 6 * layers * width * config.context_length
