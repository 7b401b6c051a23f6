"""The live view of one run: what it is doing, its curves, what it writes, and the slider through its training."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class LiveView(Widget):
    """Watches one run.

    Its value is JSON, `{"run": name}`: which run to watch. It asks the server for everything else, starting at a byte
    offset of the run's log, so a reload, a second tab or another browser shows the same.

    Server functions: `news`, `command` and `figure` (see `playground/ui/tabs/train/server.py`). Constants: `series`,
    how each column of the curves is thinned (`mean` or `last`). It raises `decode`,
    `write` and `compare` (`run`, `step`), which lead to other tabs.
    """

    own_events: ClassVar = ("decode", "write", "compare")
    styles: ClassVar = ("lib/plot.css", "live/curves.css", "live/probe.css")
