"""The Runs tab's one picture: the table of runs, what can be done with them, and their curves in one plot."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class RunsView(Widget):
    """All runs of this server, or on a public one those of this browser.

    Its value is JSON that reports on an archive: `{"run", "message"}` or `{"error"}`. It raises `download` (`run`).

    Server functions: `rows`, `detail`, `compare` and `act` (see `playground/ui/tabs/runs/server.py`), and `save_page`
    (see `playground/ui/one_page/server.py`). Constants: what `view_constants` in the first returns.
    """

    styles: ClassVar = ("lib/plot/plot.css", "saving/save_menu.css")
    own_events: ClassVar = ("download",)
