"""Visitors: who sends a request, how many trainings one may have active at a time, and who started which one."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import gradio as gr

from playground.errors import BusyError, RunError
from playground.training.jobs.jobs import Jobs

MAX_TOKEN = 64
"""Longest token of a visitor, in characters."""


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


@dataclass(frozen=True)
class Visitor:
    """Who asks: the network address, and the secret token that the browser keeps ("" if it sent none)."""

    address: str
    token: str = ""

    @classmethod
    def of(cls, request: gr.Request | None, token: str = "") -> "Visitor":
        """The visitor that sends a request, with the token that came with it."""
        return cls(visitor_of(request), token)

    @property
    def key(self) -> str:
        """What tells this visitor from others: the token, or else the address."""
        return self.token or self.address


class Owners:
    """Who started the training of each run, by the run's name; kept in memory, as trainings end with the server.

    >>> owners = Owners()
    >>> owners.set("tale", Visitor("10.0.0.1"))
    >>> owners.claim("tale", Visitor("10.0.0.1", "secret"))
    >>> owners.is_owner("tale", Visitor("10.0.0.1")), owners.is_owner("tale", Visitor("10.0.0.2", "secret"))
    (False, True)
    """

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    def set(self, run_name: str, visitor: Visitor) -> None:
        """The visitor has started the training of the run."""
        self._keys[run_name] = visitor.key

    def claim(self, run_name: str, visitor: Visitor) -> None:
        """Know the visitor by the token from now on, if the training was started from the address without one."""
        if visitor.token and self._keys.get(run_name) == visitor.address:
            self._keys[run_name] = visitor.token

    def is_owner(self, run_name: str, visitor: Visitor) -> bool:
        """Whether the visitor started the training; true where it is not known who did."""
        return self._keys.get(run_name, visitor.key) == visitor.key


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
