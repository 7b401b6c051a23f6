"""What a run is doing now: a small file that the training process keeps up to date and anyone may read.

A process can vanish without a word, so a live state counts only while the process that wrote it is alive. It is told by
its id together with the moment it started, because ids are used again.
"""

import os
import time
from typing import Literal

import psutil
from pydantic import BaseModel, ConfigDict

from playground.training.loop.events import (
    Changed,
    Evaluated,
    Event,
    Finished,
    Paused,
    Resumed,
    Saved,
    Started,
    Stepped,
)

State = Literal["queued", "running", "paused", "stopped", "completed", "diverged", "failed", "interrupted"]
LIVE_STATES: frozenset[State] = frozenset({"queued", "running", "paused"})

INTERRUPTED = "The training process is gone; resume goes on from the last checkpoint."


class Status(BaseModel):
    """State of a run, who is working on it, and its latest numbers (None: not known yet).

    >>> Status().after(Paused(step=7)).state
    'paused'
    """

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    state: State = "stopped"
    message: str = ""
    """For a run that ended otherwise than wanted: one sentence that says why and what to do. For one that has begun and
    not yet trained: what it is busy with."""
    pid: int | None = None
    process_started: str | None = None
    """When that process started, as `process_start` tells it."""
    heartbeat: float = 0.0
    """When this was written, in seconds since 1970."""
    step: int = 0
    total_steps: int | None = None
    epoch: float = 0.0
    tokens_seen: int = 0
    elapsed_s: float = 0.0
    loss: float | None = None
    """Training loss of the last step."""
    train_loss: float | None = None
    val_loss: float | None = None
    best_val_loss: float | None = None
    best_step: int | None = None
    lr: float | None = None
    tokens_per_s: float | None = None
    saved_step: int | None = None
    """Step of the newest checkpoint."""

    def after(self, event: Event) -> "Status":
        """The status once `event` has happened."""
        changes: dict[str, object] = {"step": event.step, "elapsed_s": event.elapsed_s}
        match event:
            case Started():
                changes |= {"state": "running", "message": "", "total_steps": event.total_steps}
                if self.best_step is not None and self.best_step > event.step:  # that evaluation is undone
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
        """The same, signed by the process that calls, now."""
        pid = os.getpid()
        return self.model_copy(
            update={"pid": pid, "process_started": process_start(pid), "heartbeat": round(time.time(), 3)}
        )

    @property
    def live(self) -> bool:
        """Whether the run waits, trains or pauses, and the process that says so is alive."""
        return self.state in LIVE_STATES and self.pid is not None and process_start(self.pid) == self.process_started


def process_start(pid: int) -> str | None:
    """When the process `pid` started, as a word to compare; None if there is no such process (or only its remains).

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
    # psutil's time moves when the clock is set; the kernel's own count of ticks since this boot does not.
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            ticks = file.read().rpartition(b")")[2].split()[19].decode()
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return f"{file.read().strip()[:8]}-{ticks}"
    except (OSError, IndexError):
        return None
