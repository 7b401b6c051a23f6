"""Helpers that wait for what another process does with a run."""

import time

from playground.training.loop.events import Stepped

PATIENCE_S = 60
LONG = {"epochs": 100_000, "eval_freq": 1_000}


def until(condition, what="the condition"):
    """The first true result of `condition`; fails after `PATIENCE_S`."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.005)
    return answer


def of(kind, run):
    """The events of one kind in the log of a run."""
    return [event for event in run.events()[0] if isinstance(event, kind)]


def last_step(run):
    return max((event.step for event in of(Stepped, run)), default=0)


def until_state(run, *states):
    return until(lambda: (status := run.status()).state in states and status, f"one of {states}")


def until_steps(run, n=1):
    wanted = last_step(run) + n
    until(lambda: last_step(run) >= wanted, f"step {wanted}")
