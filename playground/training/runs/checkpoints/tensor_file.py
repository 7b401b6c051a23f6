"""Named tensors in one file, in the safetensors format: written with its digest in one pass, read with suspicion.

The file is an 8-byte length, a JSON header (name → type, shape, offsets) and the plain numbers; nothing in it can run.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, Field
from safetensors import SafetensorError, safe_open
from torch import Tensor

from playground.errors import CheckpointError

MAX_HEADER_BYTES = 16 << 20
_CHUNK_BYTES = 8 << 20  # small enough to be hashed and written from the processor's cache


class Seal(BaseModel):
    """Size and digest of one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size_bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> Seal:
    """Write float32 tensors (from any device) to `path`, on the disk when this returns; OSError if it is full.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.safetensors"
    >>> write_tensors(path, {"a": torch.ones(2, 3)}) == seal_of(path)
    True
    """
    entries, offset = {}, 0
    for name, tensor in tensors.items():
        if tensor.dtype != torch.float32:
            raise CheckpointError(f"{name} is {tensor.dtype}; a checkpoint holds torch.float32.")
        end = offset + 4 * tensor.numel()
        entries[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)  # so that the numbers are aligned
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for data in (len(header).to_bytes(8, "little"), header, *tensors.values()):
            view = memoryview(_bytes_of(data) if isinstance(data, Tensor) else data)
            for start in range(0, len(view), _CHUNK_BYTES):
                chunk = view[start : start + _CHUNK_BYTES]
                file.write(chunk)
                digest.update(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Seal(size_bytes=8 + len(header) + offset, sha256=digest.hexdigest())


def _bytes_of(tensor: Tensor) -> memoryview:
    return memoryview(tensor.detach().cpu().reshape(-1).view(torch.uint8).numpy())


def seal_of(path: Path) -> Seal:
    """Size and digest of the file at `path`, read in pieces."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return Seal(size_bytes=path.stat().st_size, sha256=digest.hexdigest())


def check_tensors(path: Path, shapes: Mapping[str, torch.Size]) -> None:
    """Raise CheckpointError unless the file holds exactly these tensors in float32, all of them finite.

    Memory is taken for one tensor at a time, and only once its name, shape and type are right.
    """
    try:
        with path.open("rb") as file:
            header_bytes = int.from_bytes(file.read(8), "little")
        if header_bytes > MAX_HEADER_BYTES:
            raise CheckpointError(f"{path.name} is damaged: its header is over {MAX_HEADER_BYTES >> 20} MiB.")
        with safe_open(path, framework="pt") as file:
            _check_names(path.name, shapes.keys(), set(file.keys()))
            for name, shape in shapes.items():
                stored = file.get_slice(name)
                if stored.get_shape() != list(shape):
                    raise CheckpointError(
                        f"{path.name}: {name} has the shape {stored.get_shape()}, but the settings call for "
                        f"{list(shape)}; the two do not belong together."
                    )
                if stored.get_dtype() != "F32":
                    raise CheckpointError(f"{path.name}: {name} is of type {stored.get_dtype()}; F32 is expected.")
            for name in shapes:
                if not is_finite(file.get_tensor(name)):
                    raise CheckpointError(f"{path.name}: {name} holds NaN or infinity; take an earlier checkpoint.")
    except SafetensorError as error:
        raise CheckpointError(f"{path.name} is damaged or no safetensors file ({error}); take another.") from None


def _check_names(file_name: str, wanted: set[str], found: set[str]) -> None:
    for names, what in ((wanted - found, "lacks"), (found - wanted, "has, beyond what the settings call for,")):
        if names:
            some = ", ".join(sorted(names)[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
            raise CheckpointError(f"{file_name} {what} {some[:300]}; the two do not belong together.")


def is_finite(tensor: Tensor) -> bool:
    """Whether no number in it is NaN or infinite, in one pass and without a copy.

    >>> is_finite(torch.ones(3)), is_finite(torch.tensor([1.0, float("nan")]))
    (True, False)
    """
    return bool(torch.stack(tensor.aminmax()).isfinite().all())
