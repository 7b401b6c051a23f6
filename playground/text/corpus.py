"""A text made ready for training: its vocabulary, its two parts as token ids, and what they amount to."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import tiktoken
import torch
from torch import Tensor

from playground.config import DataConfig
from playground.errors import TextError
from playground.text.tokenizer import Vocabulary, encode, find_vocabulary
from playground.text.upload import ENCODINGS, UnclearEncodingError, clean_text, decode_upload

__all__ = [
    "ENCODINGS",
    "Corpus",
    "CorpusStats",
    "UnclearEncodingError",
    "build_corpus",
    "check_long_enough",
    "clean_text",
    "corpus_stats",
    "count_windows",
    "decode_upload",
]


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text with its vocabulary and its ids: the first part trains, the rest validates (book, chapter 5)."""

    text: str
    vocabulary: Vocabulary
    train_ids: Tensor
    """(T,) int64."""
    val_ids: Tensor
    """(T,) int64."""
    split: int
    """Characters in the training part."""

    @property
    def tokenizer(self) -> tiktoken.Encoding:
        """The tokenizer of the vocabulary."""
        return self.vocabulary.tokenizer

    @property
    def train_text(self) -> str:
        """The part that is trained on."""
        return self.text[: self.split]

    @property
    def val_text(self) -> str:
        """The part the model never sees while it trains."""
        return self.text[self.split :]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8, as 64 hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def build_corpus(text: str, data: DataConfig, vocabulary: Vocabulary | None = None) -> Corpus:
    """Clean a text, split it by characters at `train_ratio`, and encode both parts.

    The vocabulary is made for this text as `data.vocabulary` says, unless one is given (that of a resumed run).
    Raises `TextError` for an empty, blank or binary text.

    >>> corpus = build_corpus("Every effort moves you. " * 10, DataConfig(train_ratio=0.8))
    >>> corpus.train_ids.shape, corpus.val_ids.shape, corpus.vocabulary.size
    (torch.Size([41]), torch.Size([11]), 277)
    """
    text = clean_text(text)
    split = int(data.train_ratio * len(text))
    parts = text[:split], text[split:]
    if vocabulary is None:
        vocabulary = find_vocabulary(data.vocabulary, *parts)
    train_ids, val_ids = (torch.tensor(encode(part, vocabulary.tokenizer), dtype=torch.long) for part in parts)
    return Corpus(text, vocabulary, train_ids, val_ids, split)


@dataclass(frozen=True)
class CorpusStats:
    """What a text amounts to: its size, and the windows and batches one epoch makes of it."""

    characters: int
    tokens: int
    different_tokens: int
    vocab_size: int
    train_tokens: int
    val_tokens: int
    train_windows: int
    val_windows: int
    train_batches: int
    val_batches: int


def corpus_stats(corpus: Corpus, data: DataConfig, context_length: int) -> CorpusStats:
    """Count characters, tokens, windows and batches (book, chapters 2 and 5).

    >>> stats = corpus_stats(build_corpus("Every effort moves you. " * 10, DataConfig()), DataConfig(), 4)
    >>> stats.tokens, stats.different_tokens, stats.train_windows, stats.train_batches, stats.val_batches
    (51, 7, 11, 5, 1)
    """
    whole = torch.tensor(encode(corpus.text, corpus.tokenizer), dtype=torch.long)  # the cut may lie inside a word
    train_windows, val_windows = (count_windows(len(ids), context_length, data.stride) for ids in _parts(corpus))
    return CorpusStats(
        characters=len(corpus.text),
        tokens=len(whole),
        different_tokens=len(whole.unique()),
        vocab_size=corpus.vocabulary.size,
        train_tokens=len(corpus.train_ids),
        val_tokens=len(corpus.val_ids),
        train_windows=train_windows,
        val_windows=val_windows,
        train_batches=train_windows // data.batch_size if data.drop_last else -(-train_windows // data.batch_size),
        val_batches=-(-val_windows // data.batch_size),
    )


def _parts(corpus: Corpus) -> tuple[Tensor, Tensor]:
    return corpus.train_ids, corpus.val_ids


def count_windows(n_tokens: int, context_length: int, stride: int | None = None) -> int:
    """Windows of `context_length` inputs in `n_tokens`, each with its targets one further on (book, chapter 2).

    >>> count_windows(4 * 256, 256), count_windows(4 * 256 + 1, 256)
    (3, 4)
    """
    return max(0, -(-(n_tokens - context_length) // (stride or context_length)))


def check_long_enough(corpus: Corpus, data: DataConfig, context_length: int) -> None:
    """Refuse a text whose training part fills no batch or whose validation part fills no window.

    The `TextError` says how many tokens are missing and which context length would do.

    >>> check_long_enough(build_corpus("Every effort moves you. " * 10, DataConfig()), DataConfig(), 8)
    Traceback (most recent call last):
    playground.errors.TextError: Too short: the validation part has 6 tokens and needs 9, so 3 are missing; use a longer
    text, or a context length of at most 5.
    """
    stride = data.stride or context_length
    train_windows = data.batch_size if data.drop_last else 1
    parts = (("training", len(corpus.train_ids), train_windows), ("validation", len(corpus.val_ids), 1))
    short = [(name, n, (w - 1) * stride + context_length + 1) for name, n, w in parts]
    short = [(name, n, needed) for name, n, needed in short if n < needed]
    if not short:
        return
    name, n, needed = max(short, key=lambda part: part[2] - part[1])
    # A window's inputs and the last target: w · context + 1 tokens, or with a stride of one's own, the last one's end.
    fits = min((n - 1) // w if data.stride is None else n - 1 - (w - 1) * stride for _, n, w in parts)
    way_out = f"use a longer text, or a context length of at most {fits}" if fits > 0 else "use a longer text"
    raise TextError(
        f"Too short: the {name} part has {n:,} tokens and needs {needed:,}, so {needed - n:,} are missing; {way_out}."
    )
