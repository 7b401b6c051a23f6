"""The live view of one run: what it is doing, its curves, what it writes, and the slider through its training."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class LiveView(Widget):
    """Watches one run.

    It shows the current run (`lib/place.js`). A value `{"run": name}`, which Python sets, makes that the current run.
    It asks the server for everything else, starting at a byte
    offset of the run's log, so a reload, a second tab or another browser shows the same.

    Server functions: `recited` (see `playground/ui/tabs/train/recited.py`), `news`, `command` and `figure` (see `playground/ui/tabs/train/server.py`), and `save_page` (see
    `playground/ui/one_page/server.py`). Constants: `series`,
    how each column of the curves is thinned (`mean` or `last`). It raises `decode`, which
    asks for the laboratory to take its logits from the current run.
    """

    own_events: ClassVar = ("decode",)
    styles: ClassVar = ("lib/plot.css", "live/curves.css", "live/probe.css", "saving/save_menu.css")
