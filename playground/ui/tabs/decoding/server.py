"""What the page asks while hands are on it: each question is a state as JSON, each answer is JSON or one sentence."""

import base64
import json
from collections.abc import Callable
from typing import Any

from playground.errors import PlaygroundError
from playground.ui.access import listed_runs
from playground.ui.context import Context
from playground.ui.tabs.decoding.draws import make_draws
from playground.ui.tabs.decoding.exercises import answer_exercise
from playground.ui.tabs.decoding.one_thread import OneThread
from playground.ui.tabs.decoding.order import compare_orders
from playground.ui.tabs.decoding.picture import make_picture
from playground.ui.tabs.decoding.source import Source, Sources, read_tokens
from playground.ui.tabs.decoding.state import LabState
from playground.ui.tabs.decoding.sweep import make_chapter, make_sweep, save_chapter


class Laboratory:
    """The questions of the decoding laboratory, bound to one page's runs and models.

    Every method takes and gives JSON values only, checks what it is given, and answers `{"error": sentence}` where that
    does not do: each is a public endpoint.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = Sources(context)
        self._quick, self._slow = OneThread(), OneThread()  # so that a slider never waits for a million draws

    def trace(self, state: str) -> dict[str, Any]:
        """Candidates before and after all stages, and what every stage did."""
        return self._answer(state, make_picture, self._quick)

    def order(self, state: str) -> dict[str, Any]:
        """Whether another order of the stages would give something else."""
        return self._answer(state, compare_orders, self._slow)

    def draws(self, state: str) -> dict[str, Any]:
        """N draws beside what is expected."""
        return self._answer(state, make_draws, self._slow)

    def sweep(self, state: str) -> dict[str, Any]:
        """The distribution at temperatures from 0.05 to 5."""
        return self._answer(state, make_sweep, self._slow)

    def chapter(self, state: str) -> dict[str, Any]:
        """The chapter's table: T = 1, 0.1, 5 and top-k of 3 on the toy words."""
        return _guarded(lambda: self._slow.run(lambda: make_chapter(_read(state))))

    def save(self, request: str) -> dict[str, Any]:
        """The chapter's picture as a file: `{"state": …, "suffix": "pdf" or "png"}` → its name and base64 bytes."""

        def work() -> dict[str, Any]:
            asked = _fields(request, "state", "suffix")
            data = self._slow.run(lambda: save_chapter(_read(asked["state"]), asked["suffix"]))
            return {"name": f"temperatures.{asked['suffix']}", "data": base64.b64encode(data).decode()}

        return _guarded(work)

    def tokens(self, request: str) -> dict[str, Any]:
        """Tokens written by hand, `pizza +2, #3`: `{"state": …, "text": …}` → pairs of id and number."""

        def work() -> dict[str, Any]:
            asked = _fields(request, "state", "text")
            return {"pairs": read_tokens(asked["text"], self._sources.get(_read(asked["state"])))}

        return _guarded(work)

    def exercise(self, request: str) -> dict[str, Any]:
        """What an exercise comes out at: its number → its rows."""
        return _guarded(lambda: self._slow.run(lambda: answer_exercise(request)))

    def runs(self, _request: str = "") -> dict[str, Any]:
        """The runs whose models can be asked, the newest first, each with its steps."""
        return _guarded(lambda: {"runs": self._runs()})

    def _runs(self) -> list[dict[str, Any]]:
        found = []
        for summary in listed_runs(self._context):  # elsewhere a name may be typed
            run = self._context.store.open(summary.name)
            if run.steps():
                found.append({"name": summary.name, "steps": run.model_steps()})
        return found

    def _answer(
        self, state: str, work: Callable[[LabState, Source], dict[str, Any]], worker: OneThread
    ) -> dict[str, Any]:
        def answer() -> dict[str, Any]:
            read = _read(state)
            source = self._sources.get(read)
            return worker.run(lambda: work(read, source))

        return _guarded(answer)


def _guarded(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return work()
    except PlaygroundError as error:
        return {"error": str(error)}


def _read(state: Any) -> LabState:
    return LabState.from_json(state if isinstance(state, str) else "null")


def _fields(request: Any, *names: str) -> dict[str, str]:
    """The named texts of a JSON object; what is missing or no text is empty."""
    try:
        asked = json.loads(request)
    except (TypeError, ValueError):
        asked = None
    asked = asked if isinstance(asked, dict) else {}
    return {name: asked[name] if isinstance(asked.get(name), str) else "" for name in names}
