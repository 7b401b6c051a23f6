"""Checks that tensors from a file fit a model, before they are used."""

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor

from playground.config import ModelConfig
from playground.errors import CheckpointError
from playground.model.gpt import GPTModel


def check_tensors(
    tensors: Mapping[str, Tensor], expected: Mapping[str, torch.Size], optional: Collection[str] = ()
) -> None:
    """Raise `CheckpointError` unless `tensors` have the `expected` names and shapes and contain finite floats.

    The message names what is missing, unexpected, of the wrong shape or type, or not finite. `optional` names may be
    missing. Nothing is allocated.

    >>> check_tensors({}, {"bias": torch.Size([2])})
    Traceback (most recent call last):
    playground.errors.CheckpointError: Missing from the file: bias.
    """
    _check_names(tensors, expected, optional)
    for name, tensor in tensors.items():
        _check_tensor(name, tensor, expected[name])


def check_shapes(
    shapes: Mapping[str, torch.Size], expected: Mapping[str, torch.Size | None], optional: Collection[str] = ()
) -> None:
    """Raise `CheckpointError` unless there are tensors of the `expected` names and shapes (None: any shape).

    `optional` names may be missing.

    >>> check_shapes({"bias": torch.Size([3])}, {"bias": torch.Size([2])})
    Traceback (most recent call last):
    playground.errors.CheckpointError: bias: the shape is (3,), but (2,) is needed.
    """
    _check_names(shapes, expected, optional)
    for name, shape in shapes.items():
        needed = expected[name]
        if needed is not None and shape != needed:
            raise _wrong_shape(name, shape, needed)


def empty_weights(config: ModelConfig) -> dict[str, Tensor]:
    """The state_dict of a `GPTModel(config)` on the meta device: shapes without memory.

    >>> config = ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> empty_weights(config)["tok_emb.weight"].shape
    torch.Size([50, 8])
    """
    with torch.device("meta"):
        return GPTModel(config).state_dict()


def _check_names(found: Collection[str], expected: Collection[str], optional: Collection[str]) -> None:
    if missing := [name for name in expected if name not in found and name not in optional]:
        raise CheckpointError(f"Missing from the file: {_some(missing)}.")
    if unexpected := [str(name) for name in found if name not in expected]:
        raise CheckpointError(f"Not a part of this model: {_some(unexpected)}.")


def _wrong_shape(name: str, found: torch.Size, needed: torch.Size) -> CheckpointError:
    return CheckpointError(f"{name}: the shape is {tuple(found)}, but {tuple(needed)} is needed.")


def _check_tensor(name: str, tensor: Any, shape: torch.Size) -> None:
    if not isinstance(tensor, Tensor) or tensor.layout is not torch.strided or not tensor.is_floating_point():
        found = getattr(tensor, "dtype", type(tensor).__name__)
        raise CheckpointError(f"{name}: plain floating-point numbers are needed, but the file has {found}.")
    if tensor.shape != shape:
        raise _wrong_shape(name, tensor.shape, shape)
    if tensor.is_meta or tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        raise CheckpointError(f"{name}: the file has fewer values than the shape {tuple(shape)} needs.")
    if not torch.isfinite(tensor).all():
        raise CheckpointError(f"{name}: some values are not finite numbers; this model cannot be used, choose another.")


def _some(names: list[str], most: int = 3) -> str:
    """The first names, and how many more there are."""
    return ", ".join(name[:100] for name in names[:most]) + (
        f" and {len(names) - most} more" if len(names) > most else ""
    )
