"""Long answers to the page: lines that come one by one, sent on in batches, and ended by Stop."""

import secrets
import time
from collections.abc import Callable, Iterator
from threading import Event

from playground.errors import PlaygroundError
from playground.ui.tabs.generate.log import line

UPDATE_S = 0.05
"""Least time between two updates of the page: at most 20 a second."""
RESTART = ""
"""In a stream of lines: what stood in the log before belongs to another text."""

Lines = Callable[[str, Event], Iterator[str]]
"""Makes the lines of one answer, from the job's name and the event that Stop sets."""


class Answers:
    """Hands out logs that grow, each under the name of a job by which it can be stopped."""

    def __init__(self) -> None:
        self._stops: dict[str, Event] = {}

    def answer(self, log: str, lines: Lines) -> Iterator[str]:
        """The log with ever more lines, at most 20 times a second; an error ends it with one that says why."""
        job, stopped = secrets.token_hex(8), Event()
        start = line(kind="start", job=job)
        self._stops[job] = stopped
        text, new = log + start, []
        yield text
        sent_s = time.monotonic()
        try:
            for added in lines(job, stopped):
                if added == RESTART:
                    text, new = start, []
                new.append(added)
                if time.monotonic() - sent_s >= UPDATE_S:
                    text, new = text + "".join(new), []
                    yield text
                    sent_s = time.monotonic()
        except PlaygroundError as error:
            new.append(line(kind="error", says=str(error)))
        finally:
            del self._stops[job]
        yield text + "".join(new)

    def stop(self, job: str) -> bool:
        """End an answer after the token at hand; false when it has ended already."""
        stopped = self._stops.get(str(job))
        if stopped:
            stopped.set()
        return stopped is not None
