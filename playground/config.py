"""All settings, each defined once: default, bounds, unit and help feed the command line, the forms and the limits.

A config is made by keyword, is frozen, and refuses an impossible combination with a `SettingsError` naming the field.
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


class Config(BaseModel):
    """Base of the configs: frozen, no unknown names, no NaN, errors fit to be shown.

    It also reads like the book's dictionaries: `config["emb_dim"]` and `ModelConfig(**config)` work.
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
        """Names of the settings, in order."""
        return iter(type(self).model_fields)

    def replace(self, **changes: Any) -> Self:
        """A checked copy with some settings changed.

        >>> ModelConfig().replace(n_layers=2).n_layers
        2
        """
        return type(self)(**{**dict(self), **changes})


class ModelConfig(Config):
    """Size and shape of a GPT (book, chapter 4); the defaults are the chapter's 124M configuration.

    >>> ModelConfig(emb_dim=64, n_heads=4, n_layers=2, vocab_size=300).head_dim
    16
    """

    vocab_size: int = Field(50257, ge=2, le=262_144, description="Number of different tokens.")
    context_length: int = Field(256, ge=1, le=16_384, description="Longest input the model sees, in tokens.")
    emb_dim: int = Field(768, ge=1, le=16_384, description="Width of the model: numbers per token.")
    n_heads: int = Field(12, ge=1, le=256, description="Attention heads per block; must divide the width.")
    n_layers: int = Field(12, ge=1, le=256, description="Transformer blocks, one after the other.")
    drop_rate: float = Field(0.1, ge=0, lt=1, description="Share of values dropped at random while training.")
    qkv_bias: bool = Field(False, description="Whether queries, keys and values have a bias (published GPT-2: yes).")

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
    """How a text becomes batches (book, chapter 2)."""

    vocabulary: VocabularyKind = Field(
        "compact",
        description="compact: the tokens this text uses; gpt2: all 50,257; bytes: the 256 bytes alone.",
    )
    train_ratio: float = Field(0.9, gt=0, lt=1, description="Share of the characters to train on; the rest validates.")
    batch_size: int = Field(2, ge=1, le=4096, description="Windows per batch.")
    stride: int | None = Field(
        None, ge=1, le=16_384, description="Tokens from one window's start to the next; empty: the context length."
    )
    drop_last: bool = Field(True, description="Leave out a last training batch that is not full.")
    shuffle: bool = Field(True, description="Draw the windows of each epoch in a new order.")


class TrainConfig(Config):
    """The training loop's settings (book, chapter 5 and appendix D)."""

    epochs: int = Field(10, ge=1, le=100_000, description="Passes over the training text.")
    max_steps: int | None = Field(
        None, ge=1, le=100_000_000, description="Stop after this many steps; empty: no limit."
    )
    lr: float = Field(4e-4, gt=0, le=1, description="Learning rate of AdamW (the peak, when it is scheduled).")
    weight_decay: float = Field(0.1, ge=0, le=10, description="AdamW's weight decay.")
    beta1: float = Field(0.9, ge=0, lt=1, description="AdamW's memory of the gradient.")
    beta2: float = Field(0.999, ge=0, lt=1, description="AdamW's memory of the squared gradient.")
    lr_schedule: LrSchedule = Field("constant", description="constant, or cosine decay from lr down to min_lr.")
    warmup_pct: float = Field(
        0, ge=0, le=100, description="Share of all steps in which lr rises from zero, in percent."
    )
    min_lr: float = Field(0, ge=0, le=1, description="Learning rate at the end of a cosine decay.")
    grad_clip: float | None = Field(None, gt=0, le=1e6, description="Largest gradient norm; empty: no clipping.")
    accumulation_steps: int = Field(1, ge=1, le=4096, description="Batches whose gradients are added up to one step.")
    recompute: bool = Field(
        False, description="Compute activations again instead of keeping them: a third slower, much less memory."
    )
    eval_freq: int = Field(5, ge=1, le=1_000_000, description="Steps between two evaluations.")
    eval_iter: int = Field(5, ge=1, le=100_000, description="Batches of each part looked at in an evaluation.")
    start_context: str = Field(
        "Every effort moves you", max_length=2000, description="Beginning of the sample written after every epoch."
    )
    sample_tokens: int = Field(50, ge=0, le=1000, description="Tokens in that sample; 0: no sample.")
    save_freq: int | None = Field(
        None, ge=1, le=1_000_000, description="Steps between two checkpoints inside an epoch; empty: at its end only."
    )
    keep_checkpoints: int = Field(
        3, ge=1, le=1000, description="Newest checkpoints kept; the best one by validation loss is kept as well."
    )
    snapshot_freq: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="Steps between two copies of the weights kept for looking at the model as it grew; empty: about "
        "ten in a run, as far as 1 GB holds them; 0: none.",
    )
    seed: int = Field(123, ge=0, le=2**63 - 1, description="Seed of the weights, the batch order and dropout.")
    device: DeviceName = Field("auto", description="auto: cuda, else mps, else cpu.")
    precision: PrecisionName = Field("auto", description="auto: bfloat16 where the machine has it in hardware.")
    threads: int | None = Field(None, ge=1, le=1024, description="Processor threads; empty: one for every core.")

    @model_validator(mode="after")
    def _floor_below_peak(self) -> Self:
        if self.min_lr > self.lr:
            raise ValueError(f"min_lr: {self.min_lr} lies above lr {self.lr}; lower it")
        return self

    @property
    def needs_whole_gradient(self) -> bool:
        """Whether no weight can move before the last gradient is there.

        >>> TrainConfig().needs_whole_gradient, TrainConfig(grad_clip=1.0).needs_whole_gradient
        (False, True)
        """
        return self.grad_clip is not None or self.accumulation_steps > 1


class DecodeConfig(Config):
    """How a model continues a prompt (book, chapter 5)."""

    max_new_tokens: int = Field(50, ge=1, le=100_000, description="Tokens to write.")
    temperature: float = Field(
        1.0, ge=0, le=100, description="Below 1 sharper, above 1 flatter; 0 always takes the likeliest token."
    )
    top_k: int | None = Field(None, ge=1, le=262_144, description="Choose among the k likeliest tokens; empty: all.")
    seed: int = Field(123, ge=0, le=2**63 - 1, description="Seed of the draws.")
    stages: str | None = Field(
        None,
        max_length=100_000,
        description="Stages in order, as one line of JSON or a name (chapter, transformers, llama.cpp); they replace "
        "temperature and top_k.",
    )
    stop: str | None = Field(None, min_length=1, max_length=200, description="Stop before this text; empty: nowhere.")
    stop_at_end: bool = Field(True, description="Stop where the model writes <|endoftext|>.")
    past_context: PastContext = Field(
        "crop",
        description="What the model sees of a text longer than its context: crop, its last tokens, read anew for each "
        "one; jump, much faster, drops the older half at once, so that it sees between half a context and a whole one.",
    )

    @model_validator(mode="after")
    def _temperature_not_tiny(self) -> Self:
        if 0 < self.temperature < 1e-3:
            raise ValueError(f"temperature: {self.temperature} is too small; use 0 for greedy, or 0.001 and above")
        return self
