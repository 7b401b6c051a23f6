"""Builds the page and serves it: `build(context)`, then `launch(page, context)`. All server settings are here."""

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
from playground.ui.lessons.tour import make_lessons
from playground.ui.place import PlaceServer
from playground.ui.tabs import decoding, evaluate, generate, inside, runs, train
from playground.ui.tabs.inside.server import InsideServer
from playground.ui.theme import head, theme
from playground.ui.web import Preload, fetch_in_background, routes
from playground.ui.widgets.base import all_modules, first_modules, styles
from playground.ui.widgets.header.header import Header
from playground.ui.widgets.lesson.lesson import LessonCard

TITLE = "GPT playground"
TABS = ["train", "evaluate", "decoding", "inside", "generate", "runs"]
"""The ids of the tabs, as they stand in the page's address."""

_GRADIO_ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    # Gradio keeps a table of all events and rebuilds it with each one.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000",
}
"""Settings that Gradio reads from environment variables only."""

_QUEUE: dict[str, Any] = {
    "api_open": False,  # else requests to /run/<name> bypass the queue and its limits
    "max_size": 64,
    "default_concurrency_limit": 4,
}
_QUEUE_PAUSES_S = {"sleep_when_free": 0.02, "progress_update_sleep_when_free": 0.1}
"""Gradio's queue polls every 1 ms; with these pauses an idle server takes a quarter of the processor time."""

_SERVER: dict[str, Any] = {
    "ssr_mode": False,
    "run_history": False,
    "enable_monitoring": False,
    "show_error": False,
    "footer_links": [],
    "_frontend": False,  # else the start fails if the page does not answer itself within 3 s, as on a busy machine
    "state_session_capacity": 1000,  # limits the memory that invented session names can take
}


def build(context: Context) -> gr.Blocks:
    """The page: header and tabs, with their events and the queue."""
    for name, value in _GRADIO_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    looks = InsideServer(context)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as page:
        place = Header(server_functions=[PlaceServer(context).runs], constants={"tabs": TABS}, elem_id="pg-header")
        with gr.Tabs(elem_id="pg-tabs"):
            with gr.Tab("Train", id="train"):
                training = train.build(context)
            with gr.Tab("Evaluate", id="evaluate"):
                evaluate.build(context, looks.functions)
            with gr.Tab("Decoding", id="decoding"):
                decoding.connect(decoding.build(context, looks.functions), training.live)
            with gr.Tab("Inside", id="inside"):
                inside.build(looks)
            with gr.Tab("Generate", id="generate"):
                generate.build(context, place, looks.functions)
            with gr.Tab("Runs", id="runs"):
                runs.build(context)
        LessonCard(constants={"lessons": make_lessons()}, elem_id="pg-lesson")
        page.load(None, js=fetch_in_background(all_modules(page), tabs="#pg-tabs [role=tablist]"))
    page.queue(**_QUEUE)
    queue = getattr(page, "_queue", None)  # private to Gradio; without it the server only takes more processor time
    for name, pause_s in _QUEUE_PAUSES_S.items():
        if hasattr(queue, name):
            setattr(queue, name, pause_s)
    return page


def launch(page: gr.Blocks, context: Context, *, host: str = "127.0.0.1", port: int | None = None, **more: Any) -> str:
    """Serve the page until Ctrl-C and return its URL; with `prevent_thread_lock=True` return at once.

    `more` goes to `gr.Blocks.launch`. Raises `SettingsError` if the port is taken.
    """
    guard = Middleware(
        Guard,
        hosts=[name for name in (os.environ.get("SPACE_HOST"), host) if name],
        max_body_bytes=context.limits.max_body_bytes,
        max_upload_bytes=lambda: min(context.limits.max_upload_bytes, _max_disk_bytes()),
    )
    preload = Middleware(Preload, modules=first_modules(page))
    try:
        _, url, _ = page.launch(
            server_name=host,
            server_port=port,
            theme=theme(),
            head=head(styles(page)),
            max_file_size=context.limits.max_upload_bytes,
            app_kwargs={"middleware": [guard, preload], "routes": routes()},
            **_SERVER,
            **more,
        )
    except OSError:
        raise SettingsError(f"port: {port or 'every one from 7860 on'} is taken on {host}; choose another.") from None
    finally:
        if not more.get("prevent_thread_lock"):  # Ctrl-C was pressed: active trainings save a checkpoint and stop
            context.jobs.shutdown()
    return str(url)


def serve(
    checkpoints: Path | str = "checkpoints", *, host: str = "127.0.0.1", port: int | None = None, max_jobs: int = 1
) -> None:
    """Open the page on a folder of runs in the browser and serve it until Ctrl-C; the command `ui` calls this."""
    context = Context.open(checkpoints, max_jobs=max_jobs, recorded_run=True)
    launch(build(context), context, host=host, port=port, inbrowser=True)


def _max_disk_bytes() -> int:
    """Half of the free disk space: uploads must leave room for checkpoints."""
    folder = Path(get_upload_folder())
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free // 2
