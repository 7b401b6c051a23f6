"""Gives visitors a run as one page, as a file to save."""

from threading import Lock
from typing import Any

import tiktoken

from playground.errors import BusyError
from playground.model.gpt import GPTModel
from playground.training.runs.run import Run
from playground.ui.context import Context
from playground.ui.exchange import Query

MAX_WAIT_S = 30.0
"""Most time that a visitor waits for the pages of others."""


class PageQuery(Query):
    """The run to make a page of; its name is the key to it on a public server (see `playground/ui/access.py`)."""

    run: str


class PageServer:
    """A server function for the live view or for the Runs tab; each makes one page at a time.

    Gradio calls it in a thread of its own, so that nobody else waits.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = Lock()

    def save_page(self, query: PageQuery) -> dict[str, Any]:
        """The page (`text`) and the name of its file (`name`); raises `RunError`, or `BusyError` behind too many."""
        from playground.ui.one_page.page import run_page  # it imports the tabs, and they import this module

        run = self._context.store.open(query.run)
        if not self._lock.acquire(timeout=MAX_WAIT_S):
            raise BusyError("The pages of other runs are being made; try again in a minute.")
        try:
            return {"name": f"{run.name}.html", "text": run_page(run, self._load)}
        finally:
            self._lock.release()

    def _load(self, run: Run) -> tuple[GPTModel, tiktoken.Encoding]:
        from playground.ui.tabs.generate.start import load_model

        return load_model(self._context, run.name, "last")
