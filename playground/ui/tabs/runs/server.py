"""What the Runs tab asks the server for: the list of runs, one run's checkpoints, curves side by side, and actions."""

from typing import Any

import gradio as gr
from pydantic import Field

from playground.training.runs.compare import Axis, Curves, curves, differences
from playground.training.runs.fork import settings_at
from playground.training.runs.store import RunSummary
from playground.ui.access import listed_runs, lists_runs, may_control, unreadable_runs
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.run_status import shown_status, waiting
from playground.ui.tabs.runs.actions import Action, ForkSettings, RunActions
from playground.ui.tabs.runs.verdict import Trained, verdict
from playground.ui.tabs.runs.what_if import offered_settings
from playground.ui.thinning import thin_columns
from playground.ui.visitors import MAX_TOKEN, Visitor

MAX_COMPARED = 8
_MAX_KNOWN = 100


class RowsQuery(Query):
    """The list of runs; `known` are the names that the browser knows."""

    known: list[str] = Field(default=[], max_length=_MAX_KNOWN)
    visitor: str = Field(default="", max_length=MAX_TOKEN)
    """The visitor's token."""


class DetailQuery(Query):
    """One run's checkpoints, and what a fork from `step` (0: the last checkpoint) or *What if?* could change."""

    run: str
    step: int = Field(default=0, ge=0, le=2**53)


class CompareQuery(Query):
    """The curves of some runs over an axis."""

    runs: list[str] = Field(max_length=MAX_COMPARED)
    over: Axis


class RunsServer:
    """Server functions of the Runs tab (see `playground/ui/exchange.py`).

    Which runs a visitor may see is decided in `playground.ui.access`.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._actions = RunActions(context)

    def rows(self, query: RowsQuery) -> dict[str, Any]:
        """The runs as rows of a table, and what the page must know about this server."""
        known = dict.fromkeys(query.known)
        return {
            "runs": [self._row(summary, Visitor("", query.visitor)) for summary in listed_runs(self._context, known)],
            "unreadable": unreadable_runs(self._context),
            "public": not lists_runs(self._context),
            "max_archive_bytes": self._context.limits.max_archive_bytes,
        }

    def detail(self, query: DetailQuery) -> dict[str, Any]:
        """The checkpoints of a run, and the settings in force at one of them, with epochs left to train."""
        run = self._context.store.open(query.run)
        found = run.checkpoints()
        step = query.step or (found[-1].step if found else 0)
        train = run.spec.train
        if found:  # a fork with no epoch left would be complete at once
            train = settings_at(run, step).replace(epochs=max(train.epochs, run.load_position(step).epoch + 1))
        settings = {**run.spec.model.model_dump(), **train.model_dump()}
        return {
            "run": run.name,
            "step": step,
            "checkpoints": [vars(info) for info in found],
            "settings": {name: settings[name] for name in ForkSettings.model_fields},
            "what_if": offered_settings(run),
        }

    def compare(self, query: CompareQuery) -> dict[str, Any]:
        """The curves of the runs, and the settings in which they differ; values are in the order of the runs.

        `verdict` is the difference between two runs in a sentence (see `verdict.py`), "" for one or several.
        """
        names = list(dict.fromkeys(query.runs))
        runs = [self._context.store.open(name) for name in names]
        return {
            "over": query.over,
            "runs": names,
            "titles": [run.spec.shown_name for run in runs],
            "verdict": verdict([Trained.of(run) for run in runs]) if len(runs) == 2 else "",
            "curves": [_thinned(curves(run, query.over)) for run in runs],
            "differences": [
                {"setting": row.setting, "values": [_shown(value) for value in row.values]}
                for row in differences([run.spec for run in runs])
            ],
        }

    def act(self, query: Action, request: gr.Request) -> dict[str, Any]:
        """Do something with a run: `{"run", "message"}`, where `run` is its name afterwards."""
        return self._actions.do(query, Visitor.of(request, query.visitor))

    def _row(self, summary: RunSummary, visitor: Visitor) -> dict[str, Any]:
        spec = summary.spec
        return {
            "name": summary.name,
            "title": spec.shown_name,
            "text": spec.text_name,
            "preset": spec.preset,
            "created": spec.created,
            "parent": f"{spec.parent.name}, step {spec.parent.step}" if spec.parent else "",
            "size_bytes": summary.size_bytes,
            "pinned": summary.pinned,
            "source": spec.source,
            "has_text": spec.has_text,
            **shown_status(summary.name, summary.status, self._context.jobs),
            "may_control": may_control(self._context, summary.name, visitor),
            "waiting": waiting(self._context, summary.name, visitor) if summary.status.state == "queued" else None,
        }


def view_constants() -> dict[str, Any]:
    """What the page must know of the queries' limits and names, as `Constants` in `widgets/runs_view` describes it."""
    axes: list[tuple[Axis, str, str, bool]] = [
        ("steps", "Steps", "Steps", True),
        ("epochs", "Epochs", "Epochs", False),
        ("tokens", "Tokens", "Tokens seen", True),
        ("seconds", "Time", "Seconds of training", False),
    ]
    return {
        "curves": [
            {"name": "val", "label": "Validation", "has_best": True},
            {"name": "train", "label": "Training", "has_best": False},
            {"name": "loss", "label": "Each batch", "has_best": False},
        ],
        "axes": [
            {"name": name, "label": label, "title": title, "is_whole": is_whole}
            for name, label, title, is_whole in axes
        ],
        "max_compared": MAX_COMPARED,
        "max_known": _MAX_KNOWN,
    }


def _thinned(found: Curves) -> dict[str, Any]:
    """The curves of a run by the names of `view_constants`."""
    points = {
        "loss": (found.loss_x, found.loss_y),
        "train": (found.eval_x, found.train_y),
        "val": (found.eval_x, found.val_y),
    }
    thinned = {name: thin_columns({"x": x, "y": y}, {"x": "last", "y": "mean"}) for name, (x, y) in points.items()}
    return {"name": found.name, **thinned}


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)
