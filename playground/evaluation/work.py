"""Long evaluations, each in a process of its own, so that neither writing nor training waits for them.

The page asks for the same work again and again: while it runs the answer is its progress, then its result, which is
kept. Work that nobody has asked for in a while is ended: its page has gone. Nothing here imports the page, so that a
process starts at once.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Any

import torch
from cachetools import LRUCache

from playground.errors import PlaygroundError
from playground.training.jobs.processes import process_context

MAX_ACTIVE = 2
FORGOTTEN_S = 20.0
_MAX_RESULTS = 32
_WAIT_S = 0.25  # for a result, before progress is answered instead
_ENDED = "The evaluation ended before it was done: the server may be short of memory; try a shorter text."

Result = dict[str, Any]
Work = Callable[..., Result]
"""A function of a module, since it is sent to the process; its argument `on_progress` takes the share done, 0 to 1."""


@dataclass
class _Active:
    process: BaseProcess
    connection: Connection
    progress: float = 0.0
    asked_s: float = field(default_factory=time.monotonic)


class Works:
    """Starts, watches and ends the processes, and keeps the last results."""

    def __init__(self) -> None:
        self._processes = process_context()
        self._active: dict[str, _Active] = {}
        self._results: LRUCache[str, Result] = LRUCache(_MAX_RESULTS)
        self._lock = Lock()

    def ask(self, key: str, work: Work, *arguments: Any) -> Result:
        """The result of `work(*arguments)`, or `{"progress": share}` until it is done; the first call starts it.

        `key` names the work: the same key is the same work. At most `MAX_ACTIVE` run; others wait for a later call.
        Raises `PlaygroundError` with the sentence of an error of the work.
        """
        with self._lock:
            if key in self._results:
                return self._results[key]
            self._end_forgotten(but=key)
            active = self._active.get(key)
            if active is None:
                if len(self._active) >= MAX_ACTIVE:
                    return {"progress": 0.0}
                active = self._active[key] = self._start(work, arguments)
            active.asked_s = time.monotonic()
            return self._read(key, active)

    def is_active(self, key: str) -> bool:
        """Whether the work is running."""
        with self._lock:
            return key in self._active

    def cancel(self, key: str) -> None:
        """End the work; nothing happens if it is not running."""
        with self._lock:
            if active := self._active.pop(key, None):
                _end(active)

    def _start(self, work: Work, arguments: tuple[Any, ...]) -> _Active:
        ours, theirs = self._processes.Pipe(duplex=False)
        process = self._processes.Process(target=_run, args=(theirs, work, arguments), daemon=True)
        process.start()
        theirs.close()
        return _Active(process, ours)

    def _read(self, key: str, active: _Active) -> Result:
        try:
            while active.connection.poll(_WAIT_S):
                kind, value = active.connection.recv()
                if kind == "progress":
                    active.progress = value
                    continue
                self._finish(key)
                if kind == "error":
                    raise PlaygroundError(value)
                self._results[key] = value
                return dict(value)
        except (EOFError, OSError):
            self._finish(key)
            raise PlaygroundError(_ENDED) from None
        return {"progress": active.progress}

    def _finish(self, key: str) -> None:
        _end(self._active.pop(key))

    def _end_forgotten(self, but: str) -> None:
        now_s = time.monotonic()
        for key, active in list(self._active.items()):
            if key != but and now_s - active.asked_s > FORGOTTEN_S:
                self._finish(key)


def _end(active: _Active) -> None:
    active.process.terminate()
    active.process.join(5)
    active.connection.close()


def _run(connection: Connection, work: Work, arguments: tuple[Any, ...]) -> None:
    """What the process does."""
    torch.set_num_threads(1)
    if hasattr(os, "nice"):
        os.nice(5)
    try:
        connection.send(("result", work(*arguments, on_progress=lambda share: connection.send(("progress", share)))))
    except PlaygroundError as error:
        connection.send(("error", str(error)))
    except BrokenPipeError:  # the server has gone, or does not want it any more
        pass
