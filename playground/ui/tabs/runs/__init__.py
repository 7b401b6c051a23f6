"""The Runs tab: every run in one table, their curves in one picture, and all that can be done with a run at rest."""

import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError, RunError
from playground.model.presets import count_parameters
from playground.training.runs.archive import export_run, import_run
from playground.training.runs.run import Run
from playground.ui.access import new_run_name
from playground.ui.context import Context
from playground.ui.exchange import to_json
from playground.ui.tabs import open_tab
from playground.ui.tabs.generate import GenerateTab
from playground.ui.tabs.runs.server import RunsServer
from playground.ui.tabs.train import TrainTab
from playground.ui.widgets.runs_view.runs_view import RunsView

_ARCHIVE_KEPT_S = 3600.0
_FETCH = "() => setTimeout(() => document.querySelector('#pg-archive a')?.click(), 300)"


@dataclass(frozen=True)
class RunsTab:
    """What the page needs of this tab: the view says `watch` and `write` for a run that another tab should show."""

    view: RunsView


def build(context: Context) -> RunsTab:
    """Lay out the tab and wire its events."""
    server = RunsServer(context)
    functions = [server.rows, server.detail, server.compare, server.act]
    view = RunsView(elem_id="pg-runs", server_functions=functions)
    with gr.Row(elem_classes="pg-archive-row"):
        bring = gr.UploadButton(
            "Bring in a run's archive", file_types=[".zip"], size="sm", elem_id="pg-bring", min_width=200, scale=0
        )
        archive = gr.File(label="The run's archive", visible="hidden", interactive=False, elem_id="pg-archive")
    for function, name in zip(functions, ("runs", "run_detail", "compare_runs", "act_on_run"), strict=True):
        gr.api(function, api_name=name, queue=False)

    def pack(event: gr.EventData) -> tuple[Any, Any]:
        try:
            path = make_archive(context, str(event.run), Path(archive.GRADIO_CACHE))
        except PlaygroundError as error:
            return gr.skip(), to_json({"error": str(error)})
        return str(path), gr.skip()

    def unpack(path: str) -> str:
        name, most = new_run_name(context, None), context.limits.max_archive_bytes
        try:
            run = import_run(context.store, Path(path), name, max_bytes=most)
            _check_size(context, run)
        except PlaygroundError as error:
            return to_json({"error": str(error)})
        finally:
            Path(path).unlink(missing_ok=True)  # it may be large, and all of it is in the run now
        return to_json({"run": run.name, "message": f"{run.name} is here; resume it where it stopped."})

    files: dict[str, Any] = {"concurrency_id": "archives", "concurrency_limit": 1}
    view.download(pack, None, [archive, view], api_name="export_run", **files).then(
        None, None, None, js=_FETCH, api_visibility="private"
    )
    bring.upload(unpack, bring, view, api_name="import_run", show_progress="hidden", **files)
    return RunsTab(view)


def _check_size(context: Context, run: Run) -> None:
    largest, found = context.limits.max_parameters, count_parameters(run.spec.model)["total"]
    if largest is not None and found > largest:
        context.store.delete(run.name)
        raise RunError(f"The model in the archive has {found:,} parameters; this server takes up to {largest:,}.")


def connect(tab: RunsTab, training: TrainTab, desk: GenerateTab) -> None:
    """Let the view's buttons open a run in the tabs that watch it or write with it."""

    def follow(event: gr.EventData) -> str:
        return to_json({"run": str(event.run)})

    def write(event: gr.EventData) -> tuple[Any, Any]:
        run_name = str(event.run)
        run, checkpoint = desk.refresh(run_name)
        return run, gr.Dropdown(choices=checkpoint.choices, value=str(event.step))

    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    tab.view.follow(follow, None, training.live, **quiet).then(None, js=open_tab("train"))
    tab.view.write(write, None, [desk.run, desk.checkpoint], **quiet).then(None, js=open_tab("generate"))


def make_archive(context: Context, run_name: str, cache: Path) -> Path:
    """Pack a run into a file that the page may serve; archives made an hour ago are removed on this occasion.

    Raises RunError while the run is being trained.
    """
    run = context.store.open(run_name)
    folder = cache / "archives"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > _ARCHIVE_KEPT_S:
            shutil.rmtree(old, ignore_errors=True)
    own = folder / secrets.token_hex(16)  # the path is the only key to the file
    own.mkdir()
    try:
        return export_run(run, own / f"{run.name}.zip")
    except OSError as error:
        shutil.rmtree(own, ignore_errors=True)
        raise RunError(f"{run.name} cannot be packed: {error.strerror or error}.") from None
