"""Streams of log lines to the page: made in a thread of their own, sent in batches, ended by Stop."""

import logging
import secrets
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from playground.errors import PlaygroundError
from playground.ui.tabs.generate.log import line

MIN_INTERVAL_S, MAX_INTERVAL_S = 0.05, 0.5
"""Between two updates of the page: at most 20 updates a second …"""
S_PER_CHARACTER = 1e-6
"""… and fewer for a long log, since server and browser compare all of it with the previous one at every update."""
RESTART = ""
"""In a stream of lines: the log starts again here, without what it contained before."""

STREAMING: dict[str, Any] = {"show_progress": "hidden", "concurrency_id": "generate", "concurrency_limit": 2}
"""Gradio's settings for every event that writes: two at a time on the whole server, the others wait."""

Line = str | Callable[[], str]
"""A line, or a function that makes it: made in batches when they are sent, lines cost half of what they cost between
two tokens."""
MakeLines = Callable[[str, Event], Iterator[Line]]
"""Makes the lines of one stream, from its job and the event that is set when it should stop."""


class LogStreams:
    """Logs that grow; each one is a job with a name, by which it can be stopped."""

    def __init__(self) -> None:
        self._stops: dict[str, Event] = {}

    def stream(self, log: str, make_lines: MakeLines) -> Iterator[str]:
        """The log with more and more lines, at most 20 times a second; an exception becomes a last line with the error.

        Its first line names the job. The lines are made in a thread of their own, so that the model computes while the
        page is served. The thread ends after the current token when Stop is pressed or the page is closed.
        """
        job, stopped = secrets.token_hex(8), Event()
        queue, ended = SimpleQueue[Line](), Event()
        start = line(kind="start", job=job)
        self._stops[job] = stopped
        thread = Thread(target=_fill, args=(queue, lambda: make_lines(job, stopped), ended), daemon=True)
        try:
            text, interval_s, is_running = log + start, MIN_INTERVAL_S, True
            yield text
            thread.start()
            while is_running:
                is_running = not ended.wait(interval_s)
                new = [_text_of(queue.get(), stopped) for _ in range(queue.qsize())]
                if RESTART in new:
                    text = start
                    new = new[new.index(RESTART) :]
                if new:
                    text += "".join(new)
                    yield text
                    interval_s = min(max(MIN_INTERVAL_S, S_PER_CHARACTER * len(text)), MAX_INTERVAL_S)
        finally:
            stopped.set()
            del self._stops[job]

    def stop(self, job: str) -> bool:
        """End a stream after the current token; false if it has ended already."""
        stopped = self._stops.get(job)
        if stopped:
            stopped.set()
        return stopped is not None


def _fill(queue: SimpleQueue[Line], make_lines: Callable[[], Iterator[Line]], ended: Event) -> None:
    try:
        for made in make_lines():
            queue.put(made)
    except Exception as error:
        queue.put(_error_line(error))
    finally:
        ended.set()


def _text_of(made: Line, stopped: Event) -> str:
    """The text of a line; if making it fails, the error's line, and the stream ends."""
    try:
        return made if isinstance(made, str) else made()
    except Exception as error:
        stopped.set()
        return _error_line(error)


def _error_line(error: Exception) -> str:
    """The line that reports an error; an internal one goes to the server's log, so that the page does not wait."""
    if isinstance(error, PlaygroundError):
        return line(kind="error", says=str(error))
    logging.getLogger(__name__).error("Writing failed", exc_info=error)
    return line(kind="error", says="Something went wrong on the server, and its log says what; try again.")
