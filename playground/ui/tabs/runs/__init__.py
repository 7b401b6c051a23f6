"""The Runs tab: all runs in a table, their curves in one plot, and what can be done with a run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.ui.access import lists_runs
from playground.ui.context import Context
from playground.ui.exchange import event_text, server_function, to_json
from playground.ui.one_page.server import PageServer
from playground.ui.tabs.runs.archives import holds_weights, make_archive, take_archive
from playground.ui.tabs.runs.server import RunsServer, view_constants
from playground.ui.tabs.runs.weights import WeightsServer
from playground.ui.widgets.runs_view.runs_view import RunsView
from playground.ui.widgets.weights.weights import Weights

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
    kinds = [".zip", ".safetensors", ".pth", ".bin"]
    with gr.Row(elem_classes="pg-archive-row"):
        upload = gr.UploadButton(
            "Import a run or weights", file_types=kinds, size="sm", elem_id="pg-bring", min_width=200, scale=0
        )
        archive = gr.File(label="The run's archive", visible="hidden", interactive=False, elem_id="pg-archive")
    weights = WeightsServer(context) if lists_runs(context) else None  # a public server fetches nothing
    _add_endpoints(server)

    def pack(event: gr.EventData) -> tuple[Any, Any]:
        try:
            name, form = event_text(event, "run"), event_text(event, "form")
            path = make_archive(context, name, Path(archive.GRADIO_CACHE), form)
        except PlaygroundError as error:
            return gr.skip(), to_json({"error": str(error)})
        return str(path), gr.skip()

    def unpack(path: str) -> str:
        try:
            if holds_weights(Path(path)) and weights is not None:
                weights.take_upload(Path(path))
                return to_json({"message": f"{Path(path).name} is being imported."})
            run = take_archive(context, Path(path))
        except PlaygroundError as error:
            return to_json({"error": str(error)})
        return to_json({"run": run.name, "message": f"{run.name} is here; resume it where it stopped."})

    files: dict[str, Any] = {"concurrency_id": "archives", "concurrency_limit": 1}
    view.download(pack, None, [archive, view], api_name="export_run", **files).then(
        None, None, None, js=_FETCH, api_visibility="private"
    )
    uploaded = upload.upload(unpack, upload, view, api_name="import_run", show_progress="hidden", **files)
    if weights is not None:
        _add_weights(weights, view, uploaded)
    return RunsTab(view)


def _add_weights(weights: WeightsServer, view: RunsView, uploaded: Any) -> None:
    """The card of the weights, which follows an upload, and tells the table of an import that has ended."""
    card = Weights(
        elem_id="pg-weights",
        server_functions=[weights.sizes, weights.progress, weights.fetch, weights.take, weights.stop],
    )

    def follow() -> Any:
        number = weights.take_followed()
        return gr.skip() if number is None else to_json({"number": number})

    def tell(event: gr.EventData) -> str:
        return to_json({"run": event_text(event, "run"), "message": event_text(event, "message")})

    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    uploaded.then(follow, None, card, **private)
    card.imported(tell, None, view, queue=False, **private)


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
