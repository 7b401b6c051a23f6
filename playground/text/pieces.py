"""Where a large text file can be cut so that its pieces can be encoded separately.

A gap is a space or line break after a visible ASCII character. GPT-2's pattern for words always splits in front of it,
so the text before a gap and the text from it on can be encoded separately. Files are UTF-8 and are read in blocks.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PIECE_BYTES = 1 << 20
"""Size of the blocks that files are read in."""


@dataclass(frozen=True)
class Scan:
    """The digest of a file, and the number of characters in each of its blocks."""

    sha256: str
    block_characters: list[int]
    """Number of characters that begin in each block of `PIECE_BYTES`."""

    @property
    def characters(self) -> int:
        """Number of characters in the file."""
        return sum(self.block_characters)

    @classmethod
    def of(cls, path: Path) -> "Scan":
        """Read a file once from start to end.

        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.txt"
        >>> _ = path.write_text("é!", encoding="utf-8")
        >>> scan = Scan.of(path)
        >>> scan.characters, scan.byte_of(path, 1)
        (2, 2)
        """
        digest, counts = hashlib.sha256(), []
        with path.open("rb") as file:
            while block := file.read(PIECE_BYTES):
                digest.update(block)
                counts.append(int(np.count_nonzero(_begins(block))))
        return cls(digest.hexdigest(), counts)

    def byte_of(self, path: Path, character: int) -> int:
        """Offset in bytes of a character, given its index; the file's size for an index behind the last one."""
        for i, count in enumerate(self.block_characters):
            if character < count:
                with path.open("rb") as file:
                    file.seek(i * PIECE_BYTES)
                    begins = _begins(file.read(PIECE_BYTES))
                return i * PIECE_BYTES + int(np.flatnonzero(begins)[character])
            character -= count
        return path.stat().st_size


def _begins(block: bytes) -> NDArray[np.bool_]:
    """Whether a character begins at each byte: in UTF-8 at all except 10xxxxxx."""
    return (np.frombuffer(block, np.uint8) & 0xC0) != 0x80


def pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a file from `start` to `end`, cut at gaps into pieces of about `PIECE_BYTES`.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("ab  cd " * 400_000)
    >>> [len(piece) for piece in pieces(path, 0, 2_800_000)]
    [1048574, 1048576, 702849, 1]
    """
    rest = b""
    with path.open("rb") as file:
        file.seek(start)
        while start < end:
            block = file.read(min(PIECE_BYTES, end - start))
            if not block:
                break
            start += len(block)
            gaps = _gaps(rest[-1:] + block)
            if len(gaps):
                cut = int(gaps[-1]) - len(rest[-1:])
                yield rest + block[:cut]
                rest = block[cut:]
            else:
                rest += block
    if rest:
        yield rest


def _gaps(block: bytes) -> NDArray[np.intp]:
    """Offsets of the gaps in a block."""
    values = np.frombuffer(block, np.uint8)
    return np.flatnonzero((values[:-1] > 32) & (values[:-1] < 127) & ((values[1:] == 32) | (values[1:] == 10))) + 1


def gaps_around(path: Path, at: int) -> tuple[int, int]:
    """Offsets of the last gap at or before the byte `at` and of the first at or after it; the file's ends if none.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("one two three")
    >>> gaps_around(path, 5)
    (3, 7)
    """
    before, after, end = at, at, path.stat().st_size
    with path.open("rb") as file:
        while before > 0:
            start = max(0, before - PIECE_BYTES)
            file.seek(start)
            gaps = _gaps(file.read(before - start + 1))
            before = start + int(gaps[-1]) if len(gaps) else start
            if len(gaps):
                break
        while after < end:
            start = max(0, after - 1)
            file.seek(start)
            gaps = _gaps(file.read(PIECE_BYTES + 1))
            after = start + int(gaps[0]) if len(gaps) else min(end, after + PIECE_BYTES)
            if len(gaps):
                break
    return before, after


def read_bytes(path: Path, start: int, end: int) -> bytes:
    """The bytes of a file from offset `start` to `end`.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("one two three")
    >>> read_bytes(path, 4, 7)
    b'two'
    """
    with path.open("rb") as file:
        file.seek(start)
        return file.read(end - start)
