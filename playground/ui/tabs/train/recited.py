"""Recited words: which pieces of a run's samples stand word for word in its training text, and where."""

from threading import Lock
from typing import Annotated, Any

from cachetools import LRUCache
from pydantic import Field

from playground.sampling.copies import COPIED_TOKENS
from playground.text.tokenizer import StreamingDecoder, encode
from playground.training.runs.run import Run
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.tabs.generate.copied import CopyFinder

MAX_TEXT_BYTES = 5_000_000
"""Largest training text that is indexed for this, as that takes time of the processor that a training needs."""
MAX_REMEMBERED = 512
"""Samples whose pieces stay in memory."""

Text = Annotated[str, Field(max_length=8_000)]


class RecitedQuery(Query):
    """Samples of a run."""

    run: str = Field(max_length=300)
    texts: list[Text] = Field(max_length=20)


class RecitedSamples:
    """Finds recited pieces of samples; every sample is looked up once."""

    def __init__(self, context: Context, copies: CopyFinder) -> None:
        self._context, self._copies = context, copies
        self._pieces: LRUCache[tuple[str, float, str, str], list[dict[str, Any]]] = LRUCache(MAX_REMEMBERED)
        self._lock = Lock()

    def recited(self, query: RecitedQuery) -> dict[str, Any]:
        """`pieces` of each text; joined, they are the text. `source` of a piece is a passage of the training text.

        Raises `RunError` for an unknown run. Without an index (a text that is not read yet, or too large) a text is one
        piece.
        """
        run = self._context.store.open(query.run)
        file = run.folder / "text.txt"
        if run.is_unread or not file.is_file() or file.stat().st_size > MAX_TEXT_BYTES:
            return {"pieces": [[_piece(text)] for text in query.texts]}
        key = run.name, run.spec.created, run.spec.text_sha256  # another run may get the name
        return {"pieces": [self._pieces_of(run, (*key, text)) for text in query.texts]}

    def _pieces_of(self, run: Run, key: tuple[str, float, str, str]) -> list[dict[str, Any]]:
        with self._lock:
            known = self._pieces.get(key)
        if known is None:
            known = self._find(run, key[-1])
            with self._lock:
                self._pieces[key] = known
        return known

    def _find(self, run: Run, text: str) -> list[dict[str, Any]]:
        tokenizer = run.tokenizer
        ids = encode(text, tokenizer)
        spans = self._copies.spans(run, ids, COPIED_TOKENS)
        decoder = StreamingDecoder(tokenizer)
        texts = [decoder.push(token) for token in ids]  # a character of several tokens belongs to the last of them
        texts.append(decoder.finish())
        pieces: list[dict[str, Any]] = []
        at = 0
        for span in spans:  # sorted by start; of two that overlap, the first has the tokens of both
            start = max(at, span["start"])
            pieces += [_piece("".join(texts[at:start])), _piece("".join(texts[start : span["end"]]), span)]
            at = span["end"]
        pieces.append(_piece("".join(texts[at:])))
        return [piece for piece in pieces if piece["text"]]


def _piece(text: str, span: dict[str, Any] | None = None) -> dict[str, Any]:
    if span is None:
        return {"text": text, "source": None}
    passage = {name: span[name] for name in ("before", "text", "after")}
    return {"text": text, "source": {**passage, "tokens": span["end"] - span["start"]}}
