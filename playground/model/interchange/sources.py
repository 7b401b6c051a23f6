"""Named tensors in files from elsewhere: mapped into memory, read one at a time, and believed only after checks."""

import json
import pickle
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from playground.errors import CheckpointError, reason_of
from playground.model.interchange.kinds import kind_of, shown

MAX_HEADER_BYTES = 16 << 20
MAX_JSON_BYTES = 16 << 20
_CHUNK_BYTES = 1 << 20
_FLOATS = {"F64", "F32", "F16", "BF16"}


@dataclass(frozen=True)
class Source:
    """Named tensors; their shapes are known before any is read."""

    shapes: dict[str, torch.Size]
    read: Callable[[str], Tensor]
    """The tensor of a name as it is stored, mapped from the file; raises `CheckpointError` if it cannot be read."""


def safetensors_source(paths: Iterable[Path]) -> Source:
    """The tensors of one safetensors file, or of the shards of one model.

    Raises `CheckpointError` for a file that is damaged or whose tensors are not floating-point numbers.
    """
    shapes: dict[str, torch.Size] = {}
    files: dict[str, Any] = {}
    for path in paths:
        opened = _open_safetensors(path)
        for name in opened.keys():  # noqa: SIM118 # not a dictionary
            stored = opened.get_slice(name)
            if name in files:
                raise CheckpointError(f"{shown(path)}: {name[:100]} is in another part of the model, too.")
            if stored.get_dtype() not in _FLOATS and ".attn." not in name:  # masks are left out anyway
                raise CheckpointError(f"{name[:100]} is of type {stored.get_dtype()}; floats are needed.")
            shapes[name] = torch.Size(stored.get_shape())
            files[name] = opened

    def read(name: str) -> Tensor:
        try:
            return files[name].get_tensor(name)
        except (SafetensorError, RuntimeError, ValueError) as error:
            raise CheckpointError(f"{name[:100]} cannot be read ({str(error)[:100]}).") from None

    return Source(shapes, read)


def _open_safetensors(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            header_bytes = int.from_bytes(file.read(8), "little")
        if header_bytes > MAX_HEADER_BYTES:
            raise CheckpointError(f"{shown(path)} is damaged: its header is over {MAX_HEADER_BYTES >> 20} MiB.")
        return safe_open(path, framework="pt")
    except SafetensorError as error:
        raise CheckpointError(f"{shown(path)} is cut off or damaged ({error}); fetch it again.") from None
    except OSError as error:
        raise CheckpointError(f"{shown(path)}: the file cannot be opened ({reason_of(error)}).") from None


def torch_source(tensors: Mapping[str, Any]) -> Source:
    """The named tensors of a file that `torch.save` wrote; `read` gives whatever has the name there."""
    shapes = {str(name): torch.Size(getattr(tensor, "shape", ())) for name, tensor in tensors.items()}
    return Source(shapes, tensors.__getitem__)


def load_torch(path: Path, *, mapped: bool = False) -> Mapping[str, Any]:
    """The dictionary in a file that `torch.save` wrote, with `weights_only=True`: no code in it is run.

    With `mapped`, the tensors are read from the file when they are used. Raises `CheckpointError` for any other file.
    """
    name = shown(path)
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked_bytes = sum(entry.file_size for entry in archive.infolist())
            if unpacked_bytes > path.stat().st_size:  # torch.save never compresses; a ZIP bomb does
                raise CheckpointError(f"{name}: the file is compressed inside, which torch.save does not do.")
            _check_sums(archive)  # torch.load does not
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the pickle protocol of a damaged file
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except OSError as error:
        raise CheckpointError(f"{name}: the file cannot be opened ({reason_of(error)}).") from None
    except pickle.UnpicklingError:
        raise CheckpointError(
            f"{name}: the file contains more than plain tensors, so it is not read; save a state_dict instead."
        ) from None
    except (RuntimeError, ValueError, TypeError, LookupError, EOFError, AttributeError, zipfile.BadZipFile):
        raise CheckpointError(f"{name}: the file is damaged, or torch.save did not write it.") from None
    except (AssertionError, NotImplementedError, OverflowError, RecursionError, MemoryError):
        raise CheckpointError(f"{name}: the file is damaged, or torch.save did not write it.") from None
    if not isinstance(content, Mapping):
        raise CheckpointError(f"{name}: the file has no state_dict; save one with torch.save.")
    return content


def _check_sums(archive: zipfile.ZipFile) -> None:
    """Raise `BadZipFile` where a part of the file does not match its checksum; torch can leave them out (0)."""
    for entry in archive.infolist():
        if entry.CRC:
            with archive.open(entry) as part:
                while part.read(_CHUNK_BYTES):
                    pass


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file from elsewhere; raises `CheckpointError` if it is not one, or over 16 MB."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_JSON_BYTES + 1)
        found = json.loads(raw) if len(raw) <= MAX_JSON_BYTES else None
    except OSError as error:
        raise CheckpointError(f"{shown(path)}: the file cannot be opened ({reason_of(error)}).") from None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise CheckpointError(f"{shown(path)} is not the JSON that it should be, so it is damaged; fetch it again.")
    return found


def shards_of(index: Path) -> tuple[list[Path], dict[str, str]]:
    """The shards that an index file names, and its map of tensors to shards; raises `CheckpointError`.

    A shard must be in the folder of the index.
    """
    weight_map = read_json(index).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map or not all(isinstance(v, str) for v in weight_map.values()):
        raise CheckpointError(f"{shown(index)}: it has no weight_map from tensors to files, so it is damaged.")
    names = sorted(set(weight_map.values()))
    if bad := [name for name in names if Path(name).name != name or name in ("", ".", "..")]:
        raise CheckpointError(f"{shown(index)}: it names {bad[0][:100]!r}, which is not a file beside it.")
    if missing := [name for name in names if not (index.parent / name).is_file()]:
        rest = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise CheckpointError(f"{missing[0][:100]}{rest} is missing in the folder; fetch that part of the model, too.")
    return [index.parent / name for name in names], weight_map


def check_shards(source: Source, weight_map: Mapping[str, str], index: Path) -> None:
    """Raise `CheckpointError` unless the shards contain the tensors that the index names."""
    if odd := sorted(weight_map.keys() ^ source.shapes.keys()):
        where = "its index" if odd[0] in source.shapes else "its files"
        raise CheckpointError(f"{shown(index)}: {odd[0][:100]} is missing in {where}; the parts do not fit together.")


def open_shards(index: Path, *, allow_pickle: bool) -> Source:
    """The tensors of a model in shards; raises `CheckpointError`."""
    paths, weight_map = shards_of(index)
    kinds = {kind_of(path) for path in paths}
    if kinds == {"safetensors"}:
        source = safetensors_source(paths)
    elif kinds == {"torch"}:
        check_pickle_allowed(paths[0], allow_pickle)
        merged: dict[str, Any] = {}
        for path in paths:
            merged |= load_torch(path, mapped=True)
        source = torch_source(merged)
    else:
        raise CheckpointError(f"{shown(index)}: its parts are of different formats; fetch them again.")
    check_shards(source, weight_map, index)
    return source


def check_pickle_allowed(path: Path, allow_pickle: bool) -> None:
    """Raise `CheckpointError` where files of `torch.save` are not read."""
    if not allow_pickle:
        raise CheckpointError(f"{shown(path)}: this server does not read files of torch.save; use model.safetensors.")
