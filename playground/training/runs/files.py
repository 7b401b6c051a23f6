"""Files in a run's folder: small ones are replaced atomically, large ones are linked or copied."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playground.errors import RunError, reason_of


@contextmanager
def writing(what: str) -> Iterator[None]:
    """A context in which an OSError, such as that of a full disk, becomes a RunError in one sentence about `what`.

    >>> with writing("The mark"):
    ...     raise OSError(28, "No space left on device", "/srv/secret/marks.json")
    Traceback (most recent call last):
        ...
    playground.errors.RunError: The mark cannot be written (No space left on device); make room on the disk or ask ...
    """
    try:
        yield
    except OSError as error:
        raise RunError(
            f"{what} cannot be written ({reason_of(error)}); make room on the disk or ask for the right to write there."
        ) from None


def write_atomic(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Replace the file at `path`, so that a reader sees either the old or the new content.

    With `durable`, data and name are on the disk when this returns, not only in the system's cache. Raises OSError if
    the disk is full; the old file is then unchanged.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "note.txt"
    >>> write_atomic(path, b"old"), write_atomic(path, b"new"), path.read_bytes()
    (None, None, b'new')
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        _replace(temporary, path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder`, new and replaced ones, are on the disk."""
    if os.name == "nt":  # Windows cannot open folders, and keeps them consistent itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(source: Path, target: Path) -> None:
    for pause_s in (0.01, 0.02, 0.05, 0.1):
        try:
            return os.replace(source, target)
        except PermissionError:  # Windows, while a reader has the target open
            time.sleep(pause_s)
    return os.replace(source, target)


def link_or_copy(source: Path, target: Path) -> None:
    """Create `target` with the content of `source`, which is never changed: as a hard link, or as a copy."""
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without hard links
        shutil.copyfile(source, target)


def folder_bytes(folder: Path) -> int:
    """Size of all files below `folder` in bytes; files that are deleted meanwhile are not counted."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(root, name)).st_size
            except FileNotFoundError:
                continue
    return total
