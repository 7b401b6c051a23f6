"""A text ready for training: its vocabulary, its two parts as token ids, and their numbers of windows and batches."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tiktoken
import torch
from torch import Tensor

from playground.config import DataConfig
from playground.errors import TextError
from playground.text.tokenizer import Vocabulary, encode, encode_to_array, find_vocabulary
from playground.text.upload import clean_text

_CHUNK = 1 << 20  # tokens that are counted at a time
_WORD_END = re.compile("[!-~](?=[ \n])")  # GPT-2's pattern always splits between a word and a space


class TextTooShortError(TextError):
    """A text has too few tokens for one batch of the chosen context length."""

    def __init__(self, message: str, longest_context_length: int | None) -> None:
        super().__init__(message)
        self.longest_context_length = longest_context_length
        """The longest context length that the text is long enough for; None: not even 1."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text with its vocabulary and ids: the first part is for training, the rest for validation (book, chapter 5)."""

    source: str | Path
    """The text itself, or the UTF-8 file of a large one."""
    vocabulary: Vocabulary
    train_ids: Tensor
    """(T,) int64; for a large text uint16, memory-mapped from a file."""
    val_ids: Tensor
    """(T,), as above."""
    characters: int
    split: int
    """Number of characters in the training part."""
    sha256: str
    """SHA-256 of the text in UTF-8, as 64 hexadecimal digits."""

    @property
    def tokenizer(self) -> tiktoken.Encoding:
        """The tokenizer of the vocabulary."""
        return self.vocabulary.tokenizer

    @property
    def text(self) -> str:
        """The whole text; a large one is read from its file each time."""
        return self.source if isinstance(self.source, str) else self.source.read_bytes().decode()

    @property
    def train_text(self) -> str:
        """The training part."""
        return self.text[: self.split]

    @property
    def val_text(self) -> str:
        """The validation part, which the model is not trained on."""
        return self.text[self.split :]


def build_corpus(text: str, data: DataConfig, vocabulary: Vocabulary | None = None) -> Corpus:
    """Clean a text, split it by characters at `train_ratio`, and encode both parts.

    The vocabulary is made from the whole text as `data.vocabulary` says, unless one is given (that of a resumed run). A
    word that the split cuts in two may become smaller tokens than with all of GPT-2. Raises `TextError` for an empty,
    blank or binary text.

    >>> corpus = build_corpus("Every effort moves you. " * 10, DataConfig(train_ratio=0.8))
    >>> corpus.train_ids.shape, corpus.val_ids.shape, corpus.vocabulary.size
    (torch.Size([41]), torch.Size([11]), 277)
    """
    text = clean_text(text)
    split = int(data.train_ratio * len(text))
    parts = text[:split], text[split:]
    if vocabulary is None:
        vocabulary = find_vocabulary(data.vocabulary, text)
    tokenizer = vocabulary.tokenizer
    train_ids, val_ids = (torch.from_numpy(encode_to_array(part, tokenizer).astype(np.int64)) for part in parts)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Corpus(text, vocabulary, train_ids, val_ids, len(text), split, sha256)


@dataclass(frozen=True)
class CorpusStats:
    """The size of a text, and the windows and batches of one epoch."""

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

    @classmethod
    def of(
        cls,
        data: DataConfig,
        context_length: int,
        *,
        characters: int,
        different_tokens: int,
        vocab_size: int,
        train_tokens: int,
        val_tokens: int,
        tokens: int | None = None,
    ) -> "CorpusStats":
        """Compute windows and batches from the counts; `tokens` of the whole text, if not the sum of both parts."""
        train_windows = count_windows(train_tokens, context_length, data.stride)
        val_windows = count_windows(val_tokens, context_length, data.stride)
        return cls(
            characters=characters,
            tokens=train_tokens + val_tokens if tokens is None else tokens,
            different_tokens=different_tokens,
            vocab_size=vocab_size,
            train_tokens=train_tokens,
            val_tokens=val_tokens,
            train_windows=train_windows,
            val_windows=val_windows,
            train_batches=train_windows // data.batch_size if data.drop_last else -(-train_windows // data.batch_size),
            val_batches=-(-val_windows // data.batch_size),
        )


def corpus_stats(corpus: Corpus, data: DataConfig, context_length: int) -> CorpusStats:
    """Count characters, tokens, windows and batches (book, chapters 2 and 5).

    >>> stats = corpus_stats(build_corpus("Every effort moves you. " * 10, DataConfig()), DataConfig(), 4)
    >>> stats.tokens, stats.different_tokens, stats.train_windows, stats.train_batches, stats.val_batches
    (51, 7, 11, 5, 1)
    """
    counts = _token_counts(corpus)
    return CorpusStats.of(
        data,
        context_length,
        characters=corpus.characters,
        tokens=int(counts.sum()),
        different_tokens=int(counts.count_nonzero()),
        vocab_size=corpus.vocabulary.size,
        train_tokens=len(corpus.train_ids),
        val_tokens=len(corpus.val_ids),
    )


def _token_counts(corpus: Corpus) -> Tensor:
    """How often each token occurs in the whole text (V,).

    If the split cuts a word, its halves have other tokens than the word, so the words around the split are encoded
    again as a whole. For a text in a file, where one word makes no difference, they are not.
    """

    def count(ids: Tensor) -> Tensor:
        return torch.bincount(ids.long(), minlength=corpus.vocabulary.size)

    counts = count(corpus.train_ids[:0])
    for ids in (corpus.train_ids, corpus.val_ids):
        for chunk in ids.split(_CHUNK):
            counts += count(chunk)
    if isinstance(corpus.source, str):
        text, split = corpus.source, corpus.split
        before = [word.end() for word in _WORD_END.finditer(text, max(0, split - 1000), split)]
        after = _WORD_END.search(text, split)
        start, end = before[-1] if before else 0, after.end() if after else len(text)
        for words, sign in ((text[start:split], -1), (text[split:end], -1), (text[start:end], 1)):
            counts += sign * count(torch.tensor(encode(words, corpus.tokenizer), dtype=torch.long))
    return counts


def count_windows(n_tokens: int, context_length: int, stride: int | None = None) -> int:
    """Windows of `context_length` inputs in `n_tokens`, each with its targets one further on (book, chapter 2).

    >>> count_windows(4 * 256, 256), count_windows(4 * 256 + 1, 256)
    (3, 4)
    """
    return max(0, -(-(n_tokens - context_length) // (stride or context_length)))


def check_long_enough(corpus: Corpus, data: DataConfig, context_length: int) -> None:
    """Raise `TextTooShortError` if the training part has no full batch or the validation part no window.

    The message says how many tokens are missing and which context length would work.

    >>> check_long_enough(build_corpus("Every effort moves you. " * 10, DataConfig()), DataConfig(), 8)
    Traceback (most recent call last):
    playground.text.corpus.TextTooShortError: Too short: the validation part has 6 tokens and needs 9, so 3 are missing;
    use a longer text, or a context length of at most 5.
    """
    stride = data.stride or context_length
    train_windows = data.batch_size if data.drop_last else 1
    parts = (("training", len(corpus.train_ids), train_windows), ("validation", len(corpus.val_ids), 1))
    needs = [(name, n, (windows - 1) * stride + context_length + 1) for name, n, windows in parts]
    short = [(name, n, needed) for name, n, needed in needs if n < needed]
    if not short:
        return
    name, n, needed = max(short, key=lambda part: part[2] - part[1])
    # w windows and the last target need w · context + 1 tokens; a stride that was set is not shortened
    longest = min((n - 1) // w if data.stride is None else n - 1 - (w - 1) * stride for _, n, w in parts)
    advice = f"use a longer text, or a context length of at most {longest}" if longest > 0 else "use a longer text"
    raise TextTooShortError(
        f"Too short: the {name} part has {n:,} tokens and needs {needed:,}, so {needed - n:,} are missing; {advice}.",
        longest if longest > 0 else None,
    )
