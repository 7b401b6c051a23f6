"""The right side of the Train tab: the live view of a run, and what its buttons do."""

import base64
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import RunError
from playground.training.runs.history import read_history
from playground.training.runs.run import Run
from playground.ui.access import listed_runs
from playground.ui.context import Context
from playground.ui.queries import answer, field
from playground.ui.tabs.train.live import Live, command
from playground.ui.visitors import visitor_of
from playground.ui.widgets.live.live import LiveView

_STARTING = ("resume", "step", "extend")
"""Commands that may let a run at rest train."""
_TYPES = {"pdf": "application/pdf", "png": "image/png"}


def build_live(context: Context) -> LiveView:
    """Lay out the live view here, and name its actions for `gradio_client`."""
    server = LiveServer(context)
    view = LiveView(elem_id="pg-live", server_functions=[server.news, server.command, server.figure])
    for action in ("stop", "pause", "resume", "step", "extend"):
        gr.api(_action(server, action), api_name=action, queue=False)
    gr.api(server.set_lr, api_name="set_lr", queue=False)
    gr.api(server.watch, api_name="news", queue=False)
    return view


class LiveServer:
    """What the live view may ask the server for. Every answer is a dict; a refusal is `{"error": sentence}`.

    These are public endpoints: whatever comes in is checked.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._live = Live(context.store, context.jobs)

    def news(self, query: dict) -> dict:
        """`{run, offset}` → the run's news; without a run, `current` names one that is being trained."""
        return answer(partial(self._news, query))

    def command(self, query: dict, request: gr.Request) -> dict:
        """`{run, action, lr}` → `{}` once it is asked for."""
        return answer(partial(self._command, query, visitor_of(request)))

    def figure(self, query: dict) -> dict:
        """`{run, format}` → the chapter's loss figure as base64, with its file name and type."""
        return answer(partial(self._figure, query))

    def watch(self, run: str, offset: float = 0) -> dict:
        """The news of a run since a byte offset of its log: state, steps, evaluations, samples."""
        return answer(partial(self._news, {"run": run, "offset": offset}))

    def set_lr(self, run: str, lr: float) -> dict:
        """Train on with another learning rate from the next step."""
        return answer(partial(self._command, {"run": run, "action": "set_lr", "lr": lr}))

    def _news(self, query: Any) -> dict[str, Any]:
        name, offset = field(query, "run", str), field(query, "offset", int, 0)
        if name:
            return self._live.news(name, max(0, offset))
        return {"current": self._current()}

    def _command(self, query: Any, visitor: str = "") -> dict[str, Any]:
        run, action, lr = field(query, "run", str), field(query, "action", str), field(query, "lr", float, None)
        obey = partial(command, self._context.store, self._context.jobs, run, action, lr)
        if action in _STARTING:
            self._context.quota.start(visitor, run, obey)
        else:
            obey()
        return {}

    def _figure(self, query: Any) -> dict[str, Any]:
        suffix = field(query, "format", str)
        if suffix not in _TYPES:
            raise RunError("The figure can be had as pdf or png.")
        run = self._context.store.open(field(query, "run", str))
        data = base64.b64encode(loss_figure(run, suffix)).decode()
        return {"data": data, "type": _TYPES[suffix], "name": f"{run.name}-loss.{suffix}"}

    def _current(self) -> str | None:
        """A run that is being trained, of those that every visitor may see."""
        live = [row.name for row in listed_runs(self._context) if row.status.live]
        return live[0] if live else None


def loss_figure(run: Run, suffix: str) -> bytes:
    """The chapter's loss figure of a run as a file's content; raises `RunError` before the first evaluation."""
    from playground.figures import plot_losses, save_figure  # matplotlib takes a while to import

    rows = read_history(run).own.evaluations
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


def _action(server: LiveServer, action: str) -> Callable[[str, gr.Request], dict]:
    def act(run: str, request: gr.Request) -> dict:
        return server.command({"run": run, "action": action}, request)

    act.__name__ = action
    act.__doc__ = f"{action.capitalize()} a run."
    return act
