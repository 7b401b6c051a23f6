"""Long answers to the page: lines that come one by one, sent on in batches, and ended by Stop."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Event, Thread

import torch

from playground.device import available_cores
from playground.errors import PlaygroundError
from playground.model.gpt import GPTModel
from playground.ui.tabs.generate.log import line

UPDATE_S = 0.05
"""Least time between two updates of the page: at most 20 a second."""
RESTART = ""
"""In a stream of lines: what stood in the log before belongs to another text."""

SMALL = 50_000_000
"""Weights below which a single core writes as fast as many, and much faster where they are busy."""

Lines = Callable[[str, Event], Iterator[str]]
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
        made: SimpleQueue[str | None] = SimpleQueue()
        start = line(kind="start", job=job)
        self._stops[job] = stopped
        try:
            text = log + start
            yield text
            Thread(target=_make, args=(lambda: lines(job, stopped), made), name=f"answer-{job}", daemon=True).start()
            going_on = True
            while going_on:
                new, going_on = _collect(made)
                if RESTART in new:
                    text = start
                    new = new[new.index(RESTART) :]
                text += "".join(new)
                yield text
        finally:
            stopped.set()
            del self._stops[job]

    def stop(self, job: str) -> bool:
        """End an answer after the token at hand; false when it has ended already."""
        stopped = self._stops.get(str(job))
        if stopped:
            stopped.set()
        return stopped is not None


def _make(lines: Callable[[], Iterator[str]], made: SimpleQueue[str | None]) -> None:
    try:
        for added in lines():
            made.put(added)
    except PlaygroundError as error:
        made.put(line(kind="error", says=str(error)))
    except Exception:  # a fault of ours: the page must not wait for ever
        logging.getLogger(__name__).exception("An answer broke off")
        made.put(line(kind="error", says="Something went wrong on the server, and its log says what; try again."))
    finally:
        made.put(None)


def _collect(made: SimpleQueue[str | None]) -> tuple[list[str], bool]:
    """What is made within `UPDATE_S`, and whether there is more to come; waits for something."""
    new: list[str] = []
    until_s = time.monotonic() + UPDATE_S
    while True:
        try:
            added = made.get(timeout=max(0.0, until_s - time.monotonic()))
        except Empty:
            if new:
                return new, True
            until_s = time.monotonic() + UPDATE_S
            continue
        if added is None:
            return new, False
        new.append(added)


def use_threads_for(model: GPTModel) -> None:
    """Let this thread compute on one core where a model is small: sharing the work out would take longer than doing it.

    The number of threads belongs to the thread that computes; an answer has a thread of its own.
    """
    small = sum(weights.numel() for weights in model.state_dict().values()) < SMALL
    torch.get_num_threads()  # a thread takes over the common number when it is first asked: let that be now
    torch.set_num_threads(1 if small else available_cores())
