"""A large text as token ids on disk: encoded in pieces by several threads, mapped into memory, kept for the next start.

Memory stays flat: a few pieces of text at a time, and ids that the system reads from the file as batches ask for them.
The threads run side by side because tiktoken lets go of Python's lock.

An entry of the cache is a folder, written beside its place and then renamed:

    ids.bin          uint16, little-endian: the training part, then the validation part
    vocabulary.json  the vocabulary the ids belong to
    entry.json       what `_Entry` holds
"""

import hashlib
import json
import os
import shutil
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray

from playground.config import DataConfig
from playground.device import available_cores
from playground.errors import CheckpointError, TextError
from playground.text.corpus import Corpus, build_corpus
from playground.text.tokenizer import Vocabulary, encode_to_array, find_vocabulary, vocabulary_of_gpt2_ids
from playground.text.upload import LARGE_TEXT_BYTES

PIECE_BYTES = 1 << 20
KEPT_ENTRIES = 8
"""Texts whose ids stay in the cache, the last used ones."""

Progress = Callable[[int, int], None]
"""Called with the bytes of text encoded so far and the bytes there are."""


@dataclass(frozen=True)
class _Entry:
    characters: int
    split: int
    train_tokens: int
    val_tokens: int
    crc32: int


def open_corpus(
    path: Path,
    data: DataConfig,
    vocabulary: Vocabulary | None = None,
    *,
    cache: Path,
    progress: Progress | None = None,
) -> Corpus:
    """The corpus of a clean UTF-8 text file; the ids of a large one lie in `cache` and are reused for the same text.

    The result is that of `build_corpus` on the file's text, whose `vocabulary` means the same here. Raises `TextError`
    for a file that is not UTF-8 and when there is no room for the ids.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "text.txt").write_text("Every effort moves you. " * 10)
    >>> open_corpus(folder / "text.txt", DataConfig(), cache=folder / "tokens").vocabulary.size
    277
    """
    size = path.stat().st_size
    if size < LARGE_TEXT_BYTES:
        return build_corpus(_decode(path.read_bytes(), path), data, vocabulary)
    scan = _Scan.of(path)
    split = int(data.train_ratio * scan.characters)
    key = hashlib.sha256(vocabulary.to_json().encode()).hexdigest()[:16] if vocabulary else ""
    for name in dict.fromkeys((f"{scan.sha256[:32]}-{data.vocabulary}-{split}", f"{scan.sha256[:32]}-{key}-{split}")):
        found = _read_entry(cache / name, vocabulary)
        if found:
            if progress:
                progress(size, size)
            break
    else:
        name = f"{scan.sha256[:32]}-{key or data.vocabulary}-{split}"
        try:
            _write_entry(cache / name, path, data, vocabulary, scan, progress)
        except OSError as error:
            raise TextError(f"The token ids of {path.name} cannot be written: {error.strerror}; make room.") from None
        found = _read_entry(cache / name, vocabulary)
        if not found:
            raise CheckpointError(f"The token ids in {cache / name} do not read as they were written; check the disk.")
        _prune(cache)
    entry, vocabulary, ids = found
    parts = ids[: entry.train_tokens], ids[entry.train_tokens :]
    return Corpus(path, vocabulary, *parts, entry.characters, entry.split, scan.sha256)


@dataclass(frozen=True)
class _Scan:
    """A first look at a file: its digest, and where its characters are."""

    sha256: str
    block_characters: list[int]
    """Characters that begin in each block of `PIECE_BYTES`."""

    @property
    def characters(self) -> int:
        return sum(self.block_characters)

    @classmethod
    def of(cls, path: Path) -> "_Scan":
        digest, counts = hashlib.sha256(), []
        with path.open("rb") as file:
            while block := file.read(PIECE_BYTES):
                digest.update(block)
                counts.append(int(np.count_nonzero(_begins(block))))
        return cls(digest.hexdigest(), counts)

    def byte_of(self, path: Path, character: int) -> int:
        """Where in the file the character of that number begins."""
        for i, count in enumerate(self.block_characters):
            if character < count:
                with path.open("rb") as file:
                    file.seek(i * PIECE_BYTES)
                    begins = _begins(file.read(PIECE_BYTES))
                return i * PIECE_BYTES + int(np.flatnonzero(begins)[character])
            character -= count
        return path.stat().st_size


def _begins(block: bytes) -> NDArray[np.bool_]:
    """Where a character begins in UTF-8: at every byte but 10xxxxxx."""
    return (np.frombuffer(block, np.uint8) & 0xC0) != 0x80


def pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a file from `start` to `end`, cut only where GPT-2's rule cuts anyway: before a space after a word.

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
            seen = np.frombuffer(rest[-1:] + block, np.uint8)
            gaps = np.flatnonzero((seen[:-1] > 32) & (seen[:-1] < 127) & ((seen[1:] == 32) | (seen[1:] == 10)))
            if len(gaps):
                cut = int(gaps[-1]) + 1 - len(rest[-1:])
                yield rest + block[:cut]
                rest = block[cut:]
            else:
                rest += block
    if rest:
        yield rest


def _write_entry(
    target: Path, path: Path, data: DataConfig, vocabulary: Vocabulary | None, scan: _Scan, progress: Progress | None
) -> None:
    split = int(data.train_ratio * scan.characters)
    middle, end = scan.byte_of(path, split), path.stat().st_size
    # A compact vocabulary is known only at the end: until then the ids are GPT-2's.
    first = vocabulary or find_vocabulary("gpt2" if data.vocabulary == "compact" else data.vocabulary)
    used = np.zeros(first.size, bool)
    n_tokens = [0, 0]
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".new-", dir=target.parent) as folder:
        with (Path(folder) / "ids.bin").open("wb") as file:
            for part, (part_start, part_end) in enumerate(((0, middle), (middle, end))):
                done = part_start
                for n_bytes, ids in _encoded(pieces(path, part_start, part_end), first, path):
                    used[ids] = True
                    file.write(ids.astype("<u2").tobytes())
                    n_tokens[part] += len(ids)
                    done += n_bytes
                    if progress:
                        progress(done, end)
        if vocabulary is None and data.vocabulary == "compact":
            vocabulary = vocabulary_of_gpt2_ids(set(np.flatnonzero(used).tolist()))
            _renumber(Path(folder) / "ids.bin", vocabulary)
        entry = _Entry(scan.characters, split, *n_tokens, _crc32(Path(folder) / "ids.bin"))
        (Path(folder) / "vocabulary.json").write_text((vocabulary or first).to_json())
        (Path(folder) / "entry.json").write_text(json.dumps(asdict(entry)))
        shutil.rmtree(target, ignore_errors=True)  # a damaged one
        with suppress(OSError):  # another start on the same text was quicker
            Path(folder).rename(target)


def _encoded(texts: Iterator[bytes], vocabulary: Vocabulary, path: Path) -> Iterator[tuple[int, NDArray[np.uint32]]]:
    """Length in bytes and ids of each piece, in order; only a few pieces are in memory at a time."""
    encode = partial(encode_to_array, tokenizer=vocabulary.tokenizer)
    n_threads = available_cores()
    waiting: deque[tuple[int, Future[NDArray[np.uint32]]]] = deque()
    with ThreadPoolExecutor(n_threads) as pool:
        for data in texts:
            waiting.append((len(data), pool.submit(encode, _decode(data, path))))
            if len(waiting) > 2 * n_threads:
                n_bytes, future = waiting.popleft()
                yield n_bytes, future.result()
        for n_bytes, future in waiting:
            yield n_bytes, future.result()


def _decode(data: bytes, path: Path) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise TextError(f"{path.name} is not UTF-8 text; save it as UTF-8 and use that.") from None


def _renumber(path: Path, vocabulary: Vocabulary) -> None:
    """Turn the GPT-2 ids of a file into those of a vocabulary that has all of them."""
    table = np.zeros(50_257, "<u2")
    table[[*vocabulary.gpt2_ids, 50_256]] = np.arange(vocabulary.size)
    with path.open("r+b") as file:
        while chunk := file.read(PIECE_BYTES):
            file.seek(-len(chunk), os.SEEK_CUR)
            file.write(table[np.frombuffer(chunk, "<u2")].tobytes())


def _crc32(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while chunk := file.read(PIECE_BYTES):
            checksum = zlib.crc32(chunk, checksum)
    return checksum


def _read_entry(folder: Path, vocabulary: Vocabulary | None) -> tuple[_Entry, Vocabulary, torch.Tensor] | None:
    """An entry that is whole and has the wanted vocabulary, if one is wanted; None otherwise."""
    ids = folder / "ids.bin"
    try:
        entry = _Entry(**json.loads((folder / "entry.json").read_bytes()))
        stored = Vocabulary.from_json((folder / "vocabulary.json").read_text())
        n_tokens = entry.train_tokens + entry.val_tokens
        if (vocabulary or stored) != stored or ids.stat().st_size != 2 * n_tokens or _crc32(ids) != entry.crc32:
            return None
        with suppress(OSError):
            os.utime(folder)
    except (OSError, ValueError, TypeError, CheckpointError):
        return None
    return entry, stored, torch.from_file(str(ids), shared=False, size=n_tokens, dtype=torch.uint16)


def _prune(cache: Path) -> None:
    """Remove the entries used longest ago, and what a start that was killed left behind a day ago."""
    ages = {path: time.time() - path.stat().st_mtime for path in cache.iterdir()}
    entries = sorted((path for path in ages if path.name[0] != "."), key=lambda path: ages[path])
    strays = [path for path in ages if path.name[0] == "." and ages[path] > 24 * 3600]
    for old in entries[KEPT_ENTRIES:] + strays:
        shutil.rmtree(old, ignore_errors=True)
