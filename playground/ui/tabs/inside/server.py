"""The server functions of the Inside tab and of the token panels (see `playground/ui/exchange.py`)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Annotated, Any, Literal

import tiktoken
from cachetools import LRUCache
from pydantic import Field
from torch import Tensor

from playground.config import DecodeConfig, WeightsName
from playground.errors import TextError
from playground.evaluation.heads import head_scores
from playground.evaluation.inside_reports import (
    attention_row,
    describe_effect,
    describe_heads,
    describe_look,
    describe_picture,
    each_effect,
    heads_over_steps,
    known_ids,
    texts_of,
    write_both,
)
from playground.evaluation.inspect import Look, effect_of, look, picture_of
from playground.evaluation.reports import Source
from playground.evaluation.work import Works
from playground.model.gpt import GPTModel
from playground.model.inside import SwitchedOff
from playground.sampling.reader import device_of
from playground.sampling.receipt import Receipt
from playground.text.tokenizer import encode, token_ids_to_text
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.place import MAX_PROMPT_CHARACTERS
from playground.ui.tabs.decoding.worker import Worker
from playground.ui.tabs.evaluate.models import MAX_OWN_CHARACTERS, Models
from playground.ui.tabs.generate.receipts import all_forms
from playground.ui.tabs.generate.start import load_model, parse_checkpoint

MAX_IDS = 20_000
WRITTEN_TOKENS = 24
_KEPT_LOOKS = 4  # each holds the inputs of all layers: 38 MB for 124M and 1,024 tokens

Id = Annotated[int, Field(strict=True, ge=0)]


class PlaceQuery(Query):
    """One token of a text under the model of a run at a step.

    `source`: the text is the `ids`, the `text` (of a prompt), or a part of the run's text, or an own `text`.
    """

    run: str = Field(max_length=300)
    step: str = Field(default="last", max_length=40)
    weights: WeightsName = "float32"
    source: Source | Literal["ids", "prompt"]
    ids: list[Id] = Field(default=[], max_length=MAX_IDS)
    text: str = Field(default="", max_length=MAX_OWN_CHARACTERS)
    place: int | None = Field(default=None, ge=0, le=2**53)
    """Which token; without it the likeliest one after the text."""
    seen_from: int = Field(default=0, ge=0, le=2**53)
    """The first token of the text that the model may see."""


class LookQuery(PlaceQuery):
    """The same, with whose attention is wanted: a head's, the mean over a layer's heads, or over all."""

    layer: int | None = Field(default=None, ge=0, le=1000)
    head: int | None = Field(default=None, ge=0, le=1000)


class OffQuery(PlaceQuery):
    """The same, with the parts to switch off; places of tokens are counted in what the model saw."""

    off: str = Field(default="", max_length=20_000)


class RunQuery(Query):
    """A run."""

    run: str = Field(max_length=300)


class StepQuery(RunQuery):
    """A run at a step."""

    step: str = Field(default="last", max_length=40)


class TextQuery(StepQuery):
    """A prompt under the vocabulary of a run."""

    text: str = Field(max_length=MAX_PROMPT_CHARACTERS)


@dataclass(frozen=True, eq=False)
class _Place:
    """A place that was found: the tokens up to it that the model may see, and the token itself if there is one."""

    run: str
    step: int
    weights: WeightsName
    model: GPTModel
    tokenizer: tiktoken.Encoding
    ids: list[int]
    at: int

    @property
    def key(self) -> tuple[Any, ...]:
        return (id(self.model), tuple(self.ids), self.at)


class InsideServer:
    """What the tab and the panels ask for. `each` and `history` answer `{"progress": share}` until they are done."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._models = Models(context)
        self._worker = Worker()
        self._works = Works()
        self._looks: LRUCache[Any, tuple[GPTModel, Look]] = LRUCache(_KEPT_LOOKS)
        self._scores: LRUCache[Any, tuple[GPTModel, dict[str, Any]]] = LRUCache(16)
        self._lock = Lock()

    @property
    def functions(self) -> list[Callable[..., dict[str, Any]]]:
        """All of them, for a widget that shows the inside."""
        views: list[Callable[..., dict[str, Any]]] = [self.look, self.attention, self.picture, self.heads]
        return [*views, self.without, self.write_on, self.each, self.tokens]

    @property
    def functions_of_tab(self) -> list[Callable[..., dict[str, Any]]]:
        """Those of the tab, which also looks at the steps of a run."""
        return [*self.functions, self.history, self.cancel_history]

    def tokens(self, query: TextQuery) -> dict[str, Any]:
        """`tokens` of a prompt (see `texts_of`), `context`: how many the model sees, and the `steps` that were kept."""
        run = self._models.open(query.run)
        ids = encode(query.text, run.tokenizer)
        if not ids:
            raise TextError("The prompt is empty; write something for the model to continue.")
        steps = run.model_steps()
        step = run.find_model(parse_checkpoint(query.step))
        size = run.spec.model.context_length
        return {"tokens": texts_of(ids, run.tokenizer), "context": size, "steps": steps, "step": step}

    def look(self, query: LookQuery) -> dict[str, Any]:
        """One place (see `describe_look`), `row`: the attention that is wanted, and whose `model` at which step."""

        def work() -> dict[str, Any]:
            place, found = self._look(query)
            row = self._row(found, query)
            return describe_look(found, place.tokenizer) | {"row": row, "model": place.run, "step": place.step}

        return self._worker.run(work)

    def attention(self, query: LookQuery) -> dict[str, Any]:
        """`row`: T shares of attention."""
        return self._worker.run(lambda: {"row": self._row(self._look(query)[1], query)})

    def picture(self, query: PlaceQuery) -> dict[str, Any]:
        """Places × layers (see `describe_picture`)."""

        def work() -> dict[str, Any]:
            place, found = self._look(query)
            return describe_picture(picture_of(place.model, found), place.tokenizer)

        return self._worker.run(work)

    def heads(self, query: StepQuery) -> dict[str, Any]:
        """What each head does (see `describe_heads`)."""

        def work() -> dict[str, Any]:
            model, _ = load_model(self._context, query.run, parse_checkpoint(query.step))
            with self._lock:
                kept = self._scores.get(id(model))
            if kept is None or kept[0] is not model:
                kept = (model, describe_heads(head_scores(model, among=known_ids(self._models.open(query.run)))))
                with self._lock:
                    self._scores[id(model)] = kept
            return kept[1]

        return self._worker.run(work)

    def without(self, query: OffQuery) -> dict[str, Any]:
        """What changes with parts switched off (see `describe_effect`)."""

        def work() -> dict[str, Any]:
            place, found = self._look(query)
            effect = effect_of(place.model, found, SwitchedOff.parse(query.off))
            return describe_effect(found, effect, place.tokenizer)

        return self._worker.run(work)

    def write_on(self, query: OffQuery) -> dict[str, Any]:
        """How the text goes on from before the place, token by token the likeliest: `whole`, `without`, and the receipt
        of the second as `json`, `python` and `command`."""

        def work() -> dict[str, Any]:
            place, off = self._place(query), SwitchedOff.parse(query.off)
            ids = place.ids[: place.at]
            start = max(0, len(ids) - place.model.config.context_length)
            off = replace(off, tokens=frozenset(token + start for token in off.tokens))
            whole, without, written = write_both(place.model, place.tokenizer, ids, off, WRITTEN_TOKENS)
            prompt = token_ids_to_text(ids, place.tokenizer)
            receipt = Receipt(
                run=place.run,
                step=place.step,
                text_sha256=self._context.store.open(place.run).spec.text_sha256,
                weights=place.weights,
                prompt=prompt,
                prompt_ids=() if encode(prompt, place.tokenizer) == ids else tuple(ids),
                decode=DecodeConfig(temperature=0, max_new_tokens=max(1, len(written)), switched_off=str(off) or None),
                ids=tuple(written),
                text=without,
                device=str(device_of(place.model)),
            )
            return {"whole": whole, "without": without, **all_forms(self._context, receipt)}

        return self._worker.run(work)

    def each(self, query: PlaceQuery) -> dict[str, Any]:
        """Every part alone, the strongest effect first (see `each_effect`)."""
        place = self._place(query)
        created = self._models.open(query.run).spec.created
        key = json.dumps(["each", query.run, created, place.step, place.weights, place.ids, place.at])
        root = self._context.store.root
        return self._works.ask(key, each_effect, root, place.run, place.step, place.weights, place.ids, place.at)

    def history(self, query: RunQuery) -> dict[str, Any]:
        """The scores of the heads over the steps of a run (see `heads_over_steps`)."""
        return self._works.ask(self._history_key(query), heads_over_steps, self._context.store.root, query.run)

    def cancel_history(self, query: RunQuery) -> dict[str, Any]:
        """End that work."""
        self._works.cancel(self._history_key(query))
        return {}

    def _history_key(self, query: RunQuery) -> str:
        run = self._models.open(query.run)
        return json.dumps(["history", query.run, run.spec.created, run.model_steps()])

    def _row(self, found: Look, query: LookQuery) -> list[float]:
        n_layers, n_heads, _ = found.attention.shape
        layer = None if query.layer is None else min(query.layer, n_layers - 1)  # of a link to a larger model
        head = None if query.head is None else min(query.head, n_heads - 1)
        return attention_row(found, layer, head)

    def _look(self, query: PlaceQuery) -> tuple[_Place, Look]:
        place = self._place(query)
        with self._lock:
            kept = self._looks.get(place.key)
        if kept is None or kept[0] is not place.model:
            kept = (place.model, look(place.model, place.ids, place.at))
            with self._lock:
                self._looks[place.key] = kept
        return place, kept[1]

    def _place(self, query: PlaceQuery) -> _Place:
        """Raises a `PlaygroundError` for what does not exist."""
        run = self._models.open(query.run)
        step = run.find_model(parse_checkpoint(query.step))
        model, tokenizer = load_model(self._context, query.run, step, query.weights)
        ids: Sequence[int] | Tensor
        if query.source == "ids":
            ids = query.ids
        elif query.source == "prompt":
            ids = encode(query.text, tokenizer)
        else:
            ids = self._models.ids(run, query.source, query.text)
        at = len(ids) if query.place is None else query.place
        if not 1 <= at <= len(ids) or not query.seen_from < at:
            raise TextError("Nothing stands before this token, so the model had nothing to look at; open a later one.")
        first = max(query.seen_from, at - model.config.context_length)
        seen = ids[first : at + 1]
        listed = seen.tolist() if isinstance(seen, Tensor) else list(seen)
        return _Place(query.run, step, query.weights, model, tokenizer, listed, at - first)
