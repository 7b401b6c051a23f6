"""What the Runs tab asks the server for: the list of runs, one run's checkpoints, curves side by side, and actions."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, get_args

import gradio as gr

from playground.config import TrainConfig
from playground.errors import BusyError, RunError
from playground.training.runs.compare import AXES, Curves, curves, differences
from playground.training.runs.fork import fork, settings_at
from playground.training.runs.run import Which
from playground.training.runs.spec import RunSummary
from playground.ui.access import check_rename, listed_runs, lists_runs, new_run_name, unreadable_runs
from playground.ui.context import Context
from playground.ui.queries import answer, field
from playground.ui.visitors import visitor_of

MAX_POINTS = 600
"""Points of one curve: what a chart of a screen's width can show."""
MAX_COMPARED = 8
_FORKABLE = ("lr", "epochs", "weight_decay", "lr_schedule")
_STATUS = {
    "state", "message", "step", "total_steps", "epoch", "tokens_seen", "elapsed_s", "train_loss", "val_loss",
    "best_val_loss", "best_step", "tokens_per_s",
}  # fmt: skip


class RunsServer:
    """Answers for the Runs tab. Every answer is a dict; a refusal is `{"error": sentence}`.

    Which runs a visitor may see is decided in `playground.ui.access`.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store, self._jobs = context.store, context.jobs

    def rows(self, query: dict) -> dict:
        """`{known}` → the runs as rows of a table; `known` are names, which count on a public server alone."""
        return answer(partial(self._rows, query))

    def detail(self, query: dict) -> dict:
        """`{run}` → its checkpoints, and for a fork from `step` the settings in force there."""
        return answer(partial(self._detail, query))

    def compare(self, query: dict) -> dict:
        """`{runs, over}` → the curves of up to eight runs over an axis, and the settings in which they differ."""
        return answer(partial(self._compare, query))

    def act(self, query: dict, request: gr.Request) -> dict:
        """`{action, run, …}` → what was done, in a sentence; see `_ACTIONS` for the actions and their fields."""
        return answer(partial(self._act, query, visitor_of(request)))

    def _rows(self, query: Any) -> dict[str, Any]:
        known = _names(query, "known", 100) if isinstance(query, dict) and query.get("known") else []
        return {
            "runs": [self._row(summary) for summary in listed_runs(self._context, known)],
            "unreadable": unreadable_runs(self._context),
            "public": not lists_runs(self._context),
            "max_archive_bytes": self._context.limits.max_archive_bytes,
        }

    def _row(self, summary: RunSummary) -> dict[str, Any]:
        spec, status = summary.spec, summary.status
        return {
            "name": summary.name,
            "text": spec.text_name,
            "preset": spec.preset,
            "created": spec.created,
            "parent": f"{spec.parent.name}, step {spec.parent.step}" if spec.parent else "",
            "size_bytes": summary.size_bytes,
            "pinned": summary.pinned,
            "queue_place": self._jobs.queue_place(summary.name) if status.state == "queued" else None,
            **status.model_dump(include=_STATUS),
        }

    def _detail(self, query: Any) -> dict[str, Any]:
        run = self._store.open(field(query, "run", str))
        found = run.checkpoints()
        step = field(query, "step", int, 0) or (found[-1].step if found else 0)
        settings = run.spec.train
        if found:  # at least one epoch more than are done, or a fork would be complete at once
            settings = settings_at(run, step).replace(epochs=max(settings.epochs, run.load_position(step).epoch + 1))
        return {
            "run": run.name,
            "step": step,
            "checkpoints": [vars(info) for info in found],
            "settings": {**settings.model_dump(include=set(_FORKABLE)), "drop_rate": run.spec.model.drop_rate},
        }

    def _compare(self, query: Any) -> dict[str, Any]:
        names, over = _names(query, "runs", MAX_COMPARED), field(query, "over", str)
        if over not in AXES:
            raise RunError(f"Curves can be drawn over {', '.join(AXES)}.")
        runs = [self._store.open(name) for name in names]
        return {
            "over": over,
            "runs": names,
            "curves": [_thinned(curves(run, over)) for run in runs],
            "differences": [
                {"setting": row.setting, "values": [_shown(value) for value in row.values]}
                for row in differences([run.spec for run in runs])
            ],
        }

    def _act(self, query: Any, visitor: str) -> dict[str, Any]:
        action = _ACTIONS.get(field(query, "action", str))
        if action is None:
            raise RunError(f"A run can be acted on with one of: {', '.join(_ACTIONS)}.")
        return action(self, field(query, "run", str), {**query, "visitor": visitor})

    def _resume(self, name: str, query: dict) -> dict[str, Any]:
        self._context.quota.start(query["visitor"], name, partial(self._jobs.resume, name))
        place = self._jobs.queue_place(name)
        return {"run": name, "message": f"{name} goes on." if place is None else f"{name} waits, place {place}."}

    def _stop(self, name: str, _: dict) -> dict[str, Any]:
        self._jobs.stop(name)
        return {"run": name, "message": f"{name} stops after the current step and is saved."}

    def _pin(self, name: str, query: dict) -> dict[str, Any]:
        pinned = bool(query.get("pinned"))
        self._store.open(name).set_pinned(pinned)
        return {
            "run": name,
            "message": f"{name} is {'pinned: it stands first and is not deleted' if pinned else 'unpinned'}.",
        }

    def _pin_checkpoint(self, name: str, query: dict) -> dict[str, Any]:
        step, pinned = field(query, "step", int), bool(query.get("pinned"))
        self._store.open(name).pin_checkpoint(step, pinned)
        return {
            "run": name,
            "message": f"The checkpoint of step {step} is {'kept for good' if pinned else 'unpinned'}.",
        }

    def _rename(self, name: str, query: dict) -> dict[str, Any]:
        check_rename(self._context)
        new_name = field(query, "new_name", str).strip()
        self._store.rename(name, new_name)
        self._context.models.forget(name)
        return {"run": new_name, "message": f"{name} is now called {new_name}."}

    def _delete(self, name: str, _: dict) -> dict[str, Any]:
        token = self._store.delete(name)
        self._context.models.forget(name)
        return {"run": "", "undo": token, "message": f"{name} is deleted."}

    def _undo(self, token: str, _: dict) -> dict[str, Any]:
        run = self._store.undo(token)
        return {"run": run.name, "message": f"{run.name} is back."}

    def _fork(self, name: str, query: dict) -> dict[str, Any]:
        asked = query.get("settings")
        if not isinstance(asked, dict) or not set(asked) <= {*_FORKABLE, "drop_rate"}:
            raise RunError(f"A fork takes the settings {', '.join(_FORKABLE)} and drop_rate.")
        quota, visitor = self._context.quota, query["visitor"]
        quota.check(visitor)  # before anything is written
        run = self._store.open(name)
        step = run.find_step(_which(query.get("step")))
        changes = {key: value for key, value in asked.items() if key != "drop_rate" and value is not None}
        train = settings_at(run, step)
        floor = {} if "lr" not in changes else {"min_lr": min(train.min_lr, _number(changes["lr"]))}
        made = fork(
            self._store,
            name,
            step,
            new_name=self._new_name(query),
            train=TrainConfig(**{**dict(train), "max_steps": None, **floor, **changes}),
            drop_rate=asked.get("drop_rate"),
        )
        try:
            quota.start(visitor, made.name, partial(self._jobs.start, made.name))
        except BusyError:
            self._store.delete(made.name)  # a fork that was refused leaves nothing behind
            raise
        return {"run": made.name, "message": f"{made.name} goes on from step {step} of {name}."}

    def _new_name(self, query: dict) -> str | None:
        return new_run_name(self._context, field(query, "new_name", str, "").strip() or None)


_ACTIONS: dict[str, Callable[[RunsServer, str, dict], dict[str, Any]]] = {
    "resume": RunsServer._resume,
    "stop": RunsServer._stop,
    "pin": RunsServer._pin,
    "pin_checkpoint": RunsServer._pin_checkpoint,
    "rename": RunsServer._rename,
    "delete": RunsServer._delete,
    "undo": RunsServer._undo,
    "fork": RunsServer._fork,
}


def _names(query: Any, name: str, most: int) -> list[str]:
    found = field(query, name, list)
    if len(found) > most or not all(isinstance(item, str) for item in found):
        raise RunError(f"At most {most} runs can be asked for at once, by name.")
    return list(dict.fromkeys(found))


def _which(value: Any) -> Which:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if value in get_args(get_args(Which)[1]):
        return value
    raise RunError("A checkpoint is the last, the best, or the number of a step.")


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) and value == value else math.inf  # the config refuses what is none


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _thinned(found: Curves) -> dict[str, Any]:
    return {
        "name": found.name,
        "loss": thin_curve(found.loss_x, found.loss_y),
        "train": thin_curve(found.eval_x, found.train_y),
        "val": thin_curve(found.eval_x, found.val_y),
    }


def thin_curve(x: Sequence[float], y: Sequence[float], most: int = MAX_POINTS) -> dict[str, list[float]]:
    """A curve of at most `most` points, each the mean of its share, at the share's last x.

    >>> thin_curve([1, 2, 3, 4, 5], [9.0, 7.0, 5.0, 3.0, 1.0], most=3)
    {'x': [2, 4, 5], 'y': [8.0, 4.0, 1.0]}
    """
    share = max(1, -(-len(x) // most))
    starts = range(0, len(x), share)
    return {
        "x": [x[min(start + share, len(x)) - 1] for start in starts],
        "y": [sum(y[start : start + share]) / len(y[start : start + share]) for start in starts],
    }
