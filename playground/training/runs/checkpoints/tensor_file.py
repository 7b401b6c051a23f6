"""Named tensors in one safetensors file: written and hashed in one pass, and checked before they are used.

The file is an 8-byte length, a JSON header (name → type, shape, offsets) and the plain numbers; it contains no code.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, Field
from safetensors import SafetensorError, safe_open
from torch import Tensor

from playground.errors import CheckpointError

MAX_HEADER_BYTES = 16 << 20
_CHUNK_BYTES = 8 << 20  # small enough to be hashed and written from the CPU's cache


class Seal(BaseModel):
    """Size and digest of a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size_bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> Seal:
    """Write float32 tensors (from any device) to `path`; on the disk when this returns.

    Raises OSError if the disk is full, and CheckpointError for a tensor of another type.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.safetensors"
    >>> write_tensors(path, {"a": torch.ones(2, 3)}) == seal_of(path)
    True
    """
    for name, tensor in tensors.items():
        _check_type(name, tensor)
    return write_stream(path, {name: tensor.shape for name, tensor in tensors.items()}, tensors.items())


def write_stream(
    path: Path,
    shapes: Mapping[str, torch.Size],
    tensors: Iterable[tuple[str, Tensor]],
    metadata: Mapping[str, str] | None = None,
) -> Seal:
    """As `write_tensors`, for tensors that are made one at a time, in the order of `shapes`, while they are written.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.safetensors"
    >>> write_stream(path, {"a": torch.Size([2])}, (("a", torch.ones(2)) for _ in range(1))) == seal_of(path)
    True
    """
    entries: dict[str, object] = {} if metadata is None else {"__metadata__": dict(metadata)}
    offset = 0
    for name, shape in shapes.items():
        end = offset + 4 * shape.numel()
        entries[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)  # to align the numbers
    digest = hashlib.sha256()
    with path.open("wb") as file:
        start_of_file = (memoryview(len(header).to_bytes(8, "little")), memoryview(header))
        for view in chain(start_of_file, _views(shapes, tensors)):  # one tensor at a time on the CPU
            for start in range(0, len(view), _CHUNK_BYTES):
                chunk = view[start : start + _CHUNK_BYTES]
                file.write(chunk)
                digest.update(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Seal(size_bytes=8 + len(header) + offset, sha256=digest.hexdigest())


def _views(shapes: Mapping[str, torch.Size], tensors: Iterable[tuple[str, Tensor]]) -> Iterator[memoryview]:
    for (wanted, shape), (name, tensor) in zip(shapes.items(), tensors, strict=True):
        _check_type(name, tensor)
        if name != wanted or tensor.shape != shape:
            raise CheckpointError(f"{name} {tuple(tensor.shape)} was given, but {wanted} {tuple(shape)} is its place.")
        yield _bytes_of(tensor)


def _check_type(name: str, tensor: Tensor) -> None:
    if tensor.dtype != torch.float32:
        raise CheckpointError(f"{name} is {tensor.dtype}; a checkpoint contains torch.float32 only.")


def _bytes_of(tensor: Tensor) -> memoryview:
    return tensor.detach().cpu().reshape(-1).view(torch.uint8).numpy().data


def seal_of(path: Path) -> Seal:
    """Size and digest of the file at `path`, which is read in chunks."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return Seal(size_bytes=path.stat().st_size, sha256=digest.hexdigest())


def tensor_names(path: Path) -> list[str]:
    """The names of the tensors in a file; raises CheckpointError if it is not a safetensors file."""
    try:
        with safe_open(path, framework="pt") as file:
            return list(file.keys())
    except SafetensorError as error:
        raise CheckpointError(f"{path.name} is damaged ({error}); use another checkpoint.") from None


def check_tensors(path: Path, shapes: Mapping[str, torch.Size]) -> None:
    """Raise CheckpointError unless the file contains exactly these tensors in float32, all of them finite.

    Memory is allocated for one tensor at a time, and only after names, shapes and types have been checked.
    """
    try:
        with path.open("rb") as file:
            header_bytes = int.from_bytes(file.read(8), "little")
        if header_bytes > MAX_HEADER_BYTES:
            raise CheckpointError(f"{path.name} is damaged: its header is over {MAX_HEADER_BYTES >> 20} MiB.")
        with safe_open(path, framework="pt") as file:
            _check_names(path.name, set(shapes), set(file.keys()))
            for name, shape in shapes.items():
                stored = file.get_slice(name)
                if stored.get_shape() != list(shape):
                    raise CheckpointError(
                        f"{path.name}: {name} has the shape {stored.get_shape()}, but the settings require "
                        f"{list(shape)}; the two do not belong together."
                    )
                if stored.get_dtype() != "F32":
                    raise CheckpointError(f"{path.name}: {name} is of type {stored.get_dtype()}; F32 is expected.")
            for name in shapes:
                if not is_finite(file.get_tensor(name)):
                    raise CheckpointError(f"{path.name}: {name} contains NaN or infinity; use an earlier checkpoint.")
    except SafetensorError as error:
        raise CheckpointError(
            f"{path.name} is damaged or not a safetensors file ({error}); use another checkpoint."
        ) from None


def _check_names(file_name: str, wanted: set[str], found: set[str]) -> None:
    for names, what in ((wanted - found, "lacks"), (found - wanted, "has, beyond what the settings require,")):
        if names:
            some = ", ".join(sorted(names)[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
            raise CheckpointError(f"{file_name} {what} {some[:300]}; the two do not belong together.")


def is_finite(tensor: Tensor) -> bool:
    """Whether no number in the tensor is NaN or infinite; in one pass and without a copy.

    >>> is_finite(torch.ones(3)), is_finite(torch.tensor([1.0, float("nan")]))
    (True, False)
    """
    return bool(torch.stack(tensor.aminmax()).isfinite().all())
