"""The Runs tab's one picture: the table of runs, what can be done with them, and their curves side by side.

It calls the server functions `rows`, `detail`, `compare` and `act` (see `playground.ui.tabs.runs.server`). Its value is
JSON that the server sets to report on an archive: `{"run", "message"}` or `{"error"}`. It triggers `follow`
(`run`), `write` (`run`, `step`) and `download` (`run`).
"""

from playground.ui.widgets.base import Widget


class RunsView(Widget):
    """All runs of this server, or on a public one those of this browser."""

    scripts = ("lib/plot.js", "runs_view/runs_table.js", "runs_view/runs_compare.js", "runs_view/runs_fork.js")
