"""Where the time of a training goes."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

Work = Literal["evaluation", "sampling", "saving", "pause"]


class Clock:
    """The seconds of a training, and how many of them were not spent on steps.

    >>> clock = Clock(before_s=100.0)
    >>> with clock.during("saving"):
    ...     pass
    >>> 100.0 < clock.elapsed_s < 101.0, clock.shares()["saving_s"] < 1.0
    (True, True)
    """

    def __init__(self, before_s: float = 0.0) -> None:
        self._start = time.perf_counter() - before_s
        self._steps: deque[tuple[int, float]] = deque(maxlen=20)
        self._spent_s: dict[Work, float] = {"evaluation": 0.0, "sampling": 0.0, "saving": 0.0, "pause": 0.0}

    @property
    def elapsed_s(self) -> float:
        """Seconds of training so far, earlier sessions included, pauses excluded."""
        return time.perf_counter() - self._start - self._spent_s["pause"]

    @contextmanager
    def during(self, work: Work) -> Iterator[None]:
        """Count the time inside the context as `work`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._spent_s[work] += time.perf_counter() - start

    def shares(self) -> dict[str, Any]:
        """Seconds of this session by kind of work, named as in `Finished`."""
        return {f"{work}_s": spent_s for work, spent_s in self._spent_s.items() if work != "pause"}

    def step(self, n_tokens: int, step_s: float) -> float:
        """Record a step of `n_tokens` in `step_s` seconds; tokens per second over the last 20 steps."""
        self._steps.append((n_tokens, step_s))
        return sum(tokens for tokens, _ in self._steps) / max(1e-9, sum(seconds for _, seconds in self._steps))
