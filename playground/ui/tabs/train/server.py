"""What the live view asks the server for: the news of a run, a command for it, its loss figure."""

import base64
import math
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Literal

import gradio as gr
from pydantic import Field

from playground.errors import RunError, SettingsError
from playground.training.runs.history import read_history
from playground.training.runs.run import Run
from playground.ui.access import check_change, check_control, lists_runs, may_control, start_training
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.run_status import waiting
from playground.ui.tabs.train.news import RunNews
from playground.ui.visitors import MAX_TOKEN, Visitor

Format = Literal["pdf", "png"]
_MEDIA_TYPES: dict[Format, str] = {"pdf": "application/pdf", "png": "image/png"}
_STARTING = ("resume", "step", "extend")
"""Commands that may start the training of a run that is not active."""


class NewsQuery(Query):
    """The news of a run since a byte offset of its log."""

    run: str
    offset: int = Field(default=0, ge=0, le=2**53)
    visitor: str = Field(default="", max_length=MAX_TOKEN)
    """The visitor's token."""


class CommandQuery(Query):
    """What a button does with a run; `extend` trains a completed run for one epoch more, `set_lr` needs `lr`.

    `claim` tells the token of the visitor who has just started the run with the form.
    """

    run: str
    action: Literal["stop", "pause", "resume", "step", "extend", "set_lr", "claim"]
    lr: float | None = None
    visitor: str = Field(default="", max_length=MAX_TOKEN)
    """The visitor's token."""


class FigureQuery(Query):
    """The loss figure of a run."""

    run: str
    format: Format


class LiveServer:
    """Server functions of the live view (see `playground/ui/exchange.py`)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._news = RunNews(context.store, context.jobs)

    def news(self, query: NewsQuery) -> dict[str, Any]:
        """The answer of `RunNews.since`; raises `RunError` for an unknown run."""
        answer = self._news.since(query.run, query.offset)
        visitor = Visitor("", query.visitor)
        status = answer["status"]
        status["has_text"] = self._context.store.open(query.run).spec.has_text
        status["may_control"] = may_control(self._context, query.run, visitor)
        status["waiting"] = waiting(self._context, query.run, visitor) if status["state"] == "queued" else None
        return answer

    def command(self, query: CommandQuery, request: gr.Request) -> dict[str, Any]:
        """`{}` once the command was given; raises `RunError`, `SettingsError`, or `BusyError` if it must be refused."""
        check_change(self._context, query.run)
        visitor = Visitor.of(request, query.visitor)
        if query.action == "claim":
            if not lists_runs(self._context):
                self._context.owners.claim(query.run, visitor)
            return {}
        check_control(self._context, query.run, visitor)
        give = partial(self._give, query)
        if query.action in _STARTING:
            start_training(self._context, query.run, visitor, give)
        else:
            give()
        return {}

    def figure(self, query: FigureQuery) -> dict[str, Any]:
        """The loss figure as base64 (`data`), with its file name and media type (`name`, `type`)."""
        run = self._context.store.open(query.run)
        data = base64.b64encode(loss_figure(run, query.format)).decode()
        return {"data": data, "type": _MEDIA_TYPES[query.format], "name": f"{run.name}-loss.{query.format}"}

    def _give(self, query: CommandQuery) -> None:
        store, jobs, run = self._context.store, self._context.jobs, query.run
        match query.action:
            case "stop":
                jobs.stop(run)
            case "pause":
                jobs.pause(run)
            case "resume":
                jobs.resume(run)
            case "step":
                jobs.step(run)
            case "extend":
                store.extend(run, math.floor(store.open(run).status().epoch + 1e-6) + 1)
                jobs.start(run)
            case "set_lr":
                if query.lr is None:
                    raise SettingsError("lr: it is missing; give a learning rate above 0 and at most 1.")
                jobs.set_lr(run, query.lr)


def loss_figure(run: Run, suffix: Format) -> bytes:
    """The loss figure of a run (book, chapter 5) as the content of a file.

    Raises `RunError` before the first evaluation.
    """
    from playground.figures import plot_losses, save_figure  # matplotlib takes a while to import

    rows = read_history(run, with_steps=False).own.evaluations
    if not rows:
        raise RunError(f"{run.name} has not been evaluated yet; wait for its first evaluation.")
    figure = plot_losses(
        [row.epoch for row in rows],
        [row.tokens_seen for row in rows],
        [row.train_loss for row in rows],
        [row.val_loss for row in rows],
    )
    with tempfile.TemporaryDirectory() as folder:
        return save_figure(figure, Path(folder) / f"loss.{suffix}").read_bytes()
