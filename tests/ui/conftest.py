"""A page served in this process, with small limits, for tests of its endpoints."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import gradio as gr
import httpx
import pytest

from playground.ui.build import build, launch
from playground.ui.context import Context, Limits

LIMITS = Limits(max_text_bytes=100_000, max_archive_bytes=200_000)


@dataclass
class Served:
    """The page, its context, and a client that talks to it."""

    page: gr.Blocks
    context: Context
    url: str
    client: httpx.Client

    def fn_index(self, api_name: str) -> int:
        """The number by which the browser names an event."""
        return next(i for i, fn in self.page.fns.items() if fn.api_name == api_name)

    def defaults(self, api_name: str) -> list:
        """The values that the page sends for an event while all widgets are untouched."""
        return [widget.value for widget in self.page.fns[self.fn_index(api_name)].inputs]

    def send(self, api_name: str, data: list, **more) -> httpx.Response:
        """Send an unqueued event, as the browser does."""
        body = {"data": data, "fn_index": self.fn_index(api_name), "session_hash": "test", **more}
        return self.client.post("/gradio_api/run/predict", json=body)

    def join(self, api_name: str, data: list, session: str = "test") -> list[str]:
        """Send a queued event and return the lines of the answer; inputs not in `data` have their default values."""
        body = {"data": [*data, *self.defaults(api_name)[len(data) :]], "session_hash": session}
        joined = self.client.post("/gradio_api/queue/join", json={**body, "fn_index": self.fn_index(api_name)})
        return [joined.text, *self.listen(session)]

    def listen(self, session: str) -> list[str]:
        """The lines of a session's event stream, until it ends or is closed."""
        lines = []
        with (
            suppress(httpx.RemoteProtocolError),  # Gradio closes the stream of an unknown session like this
            self.client.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as stream,
        ):
            for line in stream.iter_lines():
                lines.append(line)
                if "close_stream" in line:
                    break
        return lines

    def ask(self, function: str, query: object, widget: str = "pg-live") -> httpx.Response:
        """Call a server function of a widget, by default of the live view."""
        number = next(i for i, block in self.page.blocks.items() if getattr(block, "elem_id", None) == widget)
        body = {"data": query, "component_id": number, "fn_name": function, "session_hash": "test"}
        return self.client.post("/gradio_api/component_server/", json=body)


@contextmanager
def closing_loops() -> Iterator[None]:
    """Close at the end the event loops that Gradio creates for its locks and does not close."""
    made = []
    real = asyncio.new_event_loop

    def make_and_record():
        made.append(real())
        return made[-1]

    with patch.object(asyncio, "new_event_loop", make_and_record):
        yield
    asyncio.set_event_loop(None)
    for loop in made:
        if not loop.is_running():
            loop.close()


def free_port() -> int:
    """A free port; Gradio would leave a socket open for each port that it finds taken."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def serving(checkpoints: Path, limits: Limits) -> Iterator[Served]:
    """Serve a page on a folder of runs for the duration of the block."""
    context = Context.open(checkpoints, limits=limits)
    with closing_loops():
        page = build(context)
        url = launch(page, context, port=free_port(), prevent_thread_lock=True, quiet=True).rstrip("/")
        with httpx.Client(base_url=url, timeout=60) as client:
            yield Served(page, context, url, client)
        context.jobs.shutdown(timeout_s=20)
        page.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """One page for all tests of this folder."""
    os.environ["GRADIO_TEMP_DIR"] = str(tmp_path_factory.mktemp("uploads"))
    with serving(tmp_path_factory.mktemp("page") / "checkpoints", LIMITS) as page:
        yield page
