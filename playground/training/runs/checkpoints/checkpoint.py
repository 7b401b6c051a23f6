"""A checkpoint: a folder that is either complete or absent, and restores a training exactly or is refused.

step_00000500/
├── model.safetensors        the weights, float32
├── optimizer.safetensors    AdamW's state: exp_avg.<weight>, exp_avg_sq.<weight>, step.<weight>
└── state.json               position, conditions, size and SHA-256 of the other files, and last the SHA-256 of itself

No pickle is written or read. The folder is untrusted: nothing in it is used before its digest, shapes and size have
been checked, and memory is only allocated for tensors that the model's settings require.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from playground.config import ModelConfig
from playground.errors import CheckpointError
from playground.model.gpt import GPTModel
from playground.model.interchange.names import EMBEDDING, HEAD
from playground.training.loop.position import Position
from playground.training.runs.checkpoints.conditions import Conditions
from playground.training.runs.checkpoints.state_file import STATE_FILE, State, read_state, seal_state
from playground.training.runs.checkpoints.tensor_file import (
    Seal,
    check_tensors,
    is_finite,
    seal_of,
    tensor_names,
    write_stream,
    write_tensors,
)
from playground.training.runs.files import sync_folder

MODEL_FILE, OPTIMIZER_FILE = "model.safetensors", "optimizer.safetensors"
_MOMENTS = ("exp_avg", "exp_avg_sq")


def checkpoint_name(step: int) -> str:
    """Name of the folder of the checkpoint of a step.

    >>> checkpoint_name(500)
    'step_00000500'
    """
    return f"step_{step:08d}"


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that has passed all checks; its tensors are read by `load_model` and `load_optimizer`."""

    folder: Path
    position: Position
    conditions: Conditions
    has_optimizer: bool
    tied: bool = False
    """Whether the output head is the token embedding, as in the published GPT-2."""

    def new_model(self, config: ModelConfig | None = None) -> GPTModel:
        """A model with these weights on the CPU, whose tied head takes no memory of its own: for writing, not training.

        `config` may have another dropout than the checkpoint's.
        """
        with torch.device("meta"):  # no random numbers are drawn
            model = GPTModel(config or self.conditions.model)
        model.to_empty(device="cpu")
        if self.tied:
            model.out_head.weight = model.tok_emb.weight
        self.load_model(model)
        return model

    def weights(self) -> Iterator[tuple[str, Tensor]]:
        """Name and weight, one at a time, mapped from the file, in the order of the model; a tied head is left out."""
        with safe_open(self.folder / MODEL_FILE, framework="pt") as file:
            for name in weight_shapes(self.conditions.model, self.tied):
                yield name, file.get_tensor(name)

    def optimizer_state(self) -> Mapping[str, Tensor]:
        """AdamW's state as it is stored, mapped from the file: `exp_avg.<weight>` …; empty if there is none."""
        return load_file(self.folder / OPTIMIZER_FILE) if self.has_optimizer else {}

    def load_model(self, model: GPTModel) -> None:
        """Copy the weights into `model`, on any device; raises CheckpointError if the shapes differ."""
        check_same_shape(model.config, self.conditions.model)
        with safe_open(self.folder / MODEL_FILE, framework="pt") as file, torch.no_grad():
            for name, weight in model.state_dict().items():
                weight.copy_(file.get_tensor(EMBEDDING if self.tied and name == HEAD else name))

    def load_optimizer(self, model: GPTModel, optimizer: torch.optim.Optimizer) -> None:
        """Restore the moments of AdamW over all of `model`'s weights; raises CheckpointError if they were not saved."""
        check_same_shape(model.config, self.conditions.model)
        if not self.has_optimizer:
            raise CheckpointError(f"{self.folder.name} contains no optimizer state; resume from another checkpoint.")
        with safe_open(self.folder / OPTIMIZER_FILE, framework="pt") as file:
            stored = set(file.keys())
            optimizer.state.clear()
            for name, weight in model.named_parameters():
                if f"step.{name}" in stored:  # none before the first step
                    optimizer.state[weight] = {
                        kind: file.get_tensor(f"{kind}.{name}").to(weight.device) for kind in ("step", *_MOMENTS)
                    }


def write_checkpoint(
    folder: Path,
    model: GPTModel,
    optimizer: torch.optim.Optimizer | None,
    position: Position,
    conditions: Conditions,
) -> int:
    """Write a checkpoint into `folder`, which `checkpoint_name` names, and return its size in bytes.

    The folder appears only when all of it is on the disk; an existing one is replaced. Raises OSError if the disk is
    full or its parent does not exist (nothing is left behind then), and CheckpointError if a weight is not finite.

    >>> import tempfile
    >>> from playground.config import DataConfig, TrainConfig
    >>> model = GPTModel(ModelConfig(vocab_size=9, context_length=4, emb_dim=8, n_heads=2, n_layers=1))
    >>> conditions = Conditions.here("", model.config, DataConfig(), TrainConfig(device="cpu", threads=1))
    >>> folder = Path(tempfile.mkdtemp()) / checkpoint_name(2)
    >>> size_bytes = write_checkpoint(folder, model, None, Position(step=2), conditions)
    >>> sorted(path.name for path in folder.iterdir()), read_checkpoint(folder).position.step
    (['model.safetensors', 'state.json'], 2)
    """
    tied = model.out_head.weight is model.tok_emb.weight
    weights = {name: weight for name, weight in model.state_dict().items() if not (tied and name == HEAD)}
    for name, weight in weights.items():
        if not is_finite(weight):
            raise CheckpointError(f"{name} contains NaN or infinity, so it was not saved; lower lr.")

    def write_files(temporary: Path) -> dict[str, Seal]:
        seals = {MODEL_FILE: write_tensors(temporary / MODEL_FILE, weights)}
        if optimizer is not None:
            seals[OPTIMIZER_FILE] = write_tensors(temporary / OPTIMIZER_FILE, _optimizer_tensors(model, optimizer))
        return seals

    return _write(folder, write_files, position, conditions, tied)


def write_checkpoint_of(
    folder: Path,
    weights: Iterable[tuple[str, Tensor]],
    optimizer_state: Mapping[str, Tensor] | None,
    position: Position,
    conditions: Conditions,
    *,
    tied: bool,
) -> int:
    """As `write_checkpoint`, for weights that are read one at a time in the order of the model.

    A `tied` head is left out of `weights`. `optimizer_state` is as in `Checkpoint.optimizer_state`. The weights must be
    finite.
    """

    def write_files(temporary: Path) -> dict[str, Seal]:
        shapes = weight_shapes(conditions.model, tied)
        seals = {MODEL_FILE: write_stream(temporary / MODEL_FILE, shapes, weights)}
        if optimizer_state is not None:
            seals[OPTIMIZER_FILE] = write_tensors(temporary / OPTIMIZER_FILE, optimizer_state)
        return seals

    return _write(folder, write_files, position, conditions, tied)


def _write(
    folder: Path,
    write_files: Callable[[Path], dict[str, Seal]],
    position: Position,
    conditions: Conditions,
    tied: bool,
) -> int:
    temporary = _temporary(folder, "new")
    try:
        temporary.mkdir()  # not its parents: a run whose folder was removed stays removed
        seals = write_files(temporary)
        state = State(format=2 if tied else 1, position=position, conditions=conditions, files=seals, tied=tied)
        sealed = seal_state(state.model_dump_json(exclude=None if tied else {"tied"}).encode())
        with (temporary / STATE_FILE).open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(temporary)
        _put_in_place(temporary, folder)
    except BaseException:  # also a stop while an imported file is read
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return sum(seal.size_bytes for seal in seals.values()) + len(sealed)


def read_checkpoint(folder: Path, expected: ModelConfig | None = None) -> Checkpoint:
    """Read the checkpoint in `folder` and check all of it; raises CheckpointError with the first thing that is wrong.

    With `expected`, the model must have this size and shape; its dropout may differ.
    """
    state = read_state(folder)
    if expected is not None:
        check_same_shape(expected, state.conditions.model)
    for name in (MODEL_FILE, OPTIMIZER_FILE):
        path = folder / name
        if name not in state.files:
            if name == MODEL_FILE:
                raise CheckpointError(f"{folder.name} contains no weights ({MODEL_FILE}); use another checkpoint.")
            continue
        try:
            damaged = path.is_symlink() or not path.is_file() or seal_of(path) != state.files[name]
        except OSError as error:
            raise CheckpointError(f"{folder.name}/{name} cannot be read: {error.strerror}.") from None
        if damaged:
            raise CheckpointError(
                f"{folder.name}/{name} is missing or damaged (it does not match its digest); use another checkpoint."
            )
    check_tensors(folder / MODEL_FILE, weight_shapes(state.conditions.model, state.tied))
    has_optimizer = OPTIMIZER_FILE in state.files
    if has_optimizer:
        # None before the first step, except where a new training starts with the moments of another one.
        is_empty = not state.position.step and not tensor_names(folder / OPTIMIZER_FILE)
        shapes = {} if is_empty else _optimizer_shapes(weight_shapes(state.conditions.model))
        check_tensors(folder / OPTIMIZER_FILE, shapes)
    return Checkpoint(folder, state.position, state.conditions, has_optimizer, state.tied)


def weight_shapes(config: ModelConfig, tied: bool = False) -> dict[str, torch.Size]:
    """The shapes of a model's weights in its order, without a tied head; nothing is allocated."""
    with torch.device("meta"):
        shapes = {name: weight.shape for name, weight in GPTModel(config).state_dict().items()}
    if tied:
        del shapes[HEAD]
    return shapes


def read_position(folder: Path) -> Position:
    """The position of a checkpoint, from `state.json` alone; raises CheckpointError if that is damaged."""
    return read_state(folder).position


def check_same_shape(expected: ModelConfig, found: ModelConfig) -> None:
    """Raise CheckpointError, naming the first setting that differs, unless both models have the same weight shapes."""
    for name, value in expected:
        if name != "drop_rate" and value != found[name]:
            raise CheckpointError(
                f"{name}: the checkpoint has {found[name]}, but {value} is expected; the two do not belong together."
            )


def delete_unfinished(folder: Path) -> None:
    """Delete what a process that was killed while saving has left in `folder`; only for the process that trains.

    A checkpoint that was about to be replaced gets its name back if the new one has not got it yet.
    """
    for path in folder.glob(_temporary(Path("step_*"), "former", "*").name):
        name = folder / path.name.split(".")[1]
        if not name.exists():
            os.rename(path, name)
    for path in folder.glob(_temporary(Path("step_*"), "*", "*").name):
        shutil.rmtree(path, ignore_errors=True)


def _optimizer_tensors(model: GPTModel, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"{kind}.{name}": optimizer.state[weight][kind]
        for name, weight in model.named_parameters()
        for kind in ("step", *_MOMENTS)
        if weight in optimizer.state
    }


def _optimizer_shapes(shapes: dict[str, torch.Size]) -> dict[str, torch.Size]:
    moments = {f"{kind}.{name}": shape for name, shape in shapes.items() for kind in _MOMENTS}
    return moments | {f"step.{name}": torch.Size() for name in shapes}


def _temporary(folder: Path, what: str, who: int | str | None = None) -> Path:
    return folder.with_name(f".{folder.name}.{who or os.getpid()}.{what}.tmp")


def _put_in_place(temporary: Path, folder: Path) -> None:
    former = _temporary(folder, "former")
    if folder.exists():  # damaged, or of steps that were undone
        os.rename(folder, former)
    os.rename(temporary, folder)
    sync_folder(folder.parent)
    shutil.rmtree(former, ignore_errors=True)
