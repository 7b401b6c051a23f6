"""The live view of one run: what it is doing, its curves, what it writes, and the slider through its training."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class LiveView(Widget):
    """Watches one run.

    It shows the current run (`lib/place.js`). A value `{"run": name}`, which Python sets, makes that the current run.
    It asks the server for everything else, starting at a byte offset of the run's log, so a reload, a second tab or
    another browser shows the same. It raises `decode`, which asks the laboratory to take its logits from that run.

    Server functions: `news`, `command` and `figure` (see `playground/ui/tabs/train/server.py`), `recited`
    (`playground/ui/tabs/train/recited.py`) and `save_page` (`playground/ui/one_page/server.py`). Constants: `series`,
    how each column of the curves is thinned (`mean` or `last`).
    """

    own_events: ClassVar = ("decode",)
    styles: ClassVar = ("lib/plot/plot.css", "live/curves.css", "live/probe.css", "saving/save_menu.css")
