"""All settings. Default, bounds, unit and help text are defined here once; command line and forms are made from them.

A config is made by keyword and frozen. An impossible combination raises a `SettingsError` that names the field.
"""

from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from playground.errors import explain

VocabularyKind = Literal["compact", "gpt2", "bytes"]
DeviceName = Literal["auto", "cpu", "cuda", "mps"]
PrecisionName = Literal["auto", "float32", "bfloat16"]
LrSchedule = Literal["constant", "cosine"]
PastContext = Literal["crop", "jump"]
WeightsName = Literal["float32", "bfloat16", "int8"]

MIN_TEMPERATURE = 1e-3
"""Smallest temperature above 0: logits divided by a smaller one could overflow. 0 means greedy and divides nothing."""


class Config(BaseModel):
    """Base of the configs: frozen, without unknown names or NaN; every error is a `SettingsError` of one sentence.

    A config can be used like the book's dictionaries.

    >>> config = ModelConfig(emb_dim=64, n_heads=4)
    >>> config["emb_dim"], ModelConfig(**config) == config
    (64, True)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise explain(error) from None

    def __getitem__(self, name: str) -> Any:
        if name not in type(self).model_fields:
            raise KeyError(name)
        return getattr(self, name)

    def keys(self) -> Iterator[str]:
        """Names of the settings, in order of definition."""
        return iter(type(self).model_fields)

    def replace(self, **changes: Any) -> Self:
        """A copy with some settings changed; raises `SettingsError` like the constructor.

        >>> ModelConfig().replace(n_layers=2).n_layers
        2
        """
        return type(self)(**{**dict(self), **changes})


class ModelConfig(Config):
    """Size and shape of a GPT (book, chapter 4); the defaults are the chapter's 124M configuration.

    >>> ModelConfig(emb_dim=64, n_heads=4, n_layers=2, vocab_size=300).head_dim
    16
    """

    vocab_size: int = Field(default=50257, ge=2, le=262_144, description="Number of different tokens.")
    context_length: int = Field(default=256, ge=1, le=16_384, description="Longest input of the model, in tokens.")
    emb_dim: int = Field(
        default=768, ge=1, le=16_384, description="Width of the model: numbers per token (embedding dimension)."
    )
    n_heads: int = Field(default=12, ge=1, le=256, description="Attention heads per block; must divide the width.")
    n_layers: int = Field(default=12, ge=1, le=256, description="Number of transformer blocks.")
    drop_rate: float = Field(
        default=0.1, ge=0, lt=1, description="Dropout: share of values set to zero at random during training."
    )
    qkv_bias: bool = Field(
        default=False, description="Whether queries, keys and values have a bias (published GPT-2: yes)."
    )

    @model_validator(mode="after")
    def _heads_divide_width(self) -> Self:
        if self.emb_dim % self.n_heads:
            raise ValueError(
                f"n_heads: {self.n_heads} heads do not divide a width (emb_dim) of {self.emb_dim}; choose a divisor"
            )
        return self

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.emb_dim // self.n_heads


GPT_CONFIG_124M = ModelConfig()
"""The chapter's configuration: GPT-2's smallest size with the context shortened to 256 tokens."""


class DataConfig(Config):
    """How a text becomes batches (book, chapter 2).

    >>> DataConfig(batch_size=4).stride is None
    True
    """

    vocabulary: VocabularyKind = Field(
        default="compact",
        description="compact: the tokens this text uses; gpt2: all 50,257; bytes: the 256 bytes alone.",
    )
    train_ratio: float = Field(
        default=0.9, gt=0, lt=1, description="Share of the characters used for training; the rest is for validation."
    )
    batch_size: int = Field(default=2, ge=1, le=4096, description="Windows per batch.")
    stride: int | None = Field(
        default=None,
        ge=1,
        le=16_384,
        description="Tokens from the start of one window to the start of the next; empty: the context length.",
    )
    drop_last: bool = Field(default=True, description="Drop the last training batch of an epoch if it is not full.")
    shuffle: bool = Field(default=True, description="Shuffle the windows in every epoch.")


class TrainConfig(Config):
    """The training loop's settings (book, chapter 5 and appendix D).

    >>> TrainConfig(lr=1e-3, lr_schedule="cosine", min_lr=1e-4).epochs
    10
    """

    epochs: int = Field(default=10, ge=1, le=100_000, description="Passes over the training text.")
    max_steps: int | None = Field(
        default=None, ge=1, le=100_000_000, description="Stop after this many steps; empty: no limit."
    )
    lr: float = Field(
        default=4e-4, gt=0, le=1, description="Learning rate of AdamW; with a schedule, its highest value."
    )
    weight_decay: float = Field(default=0.1, ge=0, le=10, description="Weight decay of AdamW.")
    beta1: float = Field(
        default=0.9, ge=0, lt=1, description="AdamW's decay rate of the running mean of gradients (beta 1)."
    )
    beta2: float = Field(
        default=0.999, ge=0, lt=1, description="AdamW's decay rate of the running mean of squared gradients (beta 2)."
    )
    lr_schedule: LrSchedule = Field(default="constant", description="constant, or cosine decay from lr to min_lr.")
    warmup_pct: float = Field(
        default=0, ge=0, le=100, description="Warmup: share of all steps in which lr rises from zero, in percent."
    )
    min_lr: float | None = Field(
        default=0,
        ge=0,
        le=1,
        description="Learning rate at the end of the cosine decay; empty: a tenth of the learning rate.",
    )
    grad_clip: float | None = Field(
        default=None,
        gt=0,
        le=1e6,
        description="Largest gradient norm; larger ones are scaled down; empty: no clipping.",
    )
    accumulation_steps: int = Field(
        default=1, ge=1, le=4096, description="Batches per step, whose gradients are accumulated."
    )
    recompute: bool = Field(
        default=False,
        description="Recompute activations in the backward pass instead of storing them: a third slower, much less "
        "memory.",
    )
    eval_freq: int = Field(default=5, ge=1, le=1_000_000, description="Steps between two evaluations.")
    eval_iter: int = Field(
        default=5, ge=1, le=100_000, description="Batches per evaluation, of the training and of the validation text."
    )
    start_context: str = Field(
        default="Every effort moves you", max_length=2000, description="Prompt of the sample written after every epoch."
    )
    sample_tokens: int = Field(default=50, ge=0, le=1000, description="Tokens in that sample; 0: no sample.")
    save_freq: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Steps between two checkpoints within an epoch; empty: only at the end of each epoch.",
    )
    keep_checkpoints: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="Number of newest checkpoints to keep; the best one by validation loss is kept as well.",
    )
    snapshot_freq: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="Steps between two snapshots: copies of the weights that show how the model developed; empty: "
        "about ten per run, up to 1 GB, and up to 40 of a small model; 0: none.",
    )
    seed: int = Field(default=123, ge=0, le=2**63 - 1, description="Seed of the weights, the batch order and dropout.")
    device: DeviceName = Field(default="auto", description="auto: cuda if available, else mps, else cpu.")
    precision: PrecisionName = Field(
        default="auto", description="auto: bfloat16 if the hardware supports it, else float32."
    )
    threads: int | None = Field(
        default=None, ge=1, le=1024, description="Number of processor threads; empty: one per core."
    )

    @model_validator(mode="after")
    def _min_lr_below_lr(self) -> Self:
        if self.lowest_lr > self.lr:
            raise ValueError(f"min_lr: {self.min_lr} lies above the learning rate {self.lr}; lower it, or leave it out")
        return self

    def replace(self, **changes: Any) -> Self:
        """As `Config.replace`; a lower `lr` takes a `min_lr` above it along, unless `changes` sets that, too.

        >>> TrainConfig(lr=0.01, min_lr=0.001).replace(lr=0.0005).min_lr
        5e-05
        """
        lr, floor = changes.get("lr"), self.min_lr
        if isinstance(lr, int | float) and floor is not None and 0 < lr < floor and "min_lr" not in changes:
            changes["min_lr"] = floor / self.lr * lr
        return super().replace(**changes)

    @property
    def lowest_lr(self) -> float:
        """Learning rate at the end of the cosine decay.

        >>> TrainConfig(lr=0.5, min_lr=None).lowest_lr
        0.05
        """
        return self.lr / 10 if self.min_lr is None else self.min_lr

    @property
    def needs_whole_gradient(self) -> bool:
        """Whether a step needs the gradients of all weights before it can update the first one.

        >>> TrainConfig().needs_whole_gradient, TrainConfig(grad_clip=1.0).needs_whole_gradient
        (False, True)
        """
        return self.grad_clip is not None or self.accumulation_steps > 1


class DecodeConfig(Config):
    """How a model continues a prompt (book, chapter 5).

    >>> DecodeConfig(temperature=1.4, top_k=25).max_new_tokens
    50
    """

    max_new_tokens: int = Field(default=50, ge=1, le=100_000, description="Number of tokens to write.")
    temperature: float = Field(
        default=1.0,
        ge=0,
        le=100,
        description="Below 1 sharper, above 1 flatter; 0 always takes the likeliest token.",
    )
    top_k: int | None = Field(
        default=None, ge=1, le=262_144, description="Sample among the k likeliest tokens; empty: among all."
    )
    seed: int = Field(default=123, ge=0, le=2**63 - 1, description="Seed of the random draws.")
    stages: str | None = Field(
        default=None,
        max_length=100_000,
        description="Stages in order, as one line of JSON or a name (chapter, transformers, llama.cpp); they replace "
        "temperature and top_k.",
    )
    stop: str | None = Field(
        default=None, min_length=1, max_length=200, description="Stop before this text; empty: no stop text."
    )
    stop_at_end: bool = Field(default=True, description="Stop when the model writes <|endoftext|>.")
    past_context: PastContext = Field(
        default="crop",
        description="What to do when the text outgrows the model's context. crop: reread its last tokens for every new "
        "token. jump: drop the older half at once, which is much faster; the model then sees between half a context "
        "and a whole one.",
    )
    switched_off: str | None = Field(
        default=None,
        max_length=20_000,
        pattern=r"^(((attention|feed-forward|token):\d{1,9}|head:\d{1,9}\.\d{1,9})( |$))+$",
        description="Parts of the model to leave out, such as: attention:0 feed-forward:1 head:2.3 token:4 (layers, "
        "heads and the text's tokens, counted from 0); empty: none.",
    )

    @model_validator(mode="after")
    def _temperature_not_tiny(self) -> Self:
        if 0 < self.temperature < MIN_TEMPERATURE:
            raise ValueError(
                f"temperature: {self.temperature} is too small; use 0 for greedy, or {MIN_TEMPERATURE} and above"
            )
        return self
