"""The Runs tab: all runs in a table, their curves in one plot, and what can be done with a run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.ui.context import Context
from playground.ui.exchange import event_text, server_function, to_json
from playground.ui.one_page.server import PageServer
from playground.ui.tabs.runs.archives import make_archive, take_archive
from playground.ui.tabs.runs.server import RunsServer, view_constants
from playground.ui.widgets.runs_view.runs_view import RunsView

_FETCH = "() => setTimeout(() => document.querySelector('#pg-archive a')?.click(), 300)"


@dataclass(frozen=True)
class RunsTab:
    """What the page needs of this tab: the view, which raises `follow` and `write` for a run that another tab shows."""

    view: RunsView


def build(context: Context) -> RunsTab:
    """Lay out the tab and wire its events."""
    server = RunsServer(context)
    view = RunsView(
        elem_id="pg-runs",
        server_functions=[server.rows, server.detail, server.compare, server.act, PageServer(context).save_page],
        constants=view_constants(),
    )
    with gr.Row(elem_classes="pg-archive-row"):
        upload = gr.UploadButton(
            "Import a run", file_types=[".zip"], size="sm", elem_id="pg-bring", min_width=140, scale=0
        )
        archive = gr.File(label="The run's archive", visible="hidden", interactive=False, elem_id="pg-archive")
    _add_endpoints(server)

    def pack(event: gr.EventData) -> tuple[Any, Any]:
        try:
            path = make_archive(context, event_text(event, "run"), Path(archive.GRADIO_CACHE))
        except PlaygroundError as error:
            return gr.skip(), to_json({"error": str(error)})
        return str(path), gr.skip()

    def unpack(path: str) -> str:
        try:
            run = take_archive(context, Path(path))
        except PlaygroundError as error:
            return to_json({"error": str(error)})
        return to_json({"run": run.name, "message": f"{run.name} is here; resume it where it stopped."})

    files: dict[str, Any] = {"concurrency_id": "archives", "concurrency_limit": 1}
    view.download(pack, None, [archive, view], api_name="export_run", **files).then(
        None, None, None, js=_FETCH, api_visibility="private"
    )
    upload.upload(unpack, upload, view, api_name="import_run", show_progress="hidden", **files)
    return RunsTab(view)


def _add_endpoints(server: RunsServer) -> None:
    """Offer the server functions to `gradio_client`; each takes and gives one dict."""
    rows, detail = server_function(server.rows), server_function(server.detail)
    compare, act = server_function(server.compare), server_function(server.act)

    def runs(query: dict) -> dict:
        """`{known}` → the runs as rows of a table; `known` are names, which count on a public server only."""
        return rows(query)

    def run_detail(query: dict) -> dict:
        """`{run, step}` → its checkpoints, and the settings in force at a step that a fork may change."""
        return detail(query)

    def compare_runs(query: dict) -> dict:
        """`{runs, over}` → the curves of up to eight runs over an axis, and the settings in which they differ."""
        return compare(query)

    def act_on_run(query: dict, request: gr.Request) -> dict:
        """`{action, run, …}` → what was done, in a sentence; see `Action` for the actions and their fields."""
        return act(query, request)

    for endpoint in (runs, run_detail, compare_runs, act_on_run):
        gr.api(endpoint, api_name=endpoint.__name__, queue=False)
