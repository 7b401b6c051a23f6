"""What runs in a training's own process: it saves and leaves when it is told to or when its parent dies."""

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing import connection
from pathlib import Path

from playground.training.jobs.session import run_training
from playground.training.loop.control import Control
from playground.training.loop.trainer import Sample
from playground.training.runs.run import Run

PARENT_GONE = "The page's server ended; everything up to step {step} is saved, resume goes on from there."


def train_run(folder: Path, sample: Sample | None, threads: int, time_limit_s: float | None, grace_s: float) -> None:
    """Train the run in `folder` until it ends, is told to stop, or has had its time."""
    run, ending = Run(folder), _Ending(time_limit_s)
    threads = min(threads, run.spec.train.threads or threads)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to everyone at the terminal; the parent tells us
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: ending.ask("told"))
    threading.Thread(target=_watch_parent, args=(ending, grace_s), daemon=True).start()
    for _ in run_training(run, sample, ending, threads=threads, keep_wishes=True):
        pass
    status = run.status()
    if status.state == "stopped" and ending.why == "parent":
        message = PARENT_GONE.format(step=status.step)
        run.set_status(status.model_copy(update={"state": "interrupted", "message": message}))
    elif status.state == "stopped" and ending.why == "time":
        message = f"Its time of {time_limit_s:.0f} seconds is up; everything up to step {status.step} is saved."
        run.set_status(status.model_copy(update={"message": message}))


class _Ending:
    """Whether, and why, this process should end: asked once per step."""

    def __init__(self, time_limit_s: float | None) -> None:
        self.why = ""
        self._limit_s = None if time_limit_s is None else time.monotonic() + time_limit_s

    def ask(self, why: str) -> None:
        self.why = self.why or why

    def __call__(self) -> Control:
        if self._limit_s is not None and time.monotonic() > self._limit_s:
            self.ask("time")
        return Control("stop") if self.why else Control()


def _watch_parent(ending: _Ending, grace_s: float) -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    connection.wait([parent.sentinel])
    ending.ask("parent")
    time.sleep(grace_s)  # time to save; whoever hangs now has no one left to end it
    os._exit(1)
