"""The memorisation meter: which parts of a text stand word for word in the text that its run was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Annotated, Any

import tiktoken
from cachetools import LRUCache
from pydantic import Field
from torch import Tensor

from playground.errors import SettingsError
from playground.sampling.copies import CharacterOffsets, CopyIndex, Match
from playground.text.tokenizer import token_ids_to_text
from playground.training.runs.history import read_history
from playground.training.runs.run import Run
from playground.ui.context import Context
from playground.ui.exchange import Query

MIN_SPAN_TOKENS = 2
"""Shorter spans are not sent to the page."""
CONTEXT_TOKENS = 24
"""Tokens shown before and after a span in the run's text."""
MAX_RUNS = 2
"""Runs whose texts stay indexed in memory."""
MAX_TOKENS = 20_000
"""Longest text that is looked up."""


class CopiedQuery(Query):
    """A text, and the run and step whose model wrote it."""

    run: str = Field(max_length=200)
    step: int
    ids: list[Annotated[int, Field(strict=True, ge=0)]] = Field(max_length=MAX_TOKENS)


@dataclass(frozen=True)
class _Part:
    """One part of a run's text, indexed."""

    name: str
    ids: Tensor
    first_character: int
    index: CopyIndex
    offsets: CharacterOffsets

    def span(self, match: Match, tokenizer: tiktoken.Encoding) -> dict[str, Any]:
        """A match as the page shows it: its tokens in the written text, and its position in the run's text."""
        start, end = match.position, match.position + match.length
        return {
            "start": match.start,
            "end": match.end,
            "part": self.name,
            "character": self.first_character + self.offsets.characters(start, end)[0],
            "before": _text(self.ids[max(0, start - CONTEXT_TOKENS) : start], tokenizer),
            "text": _text(self.ids[start:end], tokenizer),
            "after": _text(self.ids[end : end + CONTEXT_TOKENS], tokenizer),
        }


class CopyFinder:
    """Looks texts up in the texts of runs. Indexing one takes seconds, so the indexes of a few runs stay in memory."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts: LRUCache[tuple[str, float, str], list[_Part]] = LRUCache(MAX_RUNS)
        self._lock = Lock()

    def copied(self, query: CopiedQuery) -> dict[str, Any]:
        """`spans` of the ids that stand in the run's text, the longest only, and the losses of both parts at the step.

        Raises `RunError` for an unknown run, `SettingsError` for ids that are not in its vocabulary.
        """
        run = self._context.store.open(query.run)
        if any(token >= run.tokenizer.n_vocab for token in query.ids):
            raise SettingsError(f"Only texts of at most {MAX_TOKENS:,} tokens of this run can be looked up.")
        spans = [span for name in ("train", "val") for span in self.spans(run, query.ids, MIN_SPAN_TOKENS, name)]
        return {"spans": spans, **losses_at(run, query.step)}

    def spans(self, run: Run, ids: Sequence[int], length: int, part_name: str = "train") -> list[dict[str, Any]]:
        """The longest spans of the ids, of at least `length` tokens, that stand in a part of the run's text."""
        tokenizer = run.tokenizer
        (part,) = (part for part in self._parts_of(run, tokenizer) if part.name == part_name)
        return [part.span(match, tokenizer) for match in part.index.find(ids).spans(length)]

    def copied_share(self, run_name: str, ids: Sequence[int], length: int) -> float:
        """Share of the ids that lie in a span of at least `length` tokens of the training text."""
        run = self._context.store.open(run_name)
        train, _ = self._parts_of(run, run.tokenizer)
        return train.index.find(ids).share(length)

    def _parts_of(self, run: Run, tokenizer: tiktoken.Encoding) -> list[_Part]:
        """The training and the validation part of a run's text."""
        key = (run.name, run.spec.created, run.spec.text_sha256)  # another run may get the name
        with self._lock:  # a second caller waits for the index instead of making it again
            parts = self._parts.get(key)
            if parts is None:
                corpus = run.corpus()
                texts = (("train", corpus.train_ids, 0), ("val", corpus.val_ids, corpus.split))
                parts = [
                    _Part(name, ids, first, CopyIndex(ids), CharacterOffsets(ids, tokenizer))
                    for name, ids, first in texts
                ]
                self._parts[key] = parts
            return parts


def losses_at(run: Run, step: int) -> dict[str, float | None]:
    """Training and validation loss of the last evaluation up to `step`; None if there is none."""
    last = read_history(run, with_steps=False).evaluated_by(step)
    return {"train_loss": last.train_loss if last else None, "val_loss": last.val_loss if last else None}


def _text(ids: Tensor, tokenizer: tiktoken.Encoding) -> str:
    """The text of ids, without the incomplete characters at its ends."""
    return token_ids_to_text(ids.long(), tokenizer).strip("\ufffd")
