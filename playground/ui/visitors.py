"""Visitors: who sends a request, and how many trainings one visitor may have active at a time."""

import os
from collections.abc import Callable
from threading import Lock

import gradio as gr

from playground.errors import BusyError, RunError
from playground.training.jobs.jobs import Jobs


def visitor_of(request: gr.Request | None) -> str:
    """The network address that a request comes from; empty if it is unknown.

    On a Space every request comes through a proxy, which appends the visitor's address to `x-forwarded-for`. Elsewhere
    that header is ignored: a visitor could write anything into it.
    """
    forwarded = request.headers.get("x-forwarded-for") if request and "SPACE_ID" in os.environ else None
    if forwarded:
        return str(forwarded).rpartition(",")[2].strip()
    client = getattr(request, "client", None)
    return client.host if client else ""


class TrainingQuota:
    """Limits each visitor to `max_active` trainings that are queued, running or paused; None means no limit.

    A training counts for the visitor who started it, whether as a new run, as a fork, or by resuming a run.
    """

    def __init__(self, jobs: Jobs, max_active: int | None = None) -> None:
        self._jobs, self._max_active = jobs, max_active
        self._visitors: dict[str, str] = {}  # name of the run → who started it
        self._lock = Lock()

    def check(self, visitor: str) -> None:
        """Raise `BusyError` if the visitor has as many active trainings as allowed."""
        if self._max_active is None:
            return
        self._visitors = {run: who for run, who in list(self._visitors.items()) if self.is_active(run)}
        if list(self._visitors.values()).count(visitor) >= self._max_active:
            raise BusyError(
                f"{self._max_active} trainings of yours are at work or waiting; stop one, or wait for its end."
            )

    def start(self, visitor: str, run_name: str, start: Callable[[], None]) -> None:
        """Call `start`, which lets the run train, and count the run for the visitor unless it was active already.

        Raises `BusyError` like `check`, and whatever `start` raises.
        """
        with self._lock:
            counts = self._max_active is not None and not self.is_active(run_name)
            if counts:
                self.check(visitor)
            start()
            if counts:
                self._visitors[run_name] = visitor

    def is_active(self, run_name: str) -> bool:
        """Whether the run is queued, running or paused; false if it was deleted or renamed."""
        try:
            return self._jobs.active(run_name)
        except RunError:
            return False
