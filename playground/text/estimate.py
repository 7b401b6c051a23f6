"""The numbers of a large text, estimated from a sample of it, so that nobody waits until all of it has been read."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch

from playground.config import DataConfig
from playground.text.corpus import Corpus, CorpusStats
from playground.text.upload import decode_upload

SAMPLE_BYTES = 1 << 20
_PLACES = 8


@dataclass(frozen=True)
class Sample:
    """Pieces from all over a text, and what share of its file they are."""

    text: str
    share: float


def read_sample(path: Path, encoding: str | None = None) -> Sample:
    """About a megabyte of a text file of any size; raises what `decode_upload` raises for it.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("Every effort moves you.\\n" * 100_000)
    >>> sample = read_sample(path)
    >>> sample.text[:8], round(len(sample.text) / sample.share)
    ('Every ef', 2400000)
    """
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
        if len(head) == size_bytes:
            data = head
        elif b"\0" in head:  # UTF-16 or UTF-32, whose lines end at no single byte: the beginning alone
            data = _without_half_a_pair(head)
        else:
            length = SAMPLE_BYTES // _PLACES
            pieces = [_lines(head[:length], from_start=True)]
            for place in range(1, _PLACES):
                file.seek(place * (size_bytes - length) // (_PLACES - 1))
                pieces.append(_lines(file.read(length)))
            data = b"".join(pieces)
    return Sample(decode_upload(data, path.name, encoding=encoding), len(data) / size_bytes)


def _lines(piece: bytes, *, from_start: bool = False) -> bytes:
    """The whole lines of a piece, or else its whole words: their ends lie inside no character of any encoding."""
    for end in (b"\n", b" "):
        first, last = (-1 if from_start else piece.find(end)), piece.rfind(end)
        if last > first:
            return piece[first + 1 : last + 1]
    return piece


def _without_half_a_pair(head: bytes) -> bytes:
    """UTF-16 or -32 without a last unit that is the first half of a surrogate pair, in whichever byte order."""
    is_half = head[-4:-2] != b"\0\0" and any(byte & 0xFC == 0xD8 for byte in head[-2:])
    return head[:-2] if is_half else head


def estimate_stats(sample: Sample, corpus: Corpus, data: DataConfig, context_length: int) -> CorpusStats:
    """What `corpus_stats` would count in the whole text, from the corpus of its sample.

    Different tokens grow as a power of the tokens (Heaps' law), here the one by which they grow inside the sample.
    """
    ids = torch.cat([corpus.train_ids, corpus.val_ids])
    different = len(ids.unique())
    growth = math.log2(different / len(ids[::2].unique()))
    factor = (1 / sample.share) ** growth
    vocab_size = corpus.vocabulary.size
    if data.vocabulary == "compact":  # the 256 bytes and <|endoftext|> are in it once and for all
        vocab_size = min(50_257, 257 + round((vocab_size - 257) * factor))
    return CorpusStats.of(
        data,
        context_length,
        characters=round(len(sample.text) / sample.share),
        different_tokens=min(50_256, round(different * factor)),
        vocab_size=vocab_size,
        train_tokens=round(len(corpus.train_ids) / sample.share),
        val_tokens=round(len(corpus.val_ids) / sample.share),
    )
