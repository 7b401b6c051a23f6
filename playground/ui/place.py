"""The place: one current run, step and prompt for all tabs, chosen in the header and kept in the page's address.

In the browser it is `widgets/lib/place.js`. Handlers in Python take the header as an input and read its value with
`Place.from_json`; to change the place, they return `place.to_json()` for the header.
"""

from typing import Any, Self

from pydantic import Field, ValidationError

from playground.config import Config
from playground.errors import PlaygroundError, RunError, SettingsError
from playground.training.runs.run import Run
from playground.ui.access import listed_runs
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.web import base_path

MAX_PROMPT_CHARACTERS = 20_000


class Place(Config):
    """The value of the header. The server checks it again where it is used: anybody can send anything.

    >>> Place.from_json('{"run": "tale", "step": "120"}')
    Place(run='tale', step='120', prompt='')
    >>> Place.from_json(None)
    Place(run='', step='last', prompt='')
    """

    run: str = Field(default="", max_length=300, description="Name of the current run; empty without one.")
    step: str = Field(default="last", max_length=40, description="Its step: last, best or a number.")
    prompt: str = Field(default="", max_length=MAX_PROMPT_CHARACTERS, description="What the model continues.")

    def to_json(self) -> str:
        """All fields as JSON."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str | None) -> Self:
        """Read the header's value; without one, or from a damaged one, no run."""
        try:
            return cls.model_validate_json(text or "{}")
        except (SettingsError, ValidationError):
            return cls()


class PlaceQuery(Query):
    """The run in the address ("" without one), and the names of runs that the browser knows."""

    run: str = Field(default="", max_length=300)
    known: list[str] = Field(default=[], max_length=100)


class PlaceServer:
    """The server function of the header (see `playground/ui/exchange.py`)."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def runs(self, query: PlaceQuery) -> dict[str, Any]:
        """What can be chosen.

        - `runs`: the names of the runs that the visitor may see, newest first; `titles`: what they are called.
        - `current`: the run in the address; without one a run that is being trained, or else the newest one that was.
        - `steps`: values and labels of the steps of the current run whose weights exist; `prompt`: its start context.
        - `missing`: why the run in the address cannot be opened, in a sentence.
        """
        listed = listed_runs(self._context, [*query.known, query.run] if query.run else query.known)
        names = [summary.name for summary in listed]
        titles = [summary.spec.shown_name for summary in listed]
        started = [summary for summary in listed if summary.status.live or summary.status.step]
        newest = max(started, key=lambda summary: (summary.status.live, summary.spec.created), default=None)
        current = query.run or (newest.name if newest else None)
        answer: dict[str, Any] = {"runs": names, "titles": titles, "current": current}
        answer |= {"steps": [], "prompt": "", "missing": None}
        if current is None:
            return answer
        try:
            run = self._context.store.open(current)
        except PlaygroundError:
            return answer | {"missing": f"There is no run “{current}” here: it may have been deleted. Choose another."}
        return answer | {"steps": step_choices(run), "prompt": run.spec.train.start_context}


def step_choices(run: Run) -> list[tuple[str, str]]:
    """The steps of a run whose weights exist, as values and labels: the last and the best, then each, newest first."""
    try:
        saved = run.steps()
        named = [("last", "Last"), ("best", f"Best (step {run.find_step('best'):,})")] if saved else []
        return named + [(str(step), step_label(step)) for step in reversed(run.model_steps())]
    except RunError:
        return []


def step_label(step: int) -> str:
    """What a step of a run is called on the page.

    >>> step_label(1500), step_label(0)
    ('Step 1,500', 'Step 0, untrained')
    """
    return f"Step {step:,}" if step else "Step 0, untrained"


def go_to(change: str) -> str:
    """JavaScript for the `js` of an event: change the place in the browser; `change` is made of the event's `value`.

    >>> go_to("{ prompt: value }").endswith("place.goTo({ prompt: value }, { replace: true })); }")
    True
    """
    url = f"new URL('{base_path()}/lib/place.js', document.baseURI).href"
    return f"(value) => {{ import({url}).then((place) => place.goTo({change}, {{ replace: true }})); }}"
