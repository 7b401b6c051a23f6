"""The server functions of the Evaluate tab (see `playground/ui/exchange.py`)."""

import json
from typing import Any, Literal

from cachetools import LRUCache
from pydantic import Field

from playground.cost import measure_step_s
from playground.errors import PlaygroundError
from playground.evaluation.chapter.costs import run_cost
from playground.evaluation.chapter.exercises import losses_on_the_verdict, published_run, train_saved_and_on
from playground.evaluation.chapter.figures import exact_figures
from playground.evaluation.over_time import over_time
from playground.evaluation.reports import Source, honesty, learned, table_row
from playground.evaluation.windows import Reading
from playground.evaluation.work import Work, Works
from playground.training.runs.results.kept import KeptResults
from playground.training.runs.run import ModelVersion
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.tabs.decoding.worker import Worker
from playground.ui.tabs.evaluate.models import MAX_OWN_CHARACTERS, Models
from playground.ui.tabs.evaluate.own_texts import FileId, FileQuery, OwnTexts
from playground.ui.tabs.evaluate.passage import Microscope, PassageQuery
from playground.ui.tabs.generate.start import parse_checkpoint

_MAX_BEGUN = 64


class WholeRunQuery(Query):
    """A run, over all its steps."""

    run: str = Field(max_length=300)


class RunQuery(WholeRunQuery):
    """A run and one of its steps."""

    step: str = Field(default="last", max_length=40)


class RowQuery(RunQuery):
    """One row of the table: a model, and the text that it is measured on."""

    source: Source
    text: str = Field(default="", max_length=MAX_OWN_CHARACTERS)
    file: str = FileId
    reading: Reading = "sliding"


class LearnedQuery(WholeRunQuery):
    """A passage, looked at over the steps of a run."""

    source: Source
    text: str = Field(default="", max_length=MAX_OWN_CHARACTERS)
    file: str = FileId
    start: int = Field(default=0, ge=0, le=2**53)


class CheckQuery(Query):
    """One of the chapter's checks: its figures, exercise 5.4, or 5.5 and 5.6 by the size of their weights."""

    name: Literal["figures", "continue", "gpt2-124M", "gpt2-1558M"]


class EvaluateServer:
    """What the tab asks for. All but `passage` and `own_text` answer `{"progress": share}` until they are done."""

    def __init__(self, context: Context) -> None:
        self._models = Models(context)
        self._store, self._root = context.store, context.store.root
        self._works = Works()
        self._begun: LRUCache[str, str] = LRUCache(_MAX_BEGUN)  # the key of a work that was begun, by its name
        self._own_texts = OwnTexts()
        self._microscope = Microscope(self._models, self._works, self._own_texts)
        self._worker = Worker()

    def passage(self, query: PassageQuery) -> dict[str, Any]:
        """A passage with the loss of every token (see `Microscope.passage`)."""
        return self._worker.run(lambda: self._microscope.passage(query))

    def own_text(self, query: FileQuery) -> dict[str, Any]:
        """Read an own file (see `OwnTexts.read`)."""
        return self._own_texts.read(query)

    def row(self, query: RowQuery) -> dict[str, Any]:
        """A row of the table (see `table_row`)."""
        step = self._step(query)
        text = self._own_texts.text(query.file, query.text)
        arguments = self._root, query.run, step, query.source, text, query.reading
        return self._kept("row", query, self._version(query, step), table_row, *arguments)

    def honesty(self, query: RunQuery) -> dict[str, Any]:
        """Reliability, best temperature and losses in groups (see `playground.evaluation.reports`)."""
        step = self._step(query)
        return self._kept("honesty", query, self._version(query, step), honesty, self._root, query.run, step)

    def cost(self, query: RunQuery) -> dict[str, Any]:
        """A run's model and training beside the known ones (see `playground.evaluation.chapter.costs`)."""
        step = self._step(query)
        return self._works.ask(self._name(f"cost {step}", query), run_cost, self._root, query.run, step, measure_step_s)

    def learned(self, query: LearnedQuery) -> dict[str, Any]:
        """When each word of a passage was learned (see `playground.evaluation.reports`)."""
        text = self._own_texts.text(query.file, query.text)
        arguments = self._root, query.run, query.source, text, query.start
        return self._kept("learned", query, self._all_versions(query), learned, *arguments)

    def over_time(self, query: WholeRunQuery) -> dict[str, Any]:
        """How the model changed while it was trained (see `playground.evaluation.over_time`)."""
        return self._kept("over time", query, self._all_versions(query), over_time, self._root, query.run)

    def cancel_over_time(self, query: WholeRunQuery) -> dict[str, Any]:
        """End the work on a run."""
        return self._cancel("over time", query)

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
        return self._works.ask(f"check {size}", losses_on_the_verdict, self._root, size)

    def cancel_check(self, query: CheckQuery) -> dict[str, Any]:
        """End a check."""
        self._works.cancel(f"check {query.name}")
        return {}

    def cancel_row(self, query: RowQuery) -> dict[str, Any]:
        """End the measuring of a row."""
        return self._cancel("row", query)

    def cancel_learned(self, query: LearnedQuery) -> dict[str, Any]:
        """End the work on a passage."""
        return self._cancel("learned", query)

    def _version(self, query: WholeRunQuery, *steps: int) -> list[ModelVersion]:
        run = self._models.open(query.run)
        return [run.model_version(step) for step in steps]

    def _all_versions(self, query: WholeRunQuery) -> list[ModelVersion]:
        """Those of all steps of a run, which become more while it is trained."""
        return self._version(query, *self._models.open(query.run).model_steps())

    def _kept(
        self, what: str, query: WholeRunQuery, versions: list[ModelVersion], work: Work, *arguments: Any
    ) -> dict[str, Any]:
        """The result of a work that was kept beside the run, or else as `Works.ask`; own texts stay in memory.

        A work that has begun is finished, although the run may have newer models by then.
        """
        name = self._name(what, query)
        key = json.dumps([name, versions])
        kept = KeptResults(self._models.open(query.run).folder)
        is_kept = getattr(query, "source", "") != "own"
        result = kept.read(key) if is_kept else None
        if result is None:
            begun = self._begun.get(name)
            key = self._begun[name] = begun if begun is not None and self._works.is_active(begun) else key
            try:
                result = self._works.ask(key, work, *arguments)
            except PlaygroundError:
                self._begun.pop(name, None)
                raise
            if "progress" not in result:
                self._begun.pop(name, None)
                if is_kept:
                    kept.write(key, result)
        return result

    def _cancel(self, what: str, query: WholeRunQuery) -> dict[str, Any]:
        key = self._begun.pop(self._name(what, query), None)
        if key is not None:
            self._works.cancel(key)
        return {}

    def _name(self, what: str, query: WholeRunQuery) -> str:
        """Names a work; a new run with the name of a deleted one has another time of creation."""
        created = self._models.open(query.run).spec.created
        return json.dumps([what, created, query.model_dump()], sort_keys=True)

    def _step(self, query: RunQuery) -> int:
        return self._models.open(query.run).find_model(parse_checkpoint(query.step))
