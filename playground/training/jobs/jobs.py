"""Trainings started from the page: each in a child process, so many at a time, the others in a queue.

The child is forked from a server process that has imported torch already, so that the first step comes at once; where
the platform has no such thing, a fresh interpreter is started. All a child tells goes through its run's folder, all it
is told through `control.json`: a run that was started in a terminal is stopped the same way.
"""

import logging
import multiprocessing
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

import psutil

from playground.device import available_cores
from playground.errors import BusyError, RunError, SettingsError
from playground.training.jobs.child import train_run
from playground.training.loop.control import check_lr
from playground.training.loop.trainer import Sample
from playground.training.runs.run import Run
from playground.training.runs.status import INTERRUPTED, LIVE_STATES, Status
from playground.training.runs.store import RunStore

PRELOAD = ["torch", "playground.training.jobs.preload"]
_LOOK_EVERY_S = 0.5
_LEAVING_S = 10.0

_log = logging.getLogger(__name__)


@dataclass
class _Job:
    run: Run
    process: BaseProcess  # touched by its watching thread alone, but for signals: it cannot be asked from two sides
    started_s: float = field(default_factory=time.monotonic)
    stop_asked_s: float | None = None
    verdict: str = ""
    ended: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """Trains the runs of `store`, at most `max_jobs` at a time, and shares out the processor's cores among them.

    `sample` must be a function of a module (it is sent to the child). A training has `time_limit_s` seconds in all, and
    `grace_s` to save after it was told to stop; then it is ended, as it is when it takes more memory than
    `memory_limit_bytes`. At most `max_queued` runs wait.

    Raises SettingsError if there are more jobs than cores.
    """

    def __init__(
        self,
        store: RunStore,
        max_jobs: int = 1,
        sample: Sample | None = None,
        *,
        time_limit_s: float | None = None,
        grace_s: float = 120.0,
        max_queued: int = 20,
        memory_limit_bytes: int | None = None,
    ) -> None:
        cores = available_cores()
        if not 1 <= max_jobs <= cores:
            raise SettingsError(f"max_jobs: this machine has {cores} cores, so 1 to {cores} trainings at a time.")
        self.store = store
        self.max_jobs = max_jobs
        self.threads = cores // max_jobs
        self._sample = sample
        self._time_limit_s, self._memory_limit_bytes = time_limit_s, memory_limit_bytes
        self._grace_s, self._max_queued = grace_s, max_queued
        self._jobs: dict[str, _Job] = {}
        self._queue: list[str] = []
        self._lock = threading.RLock()
        self._closed = False
        self._context = _context()

    # --- what the page asks for -----------------------------------------------------------------------------------

    def start(self, name: str, *, paused: bool = False) -> None:
        """Train the run, or go on with it, now or as soon as its turn comes; nothing happens if it is at it already.

        Raises RunError if there is no such run or it is complete, BusyError if the queue is full.
        """
        run = self.store.open(name)
        if (job := self._jobs.get(name)) is not None and not run.status().live:
            job.ended.wait(_LEAVING_S)  # it has said its last word and is about to leave
        with self._lock:
            if self.active(name):
                return
            if self._closed:
                raise BusyError("The server is ending; start the training again once it is back.")
            if len(self._jobs) >= self.max_jobs and len(self._queue) >= self._max_queued:
                raise BusyError("The machine is busy and the queue is full; try again in a few minutes.")
            run.control.reset(paused=paused)
            if len(self._jobs) < self.max_jobs:
                self._spawn(run)
            else:
                self._queue.append(name)
                run.set_status(_waiting(run))

    def stop(self, name: str) -> None:
        """Save and end after the current step; a run that waits leaves the queue, one that rests stays as it is."""
        with self._lock:
            run = self.store.open(name)
            if name in self._queue:
                self._queue.remove(name)
                run.set_status(run.status().model_copy(update={"state": "stopped", "message": "", "pid": None}))
            elif name in self._jobs or run.status().live:
                run.control.stop()
                if (job := self._jobs.get(name)) is not None and job.stop_asked_s is None:
                    job.stop_asked_s = time.monotonic()

    def pause(self, name: str) -> None:
        """Wait after the current step."""
        self._live(name).control.pause()

    def resume(self, name: str) -> None:
        """Go on, from a pause or, if the run is at rest, from its last checkpoint."""
        run = self.store.open(name)
        if self.active(name):
            run.control.run()
        else:
            self.start(name)

    def step(self, name: str) -> None:
        """Train one step and wait; a run at rest is started for it."""
        run = self.store.open(name)
        with self._lock:
            if not self.active(name):
                self.start(name, paused=True)
            run.control.step()

    def set_lr(self, name: str, lr: float) -> None:
        """Train on with this learning rate from the next step; raises SettingsError if it is none."""
        check_lr(lr)
        self._live(name).control.set_lr(lr)

    def active(self, name: str) -> bool:
        """Whether the run waits, trains or pauses, here or in a terminal."""
        with self._lock:
            return name in self._queue or name in self._jobs or self.store.open(name).status().live

    def queue_place(self, name: str) -> int | None:
        """How many runs must end before this one begins, counted from 1; None if it does not wait."""
        with self._lock:
            return self._queue.index(name) + 1 if name in self._queue else None

    def running(self) -> list[str]:
        """Names of the runs being trained here."""
        with self._lock:
            return list(self._jobs)

    def shutdown(self, timeout_s: float | None = None) -> None:
        """Let every job save and end; the queue is given up. Called again, it does nothing."""
        with self._lock:
            self._closed = True
            jobs = list(self._jobs.values())
            for name in [*self._queue, *self._jobs]:
                self.stop(name)
        deadline_s = time.monotonic() + (self._grace_s if timeout_s is None else timeout_s)
        for job in jobs:
            job.ended.wait(max(0.0, deadline_s - time.monotonic()))

    # --- how it is done -------------------------------------------------------------------------------------------

    def _live(self, name: str) -> Run:
        run = self.store.open(name)
        if not self.active(name):
            raise RunError(f"The run {name} is not being trained now; start or resume it first.")
        return run

    def _spawn(self, run: Run) -> None:
        run.set_status(_waiting(run))
        process = self._context.Process(
            target=train_run,
            args=(run.folder, self._sample, self.threads, self._time_limit_s, self._grace_s),
            name=f"training {run.name}",
            daemon=True,  # the interpreter ends it (SIGTERM: it saves) when the server leaves without `shutdown`
        )
        process.start()
        job = self._jobs[run.name] = _Job(run, process)
        threading.Thread(target=self._watch, args=(job,), name=f"watch {run.name}", daemon=True).start()

    def _watch(self, job: _Job) -> None:
        while job.process.is_alive():
            job.process.join(_LOOK_EVERY_S)
            if verdict := self._verdict(job):
                job.verdict = verdict
                _log.warning("run %s: %s", job.run.name, verdict)
                job.process.kill()
                job.process.join()
        with self._lock:
            _bury(job)
            del self._jobs[job.run.name]
            while self._queue and len(self._jobs) < self.max_jobs and not self._closed:
                self._spawn(self.store.open(self._queue.pop(0)))
        job.ended.set()

    def _verdict(self, job: _Job) -> str:
        """Why the job must be ended from outside, as a sentence; empty while it may go on."""
        now_s = time.monotonic()
        if job.stop_asked_s is not None and now_s > job.stop_asked_s + self._grace_s:
            return f"It did not end within {self._grace_s:.0f} seconds of being told to stop."
        if self._time_limit_s is not None and now_s > job.started_s + self._time_limit_s + self._grace_s:
            return f"Its time of {self._time_limit_s:.0f} seconds was up, and it did not answer."
        if self._memory_limit_bytes is not None and _memory_bytes(job) > self._memory_limit_bytes:
            limit_gb = self._memory_limit_bytes / 1e9
            return f"It took more than the {limit_gb:.1f} GB of memory it may have; a smaller batch_size needs less."
        return ""


def _context() -> BaseContext:
    # Not on macOS: its system libraries do not survive a fork.
    if not sys.platform.startswith("linux"):
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    forkserver.ensure_running()
    return context


def _waiting(run: Run) -> Status:
    return run.status().model_copy(update={"state": "queued", "message": ""}).by_this_process()


def _memory_bytes(job: _Job) -> int:
    try:
        return psutil.Process(job.process.pid).memory_info().rss
    except psutil.Error:
        return 0


def _bury(job: _Job) -> None:
    """Say what happened to a process that ended without a last word of its own."""
    status = job.run.status()
    if not job.run.folder.exists() or not (status.state in LIVE_STATES or status.message == INTERRUPTED):
        return
    after = (
        "Resume goes on from the last checkpoint" if job.run.steps() else "There is no checkpoint yet to resume from"
    )
    code = job.process.exitcode
    if job.verdict:
        state, why = "failed", f"The training process was ended. {job.verdict}"
    elif code == -signal.SIGKILL:
        state, why = "interrupted", "The training process was ended by the system, most likely because memory ran out."
        after += ", and a smaller batch_size needs less memory"
    else:
        state, why = "interrupted", f"The training process ended unexpectedly (exit status {code})."
    job.run.set_status(status.model_copy(update={"state": state, "message": f"{why} {after}.", "pid": None}))
