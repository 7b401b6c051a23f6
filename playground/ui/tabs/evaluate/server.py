"""The server functions of the Evaluate tab (see `playground/ui/exchange.py`)."""

import json
from typing import Any, Literal

from pydantic import Field

from playground.cost import measure_step_s
from playground.evaluation.chapter.costs import run_cost
from playground.evaluation.chapter.exercises import losses_on_the_verdict, published_run, train_saved_and_on
from playground.evaluation.chapter.figures import exact_figures
from playground.evaluation.over_time import over_time
from playground.evaluation.reports import Source, honesty, learned, table_row
from playground.evaluation.windows import Reading
from playground.evaluation.work import Works
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.tabs.decoding.worker import Worker
from playground.ui.tabs.evaluate.models import MAX_OWN_CHARACTERS, Models
from playground.ui.tabs.evaluate.passage import Microscope, PassageQuery
from playground.ui.tabs.generate.start import parse_checkpoint

MAX_ROWS = 24


class WholeRunQuery(Query):
    """A run, over all its steps."""

    run: str = Field(max_length=300)


class RunQuery(WholeRunQuery):
    """A run and one of its steps."""

    step: str = Field(default="last", max_length=40)


class RowQuery(RunQuery):
    """One row of the table: a model, and the text that it is measured on."""

    source: Source
    text: str = Field(default="", max_length=5_000_000)
    reading: Reading = "sliding"


class LearnedQuery(Query):
    """A passage, looked at over the steps of a run."""

    run: str = Field(max_length=300)
    source: Source
    text: str = Field(default="", max_length=MAX_OWN_CHARACTERS)
    start: int = Field(default=0, ge=0, le=2**53)


class CheckQuery(Query):
    """One of the chapter's checks: its figures, exercise 5.4, or 5.5 and 5.6 by the size of their weights."""

    name: Literal["figures", "continue", "gpt2-124M", "gpt2-1558M"]


class EvaluateServer:
    """What the tab asks for. All but `passage` answer `{"progress": share}` until they are done."""

    def __init__(self, context: Context) -> None:
        self._models = Models(context)
        self._store, self._root = context.store, context.store.root
        self._is_public = context.limits.is_public
        self._works = Works()
        self._microscope = Microscope(self._models, self._works)
        self._worker = Worker()

    def passage(self, query: PassageQuery) -> dict[str, Any]:
        """A passage with the loss of every token (see `Microscope.passage`)."""
        return self._worker.run(lambda: self._microscope.passage(query))

    def row(self, query: RowQuery) -> dict[str, Any]:
        """A row of the table (see `table_row`)."""
        step = self._step(query)
        key = self._key("row", query, step)
        return self._works.ask(key, table_row, self._root, query.run, step, query.source, query.text, query.reading)

    def honesty(self, query: RunQuery) -> dict[str, Any]:
        """Reliability, best temperature and losses in groups (see `playground.evaluation.reports`)."""
        step = self._step(query)
        return self._works.ask(self._key("honesty", query, step), honesty, self._root, query.run, step)

    def cost(self, query: RunQuery) -> dict[str, Any]:
        """A run's model and training beside the known ones (see `playground.evaluation.chapter.costs`)."""
        step = self._step(query)
        return self._works.ask(self._key("cost", query, step), run_cost, self._root, query.run, step, measure_step_s)

    def learned(self, query: LearnedQuery) -> dict[str, Any]:
        """When each word of a passage was learned (see `playground.evaluation.reports`)."""
        key = self._whole_key("learned", query)
        return self._works.ask(key, learned, self._root, query.run, query.source, query.text, query.start)

    def over_time(self, query: WholeRunQuery) -> dict[str, Any]:
        """How the model changed while it was trained (see `playground.evaluation.over_time`)."""
        return self._works.ask(self._whole_key("over time", query), over_time, self._root, query.run)

    def cancel_over_time(self, query: WholeRunQuery) -> dict[str, Any]:
        """End the work on a run."""
        self._works.cancel(self._whole_key("over time", query))
        return {}

    def check(self, query: CheckQuery) -> dict[str, Any]:
        """The chapter's figures or an exercise (see `playground.evaluation.chapter`)."""
        match query.name:
            case "figures":
                return self._works.ask("check figures", exact_figures)
            case "continue":
                return self._works.ask("check continue", train_saved_and_on)
            case size:
                return self._losses(size)

    def _losses(self, size: str) -> dict[str, Any]:
        run = published_run(self._store, size)
        if run is None:
            return {"missing": size}
        return self._works.ask(f"check {size}", losses_on_the_verdict, self._root, size, not self._is_public)

    def cancel_check(self, query: CheckQuery) -> dict[str, Any]:
        """End a check."""
        self._works.cancel(f"check {query.name}")
        return {}

    def cancel_row(self, query: RowQuery) -> dict[str, Any]:
        """End the measuring of a row."""
        self._works.cancel(self._key("row", query, self._step(query)))
        return {}

    def cancel_learned(self, query: LearnedQuery) -> dict[str, Any]:
        """End the work on a passage."""
        self._works.cancel(self._whole_key("learned", query))
        return {}

    def _step(self, query: RunQuery) -> int:
        return self._models.open(query.run).find_model(parse_checkpoint(query.step))

    def _whole_key(self, what: str, query: WholeRunQuery | LearnedQuery) -> str:
        """Names a work on all steps of a run, which become more while it is trained."""
        return self._key(what, query, self._models.open(query.run).model_steps()[-1:])

    def _key(self, what: str, query: Query, at: object) -> str:
        """Names a work; a new run with the name of a deleted one has another time of creation."""
        fields = query.model_dump()
        created = self._models.open(fields["run"]).spec.created
        return json.dumps([what, created, at, fields], sort_keys=True)
