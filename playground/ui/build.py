"""The page put together and launched: `build(context)` makes it, `launch(page, context)` serves it.

All settings of the server stand here, in one place.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware

from playground.errors import SettingsError
from playground.ui.context import Context
from playground.ui.guard import Guard
from playground.ui.tabs import decoding, generate, open_tab, runs, train
from playground.ui.theme import head, theme
from playground.ui.web import preloads, routes
from playground.ui.widgets.base import styles
from playground.ui.widgets.header.header import Header

TITLE = "GPT playground"

_FIRST_MODULES = ("header/header.js", "lib/dom.js")
"""The modules of the first view, with all that they import."""

_ENVIRONMENT = {  # what Gradio takes from nowhere else: no reports home, no table that grows with every click
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000",
}


def build(context: Context) -> gr.Blocks:
    """The whole page."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as page:
        Header()
        with gr.Tabs(elem_id="pg-tabs"):
            with gr.Tab("Train", id="train"):
                training = train.build(context)
            with gr.Tab("Decoding", id="decoding"):
                decoding.build(context)
            with gr.Tab("Generate", id="generate") as desk_tab:
                desk = generate.build(context)
            with gr.Tab("Runs", id="runs"):
                runs.connect(runs.build(context), training, desk)
        choices: dict = {"outputs": [desk.run, desk.checkpoint], "show_progress": "hidden", "queue": False}
        gr.on([page.load, desk_tab.select], desk.refresh, desk.run, api_visibility="private", **choices)
        page.load(None, js=open_tab("decoding", wish="new URLSearchParams(location.search).has('lab')"))
    # Without api_open=False, /run/<name> would pass the queue and its limits.
    page.queue(api_open=False, max_size=64, default_concurrency_limit=4)
    _rest_when_idle(page)
    return page


def launch(page: gr.Blocks, context: Context, *, host: str = "127.0.0.1", port: int | None = None, **more: Any) -> str:
    """Serve the page until Ctrl-C, or return at once with `prevent_thread_lock=True`; the address is returned.

    Raises `SettingsError` when the port is taken.
    """
    space = os.environ.get("SPACE_HOST", "")
    guard = Middleware(
        Guard,
        hosts=[name for name in (space, host) if name],
        max_body_bytes=context.limits.max_body_bytes,
        max_upload_bytes=lambda: min(context.limits.max_upload_bytes, _disk_bytes()),
    )
    try:
        _, url, _ = page.launch(
            server_name=host,
            server_port=port,
            theme=theme(),
            head=preloads(_FIRST_MODULES) + head(styles(page)),
            ssr_mode=False,
            run_history=False,
            enable_monitoring=False,
            show_error=False,
            footer_links=[],
            state_session_capacity=1000,  # made-up sessions must not fill the memory
            max_file_size=context.limits.max_upload_bytes,
            app_kwargs={"middleware": [guard], "routes": routes()},
            **more,
        )
    except OSError:
        raise SettingsError(f"port: {port or 'every one from 7860 on'} is taken on {host}; choose another.") from None
    finally:
        if not more.get("prevent_thread_lock"):  # Ctrl-C: what is being trained saves before it ends
            context.jobs.shutdown()
    return url


def _disk_bytes() -> int:
    """What uploads may take of the disk; the rest is left to the checkpoints."""
    folder = Path(get_upload_folder())
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free // 2


def serve(
    checkpoints: Path | str = "checkpoints", *, host: str = "127.0.0.1", port: int | None = None, max_jobs: int = 1
) -> None:
    """Open the page on a folder of runs and stay until Ctrl-C: what the command line's `ui` does."""
    context = Context.open(checkpoints, max_jobs=max_jobs)
    launch(build(context), context, host=host, port=port, inbrowser=True)


def _rest_when_idle(page: gr.Blocks) -> None:
    """Let Gradio's queue sleep 20 ms instead of 1 ms between two looks: an idle server then costs a quarter as much."""
    queue = getattr(page, "_queue", None)  # private names: where they are gone, nothing is lost but a little heat
    for name, pause_s in (("sleep_when_free", 0.02), ("progress_update_sleep_when_free", 0.1)):
        if hasattr(queue, name):
            setattr(queue, name, pause_s)
