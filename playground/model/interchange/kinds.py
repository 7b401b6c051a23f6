"""What a file from elsewhere is, told by its first bytes: names and endings are not trusted."""

import zipfile
from pathlib import Path
from typing import Literal

from playground.errors import CheckpointError, reason_of

Kind = Literal["safetensors", "torch", "run", "packed"]
_START_BYTES = 512
_OTHERS = {  # first bytes → what it is, and what to do
    b"GGUF": "is a GGUF file, whose weights are packed for llama.cpp; use the model.safetensors it was made from.",
    b"\x89HDF": "holds TensorFlow's weights; use the model.safetensors of the same model.",
    b"version https://git-lfs": "is a Git LFS pointer, not the file itself; run `git lfs pull` there first.",
    b"\x1f\x8b": "is packed with gzip; unpack it first.",
    b"\x80": "is of a PyTorch before 1.6; use model.safetensors, or load it in PyTorch and save it again.",
}


def kind_of(path: Path) -> Kind:
    """What the file is: `safetensors`, `torch` (saved by `torch.save`), `run` (an archive of a run), or `packed`
    (an exported folder as one file).

    Raises `CheckpointError` in one sentence for anything else, such as the web page that a proxy sent instead.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "model.safetensors"
    >>> _ = path.write_text("<!DOCTYPE html><title>403</title>")
    >>> kind_of(path)
    Traceback (most recent call last):
    playground.errors.CheckpointError: model.safetensors is a web page of 33 bytes, not weights: ...
    """
    name = shown(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_START_BYTES)
    except OSError as error:
        raise CheckpointError(f"{name}: the file cannot be opened ({reason_of(error)}).") from None
    if not start:
        raise CheckpointError(f"{name} is empty; fetch it again.")
    if start.startswith(b"PK"):
        return _kind_of_zip(path)
    if start[8:9] == b"{":
        return "safetensors"
    if start.lstrip()[:1] == b"<":
        raise CheckpointError(
            f"{name} is a web page of {size:,} bytes, not weights: the server or a proxy answered with it; fetch the "
            f"file again."
        )
    for first, what in _OTHERS.items():
        if start.startswith(first):
            raise CheckpointError(f"{name} {what}")
    raise CheckpointError(f"{name} is neither a safetensors file nor one of torch.save, or it is damaged.")


def shown(path: Path) -> str:
    """The name of a file in a sentence."""
    return path.name[:100]


def _kind_of_zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise CheckpointError(f"{shown(path)} is cut off or damaged; fetch it again.") from None
    if any(name.endswith("/run.json") for name in names):
        return "run"
    weights = (".safetensors", ".pth", ".bin")
    return "packed" if any(name.endswith(weights) for name in names) else "torch"
