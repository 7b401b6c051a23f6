"""Long answers to the page: lines that come one by one, sent on in batches, and ended by Stop."""

import logging
import secrets
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Event, Thread

import torch

from playground.device import available_cores
from playground.errors import PlaygroundError
from playground.model.gpt import GPTModel
from playground.ui.tabs.generate.log import line

UPDATE_S, LATEST_UPDATE_S = 0.05, 0.5
"""Least and most time between two updates of the page: at most 20 a second …"""
S_PER_CHARACTER = 1e-6
"""… and fewer the longer the log is: server and browser compare all of it with what they had, each time."""
RESTART = ""
"""In a stream of lines: what stood in the log before belongs to another text."""

SMALL = 50_000_000
"""Weights below which a single core writes as fast as many, and much faster where they are busy."""

Line = str | Callable[[], str]
"""A line, or what makes it: many made in a row, when they are sent, cost half of what they cost between two tokens."""
Lines = Callable[[str, Event], Iterator[Line]]
"""Makes the lines of one answer, from the job's name and the event that Stop sets."""


class Answers:
    """Hands out logs that grow, each under the name of a job by which it can be stopped."""

    def __init__(self) -> None:
        self._stops: dict[str, Event] = {}

    def answer(self, log: str, lines: Lines) -> Iterator[str]:
        """The log with ever more lines, at most 20 times a second; an error ends it with one that says why.

        The lines are made in a thread of their own, so that the model goes on while the page is served. It ends after
        the token at hand when Stop is pressed or the page is closed.
        """
        job, stopped = secrets.token_hex(8), Event()
        made, ended = SimpleQueue[Line](), Event()
        start = line(kind="start", job=job)
        self._stops[job] = stopped
        thread = Thread(target=_make, args=(lambda: lines(job, stopped), made, ended), daemon=True)
        try:
            text, pause_s, going_on = log + start, UPDATE_S, True
            yield text
            thread.start()
            while going_on:
                going_on = not ended.wait(pause_s)
                new = [_made(made.get(), stopped) for _ in range(made.qsize())]
                if RESTART in new:
                    text = start
                    new = new[new.index(RESTART) :]
                if new:
                    text += "".join(new)
                    yield text
                    pause_s = min(max(UPDATE_S, S_PER_CHARACTER * len(text)), LATEST_UPDATE_S)
        finally:
            stopped.set()
            del self._stops[job]

    def stop(self, job: str) -> bool:
        """End an answer after the token at hand; false when it has ended already."""
        stopped = self._stops.get(str(job))
        if stopped:
            stopped.set()
        return stopped is not None


def _make(lines: Callable[[], Iterator[Line]], made: SimpleQueue[Line], ended: Event) -> None:
    try:
        for added in lines():
            made.put(added)
    except Exception as error:
        made.put(_complaint(error))
    finally:
        ended.set()


def _made(added: Line, stopped: Event) -> str:
    """The line itself; where making it fails, one that says so, and the answer ends."""
    try:
        return added if isinstance(added, str) else added()
    except Exception as error:
        stopped.set()
        return _complaint(error)


def _complaint(error: Exception) -> str:
    """The line that tells of an error; a fault of ours is told in the log, for the page must not wait for ever."""
    if isinstance(error, PlaygroundError):
        return line(kind="error", says=str(error))
    logging.getLogger(__name__).error("An answer broke off", exc_info=error)
    return line(kind="error", says="Something went wrong on the server, and its log says what; try again.")


def use_threads_for(model: GPTModel) -> None:
    """Let this thread compute on one core where a model is small: sharing the work out would take longer than doing it.

    The number of threads belongs to the thread that computes; an answer has a thread of its own.
    """
    small = sum(weights.numel() for weights in model.state_dict().values()) < SMALL
    torch.get_num_threads()  # a thread takes over the common number when it is first asked: let that be now
    torch.set_num_threads(1 if small else available_cores())
