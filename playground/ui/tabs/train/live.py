"""What the page asks again and again while it watches a run: the news since a byte offset of the run's log.

Nothing is remembered between two questions but the tokenizers of a few runs; a reload or a restart begins at offset 0.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any, TypeVar

import tiktoken

from playground.errors import RunError
from playground.text.tokenizer import token_text
from playground.training.jobs.jobs import Jobs
from playground.training.loop import events
from playground.training.runs.history import History, without_undone
from playground.training.runs.store import Run, RunStore

MAX_POINTS = 600
"""Points of one series in one answer: what a chart of a screen's width can show."""
MAX_READ_BYTES = 4_000_000
"""Most of the log that is read for one answer; the page asks at once again where there is more."""

T = TypeVar("T")
_RESUMABLE = ("stopped", "interrupted", "failed", "diverged")
_STEP_SERIES = ("step", "epoch", "loss", "lr", "grad_norm", "tokens_per_s")


class Live:
    """Answers for the page: `news` of a run since an offset."""

    def __init__(self, store: RunStore, jobs: Jobs, max_tokenizers: int = 4) -> None:
        self._store = store
        self._jobs = jobs
        self._max_tokenizers = max_tokenizers
        self._tokenizers: OrderedDict[str, tiktoken.Encoding] = OrderedDict()
        self._lock = Lock()

    def news(self, run_name: str, offset_bytes: int = 0) -> dict[str, Any]:
        """State of a run and what its log has gained since `offset_bytes`; raises `RunError` for an unknown run.

        `cut` is a step (or None): what the page holds beyond it was undone, because the run went on from an earlier
        checkpoint. `lr` is what the learning rate was last changed to. `steps` are columns; `evals`, `samples` and
        `notes` are rows.
        """
        run = self._store.open(run_name)
        found, next_offset = run.events(offset_bytes, limit_bytes=MAX_READ_BYTES)
        more = next_offset - offset_bytes >= MAX_READ_BYTES
        answer = digest(found)
        if answer["evals"]:
            tokenizer = self._tokenizer(run)
            for row in answer["evals"]:
                row["probe"] = [[token_text(token, tokenizer), share] for token, share in row["probe"]]
        status = run.status()
        return {
            "run": run.name,
            "offset": next_offset,
            "more": more,
            "status": {
                **status.model_dump(include=_STATUS),
                "queue_place": self._jobs.queue_place(run.name) if status.state == "queued" else None,
                "can_resume": status.state in _RESUMABLE and bool(run.steps()),
            },
            "about": about(run) if offset_bytes == 0 or answer["sitting"] else None,
            **answer,
        }

    def _tokenizer(self, run: Run) -> tiktoken.Encoding:
        with self._lock:
            tokenizer = self._tokenizers.pop(run.spec.text_sha256 + run.name, None) or run.tokenizer
            self._tokenizers[run.spec.text_sha256 + run.name] = tokenizer
            while len(self._tokenizers) > self._max_tokenizers:
                self._tokenizers.popitem(last=False)
        return tokenizer


_STATUS = {
    "state",
    "message",
    "step",
    "total_steps",
    "epoch",
    "tokens_seen",
    "elapsed_s",
    "loss",
    "train_loss",
    "val_loss",
    "best_val_loss",
    "best_step",
    "lr",
    "tokens_per_s",
    "saved_step",
}


def about(run: Run) -> dict[str, Any]:
    """What a run is, for its heading."""
    spec = run.spec
    return {
        "preset": spec.preset,
        "text_name": spec.text_name,
        "epochs": spec.train.epochs,
        "start_context": spec.train.start_context,
        "vocab_size": spec.model.vocab_size,
        "lr": spec.train.lr,
        "is_scheduled": spec.train.lr_schedule != "constant" or spec.train.warmup_pct > 0,
    }


def digest(found: Sequence[events.Event]) -> dict[str, Any]:
    """Events as the page draws them: columns of at most `MAX_POINTS` steps, rows of evaluations, samples and notes.

    >>> from playground.training.loop.events import Sampled
    >>> digest([Sampled(step=9, epoch=1.0, text="Every effort")])["samples"]
    [{'step': 9, 'epoch': 1.0, 'text': 'Every effort'}]
    """
    history = History.of(without_undone(found))
    notes: list[dict[str, Any]] = []
    cut: int | None = None
    sitting: dict[str, Any] | None = None
    saved: int | None = None
    lr: float | None = None
    for event in found:
        match event:
            case events.Started():
                cut = event.step if cut is None else min(cut, event.step)
                sitting = event.model_dump(exclude={"type", "elapsed_s"})
                if event.step and not event.exact:
                    notes.append({"step": event.step, "text": f"Resumed, but not exactly: {event.why_not_exact}"})
            case events.Changed():
                lr = event.lr
                notes.append({"step": event.step, "text": f"Learning rate changed to {event.lr:g}."})
            case events.Warned():
                notes.append({"step": event.step, "text": event.message})
            case events.Saved():
                saved = event.step
    return {
        "cut": cut,
        "sitting": sitting,
        "saved": saved,
        "lr": lr,
        "steps": columns(history.steps),
        "evals": _rows(history.evaluations, MAX_POINTS),
        "samples": _rows(history.samples, MAX_POINTS // 10),
        "notes": notes[-20:],
    }


def _rows(found: Sequence[events.Evaluated | events.Sampled], max_rows: int) -> list[dict[str, Any]]:
    return [event.model_dump(exclude={"type", "elapsed_s"}) for event in thin(found, max_rows)]


def columns(steps: Sequence[events.Stepped], max_points: int = MAX_POINTS) -> dict[str, list[float]]:
    """Step events as columns of equal length, each point the mean of its share where there are more than `max_points`.

    `step`, `epoch` and `lr` are those of the share's last step, so that a curve ends where the training stands.
    """
    share = max(1, -(-len(steps) // max_points))
    groups = [steps[start : start + share] for start in range(0, len(steps), share)]
    last = {"step", "epoch", "lr"}
    return {
        name: [
            getattr(group[-1], name) if name in last else sum(getattr(step, name) for step in group) / len(group)
            for group in groups
        ]
        for name in _STEP_SERIES
    }


def thin(rows: Sequence[T], max_rows: int) -> list[T]:
    """At most `max_rows` of the rows, evenly spread, the first and the last among them.

    >>> thin([0, 1, 2, 3, 4, 5, 6], 3)
    [0, 3, 6]
    """
    if len(rows) <= max_rows:
        return list(rows)
    return [rows[round(i * (len(rows) - 1) / (max_rows - 1))] for i in range(max_rows)]


def command(store: RunStore, jobs: Jobs, run_name: str, action: str, lr: float | None = None) -> None:
    """Do what a button of the live view asks; raises `RunError` for an action that is none.

    `extend` trains a run that is complete for one epoch more.
    """
    match action:
        case "extend":
            store.extend(run_name, math.floor(store.open(run_name).status().epoch + 1e-6) + 1)
            jobs.start(run_name)
        case "stop":
            jobs.stop(run_name)
        case "pause":
            jobs.pause(run_name)
        case "resume":
            jobs.resume(run_name)
        case "step":
            jobs.step(run_name)
        case "set_lr":
            jobs.set_lr(run_name, lr)
        case _:
            raise RunError("A run can be stopped, paused, resumed, stepped, extended, or given another learning rate.")
