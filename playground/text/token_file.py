"""A large text as token ids on disk: encoded in pieces by several threads, memory-mapped, cached for the next start.

Memory use does not grow with the text: a few pieces of it are in memory at a time, and the operating system reads the
ids from the file when a batch needs them. The threads run in parallel because tiktoken releases the GIL.

An entry of the cache is a folder, written under a temporary name and then renamed:

    ids.bin          uint16, little-endian: the training part, a gap, the validation part
    vocabulary.json  the vocabulary of the ids
    entry.json       the fields of `_Entry`
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
from playground.text.pieces import Scan, gaps_around, pieces, read_bytes
from playground.text.tokenizer import (
    GPT2_VOCAB_SIZE,
    Vocabulary,
    encode_to_array,
    find_vocabulary,
    vocabulary_of_gpt2_ids,
)
from playground.text.upload import LARGE_TEXT_BYTES

_CHUNK_BYTES = 1 << 20
KEPT_ENTRIES = 8
"""Number of texts whose ids stay in the cache: those used last."""

Progress = Callable[[int, int], None]
"""Called with the number of bytes encoded so far and the size of the file in bytes."""


@dataclass(frozen=True)
class _Entry:
    """The numbers of a cached text; sizes and offsets in tokens."""

    characters: int
    split: int
    train_tokens: int
    val_start: int
    val_tokens: int
    crc32: int

    @property
    def size(self) -> int:
        return self.val_start + self.val_tokens


def open_corpus(
    path: Path,
    data: DataConfig,
    vocabulary: Vocabulary | None = None,
    *,
    cache: Path,
    progress: Progress | None = None,
) -> Corpus:
    """The corpus of a clean UTF-8 text file; the ids of a large one are stored in the folder `cache` and reused.

    The result equals that of `build_corpus` on the file's text; `vocabulary` has the same meaning. Raises `TextError`
    for a file that is not UTF-8 and when the disk is full, `CheckpointError` when the ids cannot be read back.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "text.txt").write_text("Every effort moves you. " * 10)
    >>> open_corpus(folder / "text.txt", DataConfig(), cache=folder / "tokens").vocabulary.size
    277
    """
    size = path.stat().st_size
    if size < LARGE_TEXT_BYTES:
        return build_corpus(_decode(path.read_bytes(), path), data, vocabulary)
    scan = Scan.of(path)
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
    parts = ids[: entry.train_tokens], ids[entry.val_start :]
    return Corpus(path, vocabulary, *parts, entry.characters, entry.split, scan.sha256)


def _write_entry(
    target: Path, path: Path, data: DataConfig, vocabulary: Vocabulary | None, scan: Scan, progress: Progress | None
) -> None:
    split = int(data.train_ratio * scan.characters)
    middle, end = scan.byte_of(path, split), path.stat().st_size
    before, after = gaps_around(path, middle)
    # A compact vocabulary is known only after all of the text: until then the ids are GPT-2's.
    first = vocabulary or find_vocabulary("gpt2" if data.vocabulary == "compact" else data.vocabulary)
    used = np.zeros(first.size, bool)
    n_tokens = [0, 0]
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".new-", dir=target.parent) as folder:
        ids_path = Path(folder) / "ids.bin"
        with ids_path.open("wb") as file:
            for part, (part_start, part_end) in enumerate(((0, before), (after, end))):
                done = part_start
                for n_bytes, ids in _encoded(pieces(path, part_start, part_end), first, path):
                    used[ids] = True
                    file.write(ids.astype("<u2").tobytes())
                    n_tokens[part] += len(ids)
                    done += n_bytes
                    if progress:
                        progress(done, end)
                if part == 0:
                    file.write(bytes(2 * (after - before)))
        # The word at the split counts as a whole for the vocabulary; its two halves are written into the gap.
        word = read_bytes(path, before, after)
        used[encode_to_array(_decode(word, path), first.tokenizer)] = True
        if vocabulary is None and data.vocabulary == "compact":
            vocabulary = vocabulary_of_gpt2_ids(set(np.flatnonzero(used).tolist()))
            _renumber(ids_path, vocabulary)
        left, right = (
            encode_to_array(_decode(half, path), (vocabulary or first).tokenizer).astype("<u2")
            for half in (word[: middle - before], word[middle - before :])
        )
        val_start = n_tokens[0] + len(word) - len(right)
        with ids_path.open("r+b") as file:
            for at, half in ((n_tokens[0], left), (val_start, right)):
                file.seek(2 * at)
                file.write(half.tobytes())
        train_tokens, val_tokens = n_tokens[0] + len(left), len(right) + n_tokens[1]
        entry = _Entry(scan.characters, split, train_tokens, val_start, val_tokens, _crc32(ids_path))
        (Path(folder) / "vocabulary.json").write_text((vocabulary or first).to_json())
        (Path(folder) / "entry.json").write_text(json.dumps(asdict(entry)))
        shutil.rmtree(target, ignore_errors=True)  # a damaged one
        with suppress(OSError):  # another process has written the same text meanwhile
            Path(folder).rename(target)


def _encoded(texts: Iterator[bytes], vocabulary: Vocabulary, path: Path) -> Iterator[tuple[int, NDArray[np.uint32]]]:
    """The length in bytes and the ids of each piece, in order; only a few pieces are in memory at a time."""
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
    """Replace the GPT-2 ids in a file by those of a vocabulary that contains all of them."""
    table = np.zeros(GPT2_VOCAB_SIZE, "<u2")
    table[[*vocabulary.gpt2_ids, GPT2_VOCAB_SIZE - 1]] = np.arange(vocabulary.size)
    with path.open("r+b") as file:
        while chunk := file.read(_CHUNK_BYTES):
            file.seek(-len(chunk), os.SEEK_CUR)
            file.write(table[np.frombuffer(chunk, "<u2")].tobytes())


def _crc32(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            checksum = zlib.crc32(chunk, checksum)
    return checksum


def _read_entry(folder: Path, vocabulary: Vocabulary | None) -> tuple[_Entry, Vocabulary, torch.Tensor] | None:
    """The entry in a folder; None if it is missing or damaged, or has another vocabulary than the one given."""
    ids = folder / "ids.bin"
    try:
        entry = _Entry(**json.loads((folder / "entry.json").read_bytes()))
        stored = Vocabulary.from_json((folder / "vocabulary.json").read_text())
        if (vocabulary or stored) != stored or ids.stat().st_size != 2 * entry.size or _crc32(ids) != entry.crc32:
            return None
        with suppress(OSError):
            os.utime(folder)
    except (OSError, ValueError, TypeError, CheckpointError):
        return None
    return entry, stored, torch.from_file(str(ids), shared=False, size=entry.size, dtype=torch.uint16)


def _prune(cache: Path) -> None:
    """Remove the entries used longest ago, and temporary folders of killed processes that are a day old."""
    ages = {path: time.time() - path.stat().st_mtime for path in cache.iterdir()}
    entries = sorted((path for path in ages if path.name[0] != "."), key=lambda path: ages[path])
    abandoned = [path for path in ages if path.name[0] == "." and ages[path] > 24 * 3600]
    for old in entries[KEPT_ENTRIES:] + abandoned:
        shutil.rmtree(old, ignore_errors=True)
