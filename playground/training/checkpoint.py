"""A checkpoint: one folder, complete or not there, that gives back a training exactly or says what is wrong with it.

step_00000500/
├── model.safetensors        the weights, float32
├── optimizer.safetensors    AdamW's state: exp_avg.<weight>, exp_avg_sq.<weight>, step.<weight>
└── state.json               position, conditions, size and SHA-256 of the other files, and of itself up to there

No pickle is written or read. Nothing in the folder is believed before its digest, its shapes and its size have been
checked; memory is only taken for tensors that the model's settings call for.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import CheckpointError, PlaygroundError
from playground.model.gpt import GPTModel
from playground.training.position import Position

FORMAT = 1
MODEL_FILE, OPTIMIZER_FILE, STATE_FILE = "model.safetensors", "optimizer.safetensors", "state.json"
_MOMENTS = ("exp_avg", "exp_avg_sq")
_MAX_STATE_BYTES = 1 << 20
_SEAL = b',"sha256":"'  # what follows is the digest of all that comes before, then `"}`
_TEMPORARY = ".tmp"


class Conditions(BaseModel):
    """Under what a checkpoint was trained: what must be the same for its training to go on bit for bit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text_sha256: str
    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    device: str = "cpu"
    precision: str = "float32"
    threads: int = Field(1, ge=1)
    processor: str = ""
    torch: str = ""

    def why_not_exact(self, before: "Conditions") -> str:
        """One sentence on what has changed since `before`; empty if going on is exact."""
        raise NotImplementedError


class FileSeal(BaseModel):
    """Size and digest of one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size_bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class State(BaseModel):
    """The content of `state.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    position: Position
    conditions: Conditions
    files: dict[str, FileSeal]


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that has passed every check; its tensors are read when they are loaded."""

    folder: Path
    position: Position
    conditions: Conditions
    has_optimizer: bool

    def load_model(self, model: GPTModel) -> None:
        """Copy the weights into `model`; raises CheckpointError if they do not fit it."""
        raise NotImplementedError

    def load_optimizer(self, model: GPTModel, optimizer: torch.optim.Optimizer) -> None:
        """Give `optimizer` (over all of `model`'s weights) its moments back; raises CheckpointError if there are none."""
        raise NotImplementedError


def write_checkpoint(
    folder: Path,
    model: GPTModel,
    optimizer: torch.optim.Optimizer | None,
    position: Position,
    conditions: Conditions,
) -> int:
    """Write the checkpoint `folder` (named by `checkpoint_name`) and return its size in bytes.

    It appears under its name only when all of it is on the disk. Raises OSError if the disk does not take it (nothing
    is left behind then), and CheckpointError if a weight is not finite.
    """
    raise NotImplementedError


def read_checkpoint(folder: Path, expected: ModelConfig | None = None) -> Checkpoint:
    """Check the checkpoint `folder` through and through; raises CheckpointError saying what is wrong.

    With `expected` the model's settings must be these, but for the dropout.
    """
    raise NotImplementedError


def read_position(folder: Path) -> Position:
    """Where the checkpoint stands, from `state.json` alone; raises CheckpointError if that is damaged."""
    raise NotImplementedError


def remove_temporaries(run_folder: Path) -> None:
    """Delete what a process that was killed while saving has left behind; only for the process that trains the run."""
    raise NotImplementedError
