"""Who asks, and how many trainings one visitor may have at work: a public server must have room for others."""

import os
from collections.abc import Callable
from threading import Lock

import gradio as gr

from playground.errors import BusyError, RunError
from playground.training.jobs.jobs import Jobs


def visitor_of(request: gr.Request | None) -> str:
    """Who asks: the address they come from. On a Space a proxy stands between, which names it last."""
    forwarded = request.headers.get("x-forwarded-for") if request and "SPACE_ID" in os.environ else None
    if forwarded:
        return forwarded.rpartition(",")[2].strip()
    client = getattr(request, "client", None)
    return client.host if client else ""


class Shares:
    """Counts, for every visitor, the trainings that they began and that wait, train or pause.

    It does not matter how one began: from the form, as a fork, or because a run at rest goes on. With `most` None
    nothing is counted.
    """

    def __init__(self, jobs: Jobs, most: int | None = None) -> None:
        self._jobs, self._most = jobs, most
        self._visitors: dict[str, str] = {}  # by the name of the run
        self._lock = Lock()

    def check(self, visitor: str) -> None:
        """Raise BusyError if the visitor has as many trainings at work as they may."""
        if self._most is None:
            return
        self._visitors = {run: who for run, who in list(self._visitors.items()) if self.is_at_work(run)}
        if list(self._visitors.values()).count(visitor) >= self._most:
            raise BusyError(f"{self._most} trainings of yours are at work or waiting; stop one, or wait for its end.")

    def begin(self, visitor: str, run_name: str, start: Callable[[], None]) -> None:
        """Call `start`, which lets the run train, on the visitor's account; one that is at work already costs nothing.

        Raises BusyError like `check`, and whatever `start` raises.
        """
        with self._lock:
            is_more = self._most is not None and not self.is_at_work(run_name)
            if is_more:
                self.check(visitor)
            start()
            if is_more:
                self._visitors[run_name] = visitor

    def is_at_work(self, run_name: str) -> bool:
        """Whether the run waits, trains or pauses; false for one that was deleted or renamed meanwhile."""
        try:
            return self._jobs.active(run_name)
        except RunError:
            return False
