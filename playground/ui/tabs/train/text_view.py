"""How a text becomes numbers: its tokens, its two parts, its windows with their targets, and its batches.

The answers are about a text in the form of the Train tab, before any training, or about the text of a run. They contain
one window and one batch at most, however large the text is.

B: windows per batch, T: tokens per window, W: windows of a part. Windows, epochs and batches are numbered from 1 here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal

import tiktoken
from cachetools import LRUCache
from pydantic import Field
from torch import Tensor

from playground.config import DataConfig
from playground.errors import TextError
from playground.text.corpus import Corpus
from playground.text.tokenizer import encode, token_text
from playground.training.loop.batches import Batches, batches_of
from playground.training.runs.run import Run
from playground.ui.context import Context
from playground.ui.exchange import Query

MAX_TOKENS = 1024
"""Tokens of a window that are sent to the page."""
MAX_ROWS, MAX_COLUMNS = 16, 64
"""Windows of a batch, and ids of each, that are sent to the page."""
MAX_WORD_CHARACTERS = 200
MAX_TEXTS = 2
"""Texts of runs whose ids stay in memory."""

_MAX_COUNTED = 1_000_000  # unused tokens whose characters are counted

PartName = Literal["train", "val"]


class TextQuery(Query):
    """Which window and which batch of a text to look at; numbers beyond the last mean the last. `word` is any text."""

    part: PartName = "train"
    window: int = Field(default=1, ge=1, le=2**53)
    epoch: int = Field(default=1, ge=1, le=1_000_000)
    batch: int = Field(default=1, ge=1, le=2**53)
    word: str = Field(default="", max_length=MAX_WORD_CHARACTERS)


class RunTextQuery(TextQuery):
    """The same for the text of a run."""

    run: str = Field(max_length=300)


class FormTextQuery(TextQuery):
    """The same for the text in the form; the answer repeats `number`, so that the page knows the latest."""

    number: int = Field(ge=0, le=2**53)


@dataclass(frozen=True)
class SeenText:
    """A text with the settings that say how a training reads it."""

    corpus: Corpus
    data: DataConfig
    context_length: int
    seed: int

    def batches(self) -> tuple[Batches, Batches]:
        """The batches of the training loop, for both parts; there may be none."""
        ids = self.corpus.train_ids, self.corpus.val_ids
        return batches_of(*ids, self.data, self.context_length, self.seed)

    def look(self, query: TextQuery) -> dict[str, Any]:
        """What a query asks for.

        - `vocabulary`: its `kind` and `size`. `word`: the tokens of the word, as [text, id].
        - `split`: characters, tokens, windows and unused tokens of both parts.
        - `window`: one of a part, or why there is none. `batch`: one of the training part, or why there is none.
        """
        train, val = self.batches()
        corpus = self.corpus
        return {
            "vocabulary": {"kind": corpus.vocabulary.kind, "size": corpus.vocabulary.size},
            "word": _tokens(encode(query.word, corpus.tokenizer), corpus.tokenizer),
            "split": {
                "train": self._sizes(corpus.train_ids, train, corpus.split),
                "val": self._sizes(corpus.val_ids, val, corpus.characters - corpus.split),
            },
            "window": self._window(query, train if query.part == "train" else val),
            "batch": self._batch(query, train),
        }

    def _sizes(self, ids: Tensor, batches: Batches, characters: int) -> dict[str, Any]:
        """The numbers of one part; `unused` tokens belong to no window, neither as input nor as target."""
        n_unused, pieces = self._unused(ids, len(batches.windows))
        unused_characters = _count_characters(pieces, self.corpus.tokenizer) if n_unused <= _MAX_COUNTED else None
        return {
            "characters": characters,
            "tokens": len(ids),
            "windows": len(batches.windows),
            "batches": len(batches),
            "unused": n_unused,
            "unused_characters": unused_characters,
        }

    def _unused(self, ids: Tensor, n_windows: int) -> tuple[int, list[Tensor]]:
        width = self.context_length + 1
        stride = self.data.stride or self.context_length
        if not n_windows:
            return len(ids), [ids]
        end = (n_windows - 1) * stride + width
        pieces = [ids[end:]]
        if stride > width and n_windows > 1:
            pieces.append(ids[: (n_windows - 1) * stride].unfold(0, stride, stride)[:, width:].reshape(-1))
        return sum(map(len, pieces)), pieces

    def _window(self, query: TextQuery, batches: Batches) -> dict[str, Any]:
        n_windows = len(batches.windows)
        if not n_windows:
            return {"part": query.part, "missing": self._too_short(query.part)}
        number = min(query.window, n_windows)
        ids = batches.windows[number - 1].tolist()  # T + 1
        tokens = _tokens(ids[: MAX_TOKENS + 1], self.corpus.tokenizer)
        return {
            "part": query.part,
            "number": number,
            "count": n_windows,
            "context_length": self.context_length,
            "first_token": (number - 1) * (self.data.stride or self.context_length) + 1,
            "inputs": tokens[:-1],
            "targets": tokens[1:],
        }

    def _batch(self, query: TextQuery, batches: Batches) -> dict[str, Any]:
        if not len(batches):
            return {"missing": self._no_batch(len(batches.windows))}
        number = min(query.batch, len(batches))
        start = (number - 1) * batches.batch_size
        chosen = batches.order(query.epoch - 1)[start : start + batches.batch_size].tolist()
        inputs, _ = next(batches.epoch(query.epoch - 1, number - 1))  # (B, T)
        return {
            "epoch": query.epoch,
            "number": number,
            "count": len(batches),
            "shape": list(inputs.shape),
            "windows": [window + 1 for window in chosen[:MAX_ROWS]],
            "ids": inputs[:MAX_ROWS, :MAX_COLUMNS].tolist(),
            "is_shuffled": batches.shuffle,
            "left_out": max(0, len(batches.windows) - len(batches) * batches.batch_size),
        }

    def _too_short(self, part: PartName) -> str:
        n = len(self.corpus.train_ids if part == "train" else self.corpus.val_ids)
        name = "training" if part == "train" else "validation"
        return (
            f"The {name} part has {_count(n, 'token')} and a window needs {self.context_length + 1:,}: "
            f"{self.context_length:,} to read and one more as the last target. Take a longer text or a shorter context."
        )

    def _no_batch(self, n_windows: int) -> str:
        return (
            f"A batch needs {_count(self.data.batch_size, 'window')} and the training part has {n_windows:,}. Take a "
            "longer text, a shorter context or a smaller batch."
        )


class RunTexts:
    """Looks at the texts of runs. Encoding a text of some megabytes takes a second, so those of a few runs are kept."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._texts: LRUCache[tuple[str, float, str], SeenText] = LRUCache(MAX_TEXTS)
        self._lock = Lock()

    def text(self, query: RunTextQuery) -> dict[str, Any]:
        """The answer of `SeenText.look` for a run; raises `RunError` for an unknown one, `TextError` for one unread."""
        return self._seen_text(self._context.store.open(query.run)).look(query)

    def _seen_text(self, run: Run) -> SeenText:
        if run.is_unread:
            raise TextError("The text of this run has not been read yet; look again when the training has begun.")
        spec = run.spec
        key = (run.name, spec.created, spec.text_sha256)  # another run may get the name
        with self._lock:  # a second caller waits for the ids instead of encoding the text again
            seen = self._texts.get(key)
            if seen is None:
                seen = SeenText(run.corpus(), spec.data, spec.model.context_length, spec.train.seed)
                self._texts[key] = seen
            return seen


def _tokens(ids: Iterable[int], tokenizer: tiktoken.Encoding) -> list[tuple[str, int]]:
    """Ids as (text, id); bytes that are only part of a character are shown as ⟨E2 82⟩."""
    return [(token_text(token, tokenizer), token) for token in ids]


def _count_characters(pieces: Iterable[Tensor], tokenizer: tiktoken.Encoding) -> int:
    """Characters that begin in the tokens: all bytes but those that continue a character."""
    return sum(byte & 0xC0 != 0x80 for ids in pieces for byte in tokenizer.decode_bytes(ids.tolist()))


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
