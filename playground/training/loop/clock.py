"""Where the time of a training goes."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Work = Literal["evaluation", "sampling", "saving", "pause"]


class Clock:
    """Seconds of a training: all of them, and those that did not go into steps.

    >>> clock = Clock(before_s=100.0)
    >>> with clock.during("saving"):
    ...     pass
    >>> 100.0 < clock.elapsed_s < 101.0, clock.spent_s["saving"] < 1.0
    (True, True)
    """

    def __init__(self, before_s: float = 0.0) -> None:
        self._start = time.perf_counter() - before_s
        self._steps: deque[tuple[int, float]] = deque(maxlen=20)
        self.spent_s: dict[Work, float] = {"evaluation": 0.0, "sampling": 0.0, "saving": 0.0, "pause": 0.0}

    @property
    def elapsed_s(self) -> float:
        """Seconds of training so far, earlier sittings included, pauses left out."""
        return time.perf_counter() - self._start - self.spent_s["pause"]

    @contextmanager
    def during(self, work: Work) -> Iterator[None]:
        """Count the time inside as `work`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.spent_s[work] += time.perf_counter() - start

    def step(self, tokens: int, seconds: float) -> float:
        """Take in one step; tokens per second over the last 20 of them."""
        self._steps.append((tokens, seconds))
        return sum(tokens for tokens, _ in self._steps) / max(1e-9, sum(seconds for _, seconds in self._steps))
