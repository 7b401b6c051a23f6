"""The memorisation meter's numbers: what of a text stands word for word in the training or in the validation text."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import tiktoken
from torch import Tensor

from playground.errors import SettingsError
from playground.sampling.copies import CharacterOffsets, CopyIndex, Match
from playground.text.tokenizer import token_ids_to_text
from playground.training.runs.history import read_history
from playground.training.runs.store import Run
from playground.ui.context import Context

SHORTEST = 2
"""Tokens of the shortest span that the page is told of."""
AROUND = 24
"""Tokens shown on either side of a place in the training text."""
KEPT_RUNS = 2
"""Runs whose texts stay indexed."""
LONGEST = 20_000
"""Tokens of a text that are looked up at most."""


@dataclass(frozen=True)
class _Part:
    """One part of a run's text, ready to be searched."""

    name: str
    ids: Tensor
    first_character: int
    index: CopyIndex
    places: CharacterOffsets

    def span(self, match: Match, tokenizer: tiktoken.Encoding) -> dict[str, Any]:
        """A match as the page shows it: where it lies in the written text, and where it stands in this part."""
        place, end = match.position, match.position + match.length
        return {
            "start": match.start,
            "end": match.end,
            "part": self.name,
            "character": self.first_character + self.places.characters(place, end)[0],
            "before": _text(self.ids[max(0, place - AROUND) : place], tokenizer),
            "text": _text(self.ids[place:end], tokenizer),
            "after": _text(self.ids[end : end + AROUND], tokenizer),
        }


class Memory:
    """Looks texts up in what runs were trained on; the indexes of a few runs are kept."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts: OrderedDict[tuple[str, str], list[_Part]] = OrderedDict()
        self._lock = Lock()

    def copied(self, run_name: str, step: int, ids: list[int]) -> dict[str, Any]:
        """`spans` of the ids that stand in the run's text, the longest only, and the losses of both parts at `step`.

        Raises `RunError` for an unknown run, `SettingsError` for ids that are not its own.
        """
        run = self._context.store.open(run_name)
        tokenizer = run.tokenizer
        if len(ids) > LONGEST or not all(type(i) is int and 0 <= i < tokenizer.n_vocab for i in ids):
            raise SettingsError(f"Only texts of at most {LONGEST:,} tokens of this run can be looked up.")
        spans = [
            part.span(match, tokenizer)
            for part in self._parts_of(run, tokenizer)
            for match in part.index.find(ids).spans(SHORTEST)
        ]
        return {"spans": spans, **losses(run, step)}

    def share(self, run_name: str, ids: Sequence[int], length: int) -> float:
        """Share of the ids that lie in a run of at least `length` copied from the training text."""
        run = self._context.store.open(run_name)
        train, _ = self._parts_of(run, run.tokenizer)
        return train.index.find(ids).share(length)

    def _parts_of(self, run: Run, tokenizer: tiktoken.Encoding) -> list[_Part]:
        key = (run.name, run.spec.text_sha256)
        with self._lock:  # whoever asks second waits for the index instead of making it twice
            if key not in self._parts:
                corpus = run.corpus()
                parts = (("train", corpus.train_ids, 0), ("val", corpus.val_ids, corpus.split))
                self._parts[key] = [
                    _Part(name, ids, first, CopyIndex(ids), CharacterOffsets(ids, tokenizer))
                    for name, ids, first in parts
                ]
            self._parts.move_to_end(key)
            while len(self._parts) > KEPT_RUNS:
                self._parts.popitem(last=False)
            return self._parts[key]


def losses(run: Run, step: int) -> dict[str, float | None]:
    """Training and validation loss at the last evaluation up to `step`; None where there was none."""
    last = read_history(run).evaluated_by(step)
    return {"train_loss": last and last.train_loss, "val_loss": last and last.val_loss}


def _text(ids: Tensor, tokenizer: tiktoken.Encoding) -> str:
    """Text of a stretch of ids, without the half characters at its ends."""
    return token_ids_to_text(ids.long(), tokenizer).strip("\ufffd")
