"""Trainings started from the page: one child process each, at most `max_jobs` at a time, the others in a queue.

A child is forked from a server process that has already imported torch, so that it starts without delay; where the
platform does not support that, a fresh interpreter is started. A child reports only through its run's folder and is
controlled only through `control.json`, so a run that was started in a terminal is stopped in the same way.
"""

import logging
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess

import psutil

from playground.device import available_cores
from playground.errors import BusyError, RunError, SettingsError, reason_of
from playground.training.jobs.child import train_run
from playground.training.jobs.processes import process_context
from playground.training.loop.control import check_lr
from playground.training.loop.trainer import Sample
from playground.training.runs.run import Run
from playground.training.runs.status import LIVE_STATES, State, Status, process_start
from playground.training.runs.store import RunStore

_POLL_S = 0.5
_EXIT_TIMEOUT_S = 10.0

_log = logging.getLogger(__name__)


@dataclass
class _Job:
    run: Run
    process: BaseProcess  # only the watching thread may use it: it is not thread-safe
    pid: int
    started: str | None
    """When the process started, as `process_start` returns it: a process that has the id later is another one."""
    started_s: float = field(default_factory=time.monotonic)
    stop_requested_s: float | None = None
    kill_reason: str = ""
    has_exited: threading.Event = field(default_factory=threading.Event)

    def is_alive(self) -> bool:
        """Whether the process lives, even if the fork server, which reports its exit, was killed."""
        return self.process.is_alive() or self.find_process() is not None

    def find_process(self) -> psutil.Process | None:
        """The process, to send it a signal; None if it has exited."""
        if self.started is None or process_start(self.pid) != self.started:
            return None
        with suppress(psutil.Error):
            return psutil.Process(self.pid)
        return None


class Jobs:
    """Trains the runs of `store`, at most `max_jobs` at a time; the CPU's cores are divided among them.

    `sample` must be a function of a module, because it is sent to the child. A training may take `time_limit_s` seconds
    in all, and `memory_limit_bytes` of memory. It is killed if it uses more memory, or if it has not exited `grace_s`
    seconds after it was asked to stop. At most `max_queued` runs wait.

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
            raise SettingsError(f"max_jobs: this machine has {cores} cores; choose 1 to {cores} trainings at a time.")
        self.store = store
        self.max_jobs = max_jobs
        self.threads = cores // max_jobs
        self._sample = sample
        self._time_limit_s, self._memory_limit_bytes = time_limit_s, memory_limit_bytes
        self._grace_s, self._max_queued = grace_s, max_queued
        self._jobs: dict[str, _Job] = {}
        self._queue: list[str] = []
        self._lock = threading.RLock()
        self._is_closed = False
        self._context = process_context()

    # --- requests of the page -------------------------------------------------------------------------------------

    def start(self, name: str, *, paused: bool = False) -> None:
        """Train the run, or resume it, now or as soon as it is first in the queue; no effect if it is already active.

        Raises RunError if there is no such run, BusyError if the queue is full.
        """
        run = self.store.open(name)
        if (job := self._jobs.get(name)) is not None and not run.status().live:
            job.has_exited.wait(_EXIT_TIMEOUT_S)  # the training has finished and its process is about to exit
        with self._lock:
            if self.active(name):
                return
            if self._is_closed:
                raise BusyError("The server is shutting down; start the training again once it is back.")
            if len(self._jobs) >= self.max_jobs and len(self._queue) >= self._max_queued:
                raise BusyError("The machine is busy and the queue is full; try again in a few minutes.")
            run.control.reset(paused=paused)
            if len(self._jobs) < self.max_jobs:
                self._spawn(run)
            else:
                self._queue.append(name)
                run.set_status(_queued(run))

    def stop(self, name: str) -> None:
        """Save and stop after the current step; a queued run leaves the queue, and one that is not active is unchanged.

        Raises RunError if there is no such run.
        """
        with self._lock:
            if name in self._queue:
                self._queue.remove(name)
                run = self.store.open(name)
                run.set_status(run.status().model_copy(update={"state": "stopped", "message": "", "pid": None}))
            elif (job := self._jobs.get(name)) is not None:
                job.stop_requested_s = job.stop_requested_s or time.monotonic()
                try:
                    job.run.control.stop()
                except RunError as error:  # the disk is full, or the folder is gone
                    _log.warning("run %s is stopped by a signal: %s", name, error)
                    _signal(job.find_process(), kill=False)
            elif (run := self.store.open(name)).status().live:
                _stop_elsewhere(run)

    def pause(self, name: str) -> None:
        """Pause after the current step; raises RunError if the run is not active."""
        self._open_active(name).control.pause()

    def resume(self, name: str) -> None:
        """Continue after a pause; a run that is not active is started (see `start`)."""
        run = self.store.open(name)
        if self.active(name):
            run.control.run()
        else:
            self.start(name)

    def step(self, name: str) -> None:
        """Train one step, then pause; a run that is not active is started for it."""
        run = self.store.open(name)
        with self._lock:
            if not self.active(name):
                self.start(name, paused=True)
            run.control.step()

    def set_lr(self, name: str, lr: float) -> None:
        """Use another learning rate from the next step on.

        Raises SettingsError if it is out of bounds, RunError if the run is not active.
        """
        check_lr(lr)
        self._open_active(name).control.set_lr(lr)

    def active(self, name: str) -> bool:
        """Whether the run is queued, trains or is paused, here or in a terminal; raises RunError if there is none."""
        with self._lock:
            return name in self._queue or name in self._jobs or self.store.open(name).status().live

    def queue_place(self, name: str) -> int | None:
        """Place of the run in the queue, from 1; None if it is not queued."""
        with self._lock:
            return self._queue.index(name) + 1 if name in self._queue else None

    def running(self) -> list[str]:
        """Names of the runs that are trained in child processes of this process."""
        with self._lock:
            return list(self._jobs)

    def shutdown(self, timeout_s: float | None = None) -> None:
        """Let every job save and exit, and clear the queue; a second call has no effect."""
        with self._lock:
            self._is_closed = True
            jobs = list(self._jobs.values())
            for name in [*self._queue, *self._jobs]:
                with suppress(RunError):  # a queued run whose folder is gone
                    self.stop(name)
        deadline_s = time.monotonic() + (self._grace_s if timeout_s is None else timeout_s)
        for job in jobs:
            job.has_exited.wait(max(0.0, deadline_s - time.monotonic()))

    # --- child processes ------------------------------------------------------------------------------------------

    def _open_active(self, name: str) -> Run:
        run = self.store.open(name)
        if not self.active(name):
            raise RunError(f"The run {name} is not being trained now; start or resume it first.")
        return run

    def _spawn(self, run: Run) -> None:
        run.set_status(_queued(run))
        process = self._context.Process(
            target=train_run,
            args=(run.folder, self._sample, self.threads, self._time_limit_s, self._grace_s),
            name=f"training {run.name}",
            daemon=True,  # if the server exits without `shutdown`, the interpreter sends it SIGTERM, and it saves
        )
        try:
            process.start()
            pid = process.pid or 0
            job = _Job(run, process, pid, process_start(pid))
            threading.Thread(target=self._watch, args=(job,), name=f"watch {run.name}", daemon=True).start()
        except Exception as error:
            if process.is_alive():  # the system gives no more threads
                process.kill()
            why = f"The training process could not be started ({_cause(error)}); try again in a few minutes."
            run.set_status(run.status().model_copy(update={"state": "failed", "message": why, "pid": None}))
            raise RunError(why) from error
        self._jobs[run.name] = job  # its watcher waits for the lock before it removes it

    def _watch(self, job: _Job) -> None:
        """Wait until the process of a job exits, kill it if it must be, then start the next run in the queue."""
        while job.is_alive():
            if job.process.is_alive():
                job.process.join(_POLL_S)
            else:
                time.sleep(_POLL_S)
            if reason := self._kill_reason(job):
                job.kill_reason = reason
                _log.warning("run %s: %s", job.run.name, reason)
                _signal(job.find_process(), kill=True)
                job.process.join()
        with self._lock:
            try:
                _explain_exit(job)
            except Exception:  # whatever is wrong with this run, the others go on
                _log.exception("run %s: its end could not be explained", job.run.name)
            del self._jobs[job.run.name]
            self._start_next()
        job.has_exited.set()

    def _start_next(self) -> None:
        """Start queued runs while there is room; one that cannot be started does not stop the others."""
        while self._queue and len(self._jobs) < self.max_jobs and not self._is_closed:
            name = self._queue.pop(0)
            try:
                self._spawn(self.store.open(name))
            except RunError as error:
                _log.warning("run %s is not started: %s", name, error)

    def _kill_reason(self, job: _Job) -> str:
        """Why the job must be killed, as a sentence; empty if it may continue."""
        now_s = time.monotonic()
        if job.stop_requested_s is not None and now_s > job.stop_requested_s + self._grace_s:
            return f"It did not end within {self._grace_s:.0f} seconds of being asked to stop."
        if self._time_limit_s is not None and now_s > job.started_s + self._time_limit_s + self._grace_s:
            return f"Its time of {self._time_limit_s:.0f} seconds was up, and it did not respond."
        if self._memory_limit_bytes is not None and _memory_bytes(job) > self._memory_limit_bytes:
            limit_gb = self._memory_limit_bytes / 1e9
            return f"It used more than the {limit_gb:.1f} GB of memory that are allowed; use a smaller batch_size."
        return ""


def _stop_elsewhere(run: Run) -> None:
    """Stop a run that another process trains, such as one in a terminal."""
    try:
        run.control.stop()
    except RunError:  # the disk is full
        status = run.status()
        if not status.live or status.state == "queued" or status.pid is None:  # the process is a server
            raise
        _signal(psutil.Process(status.pid), kill=False)


def _signal(process: psutil.Process | None, *, kill: bool) -> None:
    """Kill a process, or let it save and exit; one that has exited is ignored."""
    with suppress(psutil.NoSuchProcess):
        if process is not None:
            process.kill() if kill else process.terminate()


def _cause(error: Exception) -> str:
    return reason_of(error) if isinstance(error, OSError) else type(error).__name__


def _queued(run: Run) -> Status:
    return run.status().model_copy(update={"state": "queued", "message": ""}).by_this_process()


def _memory_bytes(job: _Job) -> int:
    try:
        return int(psutil.Process(job.pid).memory_info().rss)
    except psutil.Error:
        return 0


def _explain_exit(job: _Job) -> None:
    """Write into the status why a process exited that did not do so itself."""
    run = job.run
    if not run.folder.exists() or run.status_file.stored().state not in LIVE_STATES:
        return
    advice = "Resume continues from the last checkpoint" if run.steps() else "There is no checkpoint yet to resume from"
    state: State = "interrupted"
    code = job.process.exitcode
    if job.kill_reason:
        state, why = "failed", f"The training process was killed. {job.kill_reason}"
    elif code == -signal.SIGKILL:
        why = "The training process was killed by the system, most likely because memory ran out."
        advice += ", and a smaller batch_size needs less memory"
    else:
        why = f"The training process exited unexpectedly (exit status {code})."
    run.set_status(run.status().model_copy(update={"state": state, "message": f"{why} {advice}.", "pid": None}))
