"""One import of weights at a time, in a thread of the server: a reload of the page, or another one, finds it again."""

import threading
import time
from collections.abc import Callable
from typing import Any

from playground.errors import BusyError, PlaygroundError, SettingsError, reason_of
from playground.training.runs.run import Run

Report = Callable[[str, int, int], None]
"""(what is being done, bytes done, bytes in all); raises `StoppedError` when a stop was asked for."""
_SPEED_OVER_S = 5.0


class StoppedError(PlaygroundError):
    """A visitor has stopped the import."""


class WeightsJob:
    """The import that runs, or the last one.

    >>> job = WeightsJob()
    >>> job.state()["active"], job.stop()
    (False, None)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_stopping = False
        self._news: dict[str, Any] = {}
        self._pace: list[tuple[float, int]] = []

    def start(self, title: str, work: Callable[[Report], Run]) -> int:
        """Start an import; returns its number. Raises `BusyError` while another one runs."""
        with self._lock:
            if self._news.get("active"):
                raise BusyError(f"{self._news['title']} is being imported; wait for it, or stop it.")
            number = int(self._news.get("number", 0)) + 1
            self._news = {"number": number, "title": title, "active": True, "doing": "Starting", "done": 0, "total": 0}
            self._is_stopping, self._pace = False, []
            self._thread = threading.Thread(target=self._work, args=(work,), name="weights", daemon=True)
            self._thread.start()
        return number

    def stop(self) -> None:
        """Ask the import to stop; what was fetched stays, so that it goes on from there another time."""
        self._is_stopping = True

    def state(self) -> dict[str, Any]:
        """Its `number`, `title`, whether it is `active`, what it is `doing`, bytes `done` of `total`, and how it ended.

        At its end there is a `run` with a `message`, or a `failure`, with `asks_heads` if those are needed.
        `bytes_per_s` and `remaining_s` are None until they are known.
        """
        with self._lock:
            pace = self._pace
            bytes_per_s = None
            if len(pace) > 1 and pace[-1][0] > pace[0][0]:
                bytes_per_s = (pace[-1][1] - pace[0][1]) / (pace[-1][0] - pace[0][0])
            left = self._news.get("total", 0) - self._news.get("done", 0)
            remaining_s = left / bytes_per_s if bytes_per_s else None
            return {"active": False, **self._news, "bytes_per_s": bytes_per_s, "remaining_s": remaining_s}

    def wait(self, timeout_s: float = 60.0) -> None:
        """Wait until the import has ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _work(self, work: Callable[[Report], Run]) -> None:
        try:
            run = work(self._report)
            self._end(run=run.name, message=f"{run.spec.shown_name} is here: write with it, or train it on a text.")
        except StoppedError:
            self._end(stopped=True, message="Stopped. What was fetched is kept; the next time goes on from there.")
        except PlaygroundError as error:
            asks_heads = isinstance(error, SettingsError) and str(error).startswith("n_heads")
            self._end(failure=str(error), asks_heads=asks_heads)
        except OSError as error:
            self._end(failure=f"The import failed: {reason_of(error)}.")
        except Exception as error:
            self._end(failure=f"The import failed ({type(error).__name__}).")
            raise

    def _report(self, doing: str, done: int, total: int) -> None:
        if self._is_stopping:
            raise StoppedError("Stopped.")
        now = time.monotonic()
        with self._lock:
            if doing != self._news["doing"]:
                self._pace = []
            self._news |= {"doing": doing, "done": done, "total": total}
            self._pace = [*(point for point in self._pace if now - point[0] < _SPEED_OVER_S), (now, done)]

    def _end(self, **result: Any) -> None:
        with self._lock:
            self._news |= {"active": False, **result}
