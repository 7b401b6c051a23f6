"""The microscope: a passage of a run's text, of an own one, or the chapter's two sentences."""

import math
from typing import Any, Literal

from pydantic import Field

from playground.errors import TextError
from playground.evaluation.passage import chapter_passage, describe, mean_loss, read_passage
from playground.evaluation.reports import PASSAGE_TOKENS, Source
from playground.evaluation.work import Works
from playground.text.tokenizer import StreamingDecoder
from playground.ui.exchange import Query
from playground.ui.tabs.evaluate.models import MAX_OWN_CHARACTERS, Looked, Models
from playground.ui.tabs.evaluate.own_texts import FileId, OwnTexts


class PassageQuery(Query):
    """Which passage of which text, and whose model reads it; `chapter` are the book's two sentences."""

    run: str = Field(default="", max_length=300)
    step: str = Field(default="last", max_length=40)
    source: Source | Literal["chapter"]
    text: str = Field(default="", max_length=MAX_OWN_CHARACTERS)
    file: str = FileId
    start: int = Field(default=0, ge=0, le=2**53)
    """The first token of the passage."""


class Microscope:
    """The server function of the microscope."""

    def __init__(self, models: Models, works: Works, own_texts: OwnTexts) -> None:
        self._models, self._works, self._own_texts = models, works, own_texts

    def passage(self, query: PassageQuery) -> dict[str, Any]:
        """The passage (see `describe`), whose `model` at which `step`, and losses to compare its mean with.

        `references`: names and mean losses, in nats, on the same tokens: `uniform` (blind guessing, ln V), and for a
        run's model with a training text `unigram`, `bigram`, and `untrained` if the weights of step 0 were kept.
        `before`: for an uploaded file, which the browser does not have, the tokens before the passage.
        """
        if query.source == "chapter":
            return self._works.ask("chapter", chapter_passage)
        looked = self._models.look(query.run, query.step, query.source, self._own_texts.text(query.file, query.text))
        if len(looked.ids) < 2:
            raise TextError("The text has one token; a loss needs a second one to be predicted.")
        start = min(query.start, len(looked.ids) - 1)
        start -= start % PASSAGE_TOKENS
        found = read_passage(looked.model, looked.ids, start)
        before = max(0, start - 1)
        with_context = looked.ids[before : start + len(found.ids)].long()
        references: dict[str, float | None] = {"uniform": math.log(looked.run.spec.model.vocab_size)}
        if looked.run.spec.has_text:
            baselines, first = self._models.baselines(looked.run), self._models.first(looked.run)
            references |= {
                "unigram": float(baselines.unigram_losses(with_context).mean()),
                "bigram": float(baselines.bigram_losses(with_context).mean()),
                "untrained": mean_loss(read_passage(first, looked.ids, start)) if first else None,
            }
        return describe(found, looked.tokenizer, start, len(looked.ids)) | {
            "step": looked.step,
            "model": looked.run.spec.shown_name,
            "references": references,
            "before": self._before(looked, start) if query.file else [],
        }

    def _before(self, looked: Looked, start: int) -> list[dict[str, Any]]:
        """The tokens before the passage that its tokens may see, each with its id `i` and text `t`."""
        decoder = StreamingDecoder(looked.tokenizer)
        first = max(0, start - looked.model.config.context_length)
        return [{"i": token, "t": decoder.push(token)} for token in looked.ids[first:start].tolist()]
