"""The server functions of the decoding laboratory."""

import base64
from collections.abc import Callable
from typing import Any

from pydantic import Field

from playground.errors import SettingsError
from playground.ui.context import Context
from playground.ui.exchange import Query, server_function
from playground.ui.tabs.decoding.chapter import make_chapter, save_chapter
from playground.ui.tabs.decoding.draws import make_draws
from playground.ui.tabs.decoding.exercises import answer_exercise
from playground.ui.tabs.decoding.picture import make_picture
from playground.ui.tabs.decoding.source import Source, Sources, read_tokens
from playground.ui.tabs.decoding.stage_order import compare_orders
from playground.ui.tabs.decoding.state import LabState
from playground.ui.tabs.decoding.sweep import make_sweep
from playground.ui.tabs.decoding.worker import Worker


class SaveQuery(Query):
    """Which words the saved figure shows, and its file format."""

    state: LabState
    suffix: str = Field(max_length=10)


class TokensQuery(Query):
    """Tokens typed by hand, `pizza +2, #3`, and the state that has them."""

    state: LabState
    text: str


class ExerciseQuery(Query):
    """The number of an exercise, for example 5.1."""

    number: str = Field(max_length=20)


class Laboratory:
    """The server functions of the decoding laboratory, for the runs and models of one page.

    They raise a `PlaygroundError` for what they refuse; `playground.ui.exchange` checks queries and reports refusals.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = Sources(context)
        self._fast, self._slow = Worker(), Worker()  # two, so that a slider never waits for a million draws

    def trace(self, state: LabState) -> dict[str, Any]:
        """Candidates before and after all stages, and the effect of every stage."""
        return self._answer(make_picture, state, self._fast)

    def order(self, state: LabState) -> dict[str, Any]:
        """Whether another order of the stages would change the distribution."""
        return self._answer(compare_orders, state, self._slow)

    def draws(self, state: LabState) -> dict[str, Any]:
        """Counts of n draws beside the expected counts."""
        return self._answer(make_draws, state, self._slow)

    def sweep(self, state: LabState) -> dict[str, Any]:
        """The distribution at temperatures from 0.05 to 5."""
        return self._answer(make_sweep, state, self._slow)

    def chapter(self, state: LabState) -> dict[str, Any]:
        """The chapter's table: T = 1, 0.1, 5 and top-k of 3 on the state's words."""
        return self._slow.run(lambda: make_chapter(state))

    def save(self, query: SaveQuery) -> dict[str, Any]:
        """The chapter's figure as a file: its name, and its bytes as base64."""
        data = self._slow.run(lambda: save_chapter(query.state, query.suffix))
        return {"name": f"temperatures.{query.suffix}", "data": base64.b64encode(data).decode()}

    def tokens(self, query: TokensQuery) -> dict[str, Any]:
        """Tokens typed by hand as pairs of id and number."""
        return {"pairs": read_tokens(query.text, self._sources.get(query.state))}

    def exercise(self, query: ExerciseQuery) -> dict[str, Any]:
        """The result of an exercise: headings and rows of a table."""
        return self._slow.run(lambda: answer_exercise(query.number))

    def endpoints(self) -> dict[str, Callable[[str], dict[str, Any]]]:
        """The functions that take a state, by name, for programs: each takes the state as JSON text."""
        return {f.__name__: _endpoint(f) for f in (self.trace, self.order, self.draws, self.sweep, self.chapter)}

    def _answer(
        self, work: Callable[[LabState, Source], dict[str, Any]], state: LabState, worker: Worker
    ) -> dict[str, Any]:
        source = self._sources.get(state)
        return worker.run(lambda: work(state, source))


def _endpoint(ask: Callable[[LabState], dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    answer = server_function(ask)

    def endpoint(state: str) -> dict[str, Any]:
        try:
            return answer(LabState.from_json(state if isinstance(state, str) else "null"))
        except SettingsError as error:
            return {"error": str(error)}

    endpoint.__doc__ = ask.__doc__
    return endpoint
