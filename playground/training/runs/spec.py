"""What is known of a run: the settings it was made with, and the rows of the lists that show it."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.runs.status import Status

FORMAT = 1
"""Version of the run folder; a higher one is refused."""


class Parent(BaseModel):
    """The checkpoint that a forked run began from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(max_length=64)
    step: int = Field(ge=0)


class RunSpec(BaseModel):
    """What a run is made of; written once, when the run is created."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    name: str = Field(max_length=64)
    preset: str = Field(max_length=100)
    text_name: str = Field(max_length=300)
    encoding: str | None = Field(None, max_length=40)
    """How the text's file was said to be encoded; None: it was found out."""
    text_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    parent: Parent | None = None
    versions: dict[str, str] = {}
    created: float = Field(ge=0)
    """Seconds since 1970."""


class Marks(BaseModel):
    """What the user wants kept."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pinned: bool = False
    checkpoints: list[int] = []
    """Steps of pinned checkpoints: pruning passes them over."""


@dataclass(frozen=True)
class CheckpointInfo:
    """A checkpoint as a list shows it."""

    step: int
    size_bytes: int
    best: bool
    """Whether it has the lowest validation loss of those there are."""
    pinned: bool
    last: bool


@dataclass(frozen=True)
class RunSummary:
    """A run as a table shows it."""

    name: str
    spec: RunSpec
    status: Status
    size_bytes: int
    pinned: bool
