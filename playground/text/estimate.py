"""The statistics of a large text, estimated from a sample of it, so that the page answers without reading all of it."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch

from playground.config import DataConfig
from playground.text.corpus import Corpus, CorpusStats
from playground.text.tokenizer import GPT2_VOCAB_SIZE
from playground.text.upload import decode_upload

SAMPLE_BYTES = 1 << 20
_PIECES = 8


@dataclass(frozen=True)
class Sample:
    """Pieces from all over a text file."""

    text: str
    share: float
    """Share of the file's bytes that the pieces make up, 0 to 1."""


def read_sample(path: Path, encoding: str | None = None) -> Sample:
    """Read about a megabyte of a text file of any size; raises like `decode_upload`.

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
        elif b"\0" in head:  # UTF-16 or UTF-32: it cannot be cut at a single byte, so only the beginning is read
            data = _without_half_a_pair(head)
        else:
            length = SAMPLE_BYTES // _PIECES
            pieces = [_whole_lines(head[:length], from_start=True)]
            for number in range(1, _PIECES):
                file.seek(number * (size_bytes - length) // (_PIECES - 1))
                pieces.append(_whole_lines(file.read(length)))
            data = b"".join(pieces)
    return Sample(decode_upload(data, path.name, encoding=encoding), len(data) / size_bytes)


def _whole_lines(piece: bytes, *, from_start: bool = False) -> bytes:
    """The whole lines of a piece, or else its whole words: no encoding has line ends or spaces inside a character."""
    for end in (b"\n", b" "):
        first, last = (-1 if from_start else piece.find(end)), piece.rfind(end)
        if last > first:
            return piece[first + 1 : last + 1]
    return piece


def _without_half_a_pair(head: bytes) -> bytes:
    """UTF-16 or UTF-32 without a last unit that is the first half of a surrogate pair, in either byte order."""
    is_half = head[-4:-2] != b"\0\0" and any(byte & 0xFC == 0xD8 for byte in head[-2:])
    return head[:-2] if is_half else head


def estimate_stats(sample: Sample, corpus: Corpus, data: DataConfig, context_length: int) -> CorpusStats:
    """Estimate what `corpus_stats` would count in the whole text, from the `corpus` of its sample.

    The number of different tokens grows as a power of the number of tokens (Heaps' law); the exponent is measured
    inside the sample.

    >>> from playground.text.corpus import build_corpus
    >>> text = "Every effort moves you. " * 10
    >>> sample, data = Sample(text, share=0.5), DataConfig(vocabulary="bytes")
    >>> estimate_stats(sample, build_corpus(text, data), data, context_length=4).characters
    480
    """
    ids = torch.cat([corpus.train_ids, corpus.val_ids])
    different = len(ids.unique())
    growth = math.log2(different / len(ids[::2].unique()))
    factor = (1 / sample.share) ** growth
    vocab_size = corpus.vocabulary.size
    if data.vocabulary == "compact":  # the 256 bytes and <|endoftext|> do not grow with the text
        vocab_size = min(GPT2_VOCAB_SIZE, 257 + round((vocab_size - 257) * factor))
    return CorpusStats.of(
        data,
        context_length,
        characters=round(len(sample.text) / sample.share),
        different_tokens=min(GPT2_VOCAB_SIZE - 1, round(different * factor)),
        vocab_size=vocab_size,
        train_tokens=round(len(corpus.train_ids) / sample.share),
        val_tokens=round(len(corpus.val_ids) / sample.share),
    )
