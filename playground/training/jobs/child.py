"""The child process of a training: it saves and exits when it is asked to, or when its parent has died."""

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing import connection
from pathlib import Path
from typing import Literal

from playground.training.jobs.session import run_training
from playground.training.loop.control import Control
from playground.training.loop.trainer import Sample
from playground.training.runs.run import Run

PARENT_GONE = "The page's server ended; everything up to step {step} is saved, resume continues from there."

StopReason = Literal["signal", "parent", "time"]


def train_run(folder: Path, sample: Sample | None, threads: int, time_limit_s: float | None, grace_s: float) -> None:
    """Train the run in `folder` until it ends, is asked to stop, or has reached its time limit.

    `grace_s` is the time it has to save after its parent has died.
    """
    run, stop = Run(folder), _StopRequest(time_limit_s)
    threads = min(threads, run.spec.train.threads or threads)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of the terminal; the parent stops us
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.request("signal"))
    threading.Thread(target=_watch_parent, args=(stop, grace_s), daemon=True).start()
    for _ in run_training(run, sample, stop, threads=threads, keep_wishes=True):
        pass
    status = run.status()
    if status.state == "stopped" and stop.reason == "parent":
        message = PARENT_GONE.format(step=status.step)
        run.set_status(status.model_copy(update={"state": "interrupted", "message": message}))
    elif status.state == "stopped" and stop.reason == "time":
        message = f"Its time of {time_limit_s:.0f} seconds is up; everything up to step {status.step} is saved."
        run.set_status(status.model_copy(update={"message": message}))


class _StopRequest:
    """Whether this process should stop, and why; called by the training once per step."""

    def __init__(self, time_limit_s: float | None) -> None:
        self.reason: StopReason | None = None
        self._deadline_s = None if time_limit_s is None else time.monotonic() + time_limit_s

    def request(self, reason: StopReason) -> None:
        """Ask to stop; the first reason counts."""
        self.reason = self.reason or reason

    def __call__(self) -> Control:
        if self._deadline_s is not None and time.monotonic() > self._deadline_s:
            self.request("time")
        return Control("run" if self.reason is None else "stop")


def _watch_parent(stop: _StopRequest, grace_s: float) -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    connection.wait([parent.sentinel])
    stop.request("parent")
    time.sleep(grace_s)  # time to save; if the training hangs, nobody else is left to kill this process
    os._exit(1)
