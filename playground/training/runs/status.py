"""`status.json` in a run's folder: what the run is doing now.

The process that trains the run keeps it up to date, and anyone may read it. Because a process can disappear without
changing it, a live state counts only while the process that wrote it is alive. That process is identified by its id
together with its start time, because ids are reused.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playground.training.loop.events import (
    Changed,
    Count,
    Epochs,
    Evaluated,
    Event,
    Finished,
    LearningRate,
    Paused,
    Rate,
    Resumed,
    Saved,
    Seconds,
    Started,
    Stepped,
)
from playground.training.runs.files import write_atomic

State = Literal["queued", "running", "paused", "stopped", "completed", "diverged", "failed", "interrupted"]
LIVE_STATES: frozenset[State] = frozenset({"queued", "running", "paused"})

INTERRUPTED = "The training process is gone; resume continues from the last checkpoint."


class Status(BaseModel):
    """State of a run, the process that works on it, and its latest numbers (None: not known yet).

    >>> Status().after(Paused(step=7)).state
    'paused'
    """

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    state: State = "stopped"
    message: str = ""
    """One sentence: for a run that ended unexpectedly, why and what to do; for one that is about to train, what it is
    doing until then."""
    pid: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    process_started: str | None = None
    """When that process started, as `process_start` returns it."""
    heartbeat: Seconds = 0.0
    """When this was written, in seconds since 1970."""
    step: Count = 0
    total_steps: Count | None = None
    epoch: Epochs = 0.0
    tokens_seen: Count = 0
    elapsed_s: Seconds = 0.0
    loss: float | None = None
    """Training loss of the last step."""
    train_loss: float | None = None
    val_loss: float | None = None
    best_val_loss: float | None = None
    best_step: Count | None = None
    lr: LearningRate | None = None
    tokens_per_s: Rate | None = None
    saved_step: Count | None = None
    """Step of the newest checkpoint."""

    def after(self, event: Event) -> "Status":
        """The status after `event`."""
        changes: dict[str, object] = {"step": event.step, "elapsed_s": event.elapsed_s}
        match event:
            case Started():
                changes |= {"state": "running", "message": "", "total_steps": event.total_steps}
                if self.best_step is not None and self.best_step > event.step:  # that evaluation was undone
                    changes |= {"best_val_loss": None, "best_step": None}
            case Stepped():
                changes |= {
                    "epoch": event.epoch,
                    "tokens_seen": event.tokens_seen,
                    "loss": event.loss,
                    "lr": event.lr,
                    "tokens_per_s": event.tokens_per_s,
                }
            case Evaluated():
                changes |= {"train_loss": event.train_loss, "val_loss": event.val_loss}
                if event.best:
                    changes |= {"best_val_loss": event.val_loss, "best_step": event.step}
            case Changed():
                changes |= {"lr": event.lr}
            case Saved():
                changes |= {"saved_step": event.step}
            case Paused():
                changes |= {"state": "paused"}
            case Resumed():
                changes |= {"state": "running"}
            case Finished():
                changes |= {"state": event.reason, "message": event.message}
        return self.model_copy(update=changes)

    def by_this_process(self) -> "Status":
        """The same, as written by the calling process now."""
        pid = os.getpid()
        return self.model_copy(
            update={"pid": pid, "process_started": process_start(pid), "heartbeat": round(time.time(), 3)}
        )

    @property
    def remaining_s(self) -> float | None:
        """About how many seconds the training still needs, by its mean speed so far; None if it is not known.

        >>> Status(step=30, total_steps=40, elapsed_s=60).remaining_s
        20.0
        """
        if not self.step or self.total_steps is None or not self.elapsed_s:
            return None
        return max(0, self.total_steps - self.step) * self.elapsed_s / self.step

    @property
    def live(self) -> bool:
        """Whether the run is queued, trains or is paused, and the process that wrote this is alive."""
        return self.state in LIVE_STATES and self.pid is not None and process_start(self.pid) == self.process_started


class StatusFile:
    """Reads and writes the status.

    >>> import tempfile
    >>> file = StatusFile(Path(tempfile.mkdtemp()))
    >>> file.write(Status(state="running"))
    >>> file.stored().state, file.read().state
    ('running', 'interrupted')
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "status.json"

    def read(self) -> Status:
        """What the run is doing; a run whose process no longer exists is interrupted, whatever the file says."""
        for _ in range(2):
            status = self.stored()
            if status.state not in LIVE_STATES or status.live:
                return status
            # The process may have written its last status and exited after the file was read: read it once more.
        return status.model_copy(update={"state": "interrupted", "message": INTERRUPTED})

    def stored(self) -> Status:
        """The content of the file; a damaged one counts as interrupted."""
        try:
            return Status.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return Status(message="Not started yet.")
        except (OSError, ValidationError):
            return Status(state="interrupted", message=INTERRUPTED)

    def write(self, status: Status) -> None:
        """Replace the file; without room for another one, it is overwritten.

        If that fails as well, the old content stays: the log records the events in any case.
        """
        data = status.model_dump_json().encode()
        try:
            write_atomic(self.path, data)
        except OSError:
            with suppress(OSError), self.path.open("r+b", buffering=0) as file:
                # With spaces up to its former length: in one write, a reader does not see half of it.
                file.write(data.ljust(os.fstat(file.fileno()).st_size))


def process_start(pid: int) -> str | None:
    """When the process `pid` started, as a string to compare; None if there is no such process, or only a zombie.

    >>> process_start(os.getpid()) == process_start(os.getpid()) != None
    True
    """
    try:
        process = psutil.Process(pid)
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return None
        return _linux_start(pid) or f"{process.create_time():.0f}"
    except (psutil.Error, ValueError):
        return None


def _linux_start(pid: int) -> str | None:
    # psutil's time changes when the clock is set; the kernel's count of ticks since this boot does not.
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            ticks = file.read().rpartition(b")")[2].split()[19].decode()
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return f"{file.read().strip()[:8]}-{ticks}"
    except (OSError, IndexError):
        return None
