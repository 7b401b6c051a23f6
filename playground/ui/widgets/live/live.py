"""The live view of one run: what it is doing, its curves, its buttons, and the slider through its training.

Its value is JSON, `{"run": name}`: which run to watch. Everything else it asks the server for, from the byte of the
run's log where it left off; so a reload, a second tab or another browser shows the same. It calls three server
functions of one dict each: `news`, `command` and `figure` (see `playground.ui.tabs.train.server`).
"""

from playground.ui.widgets.base import Widget


class LiveView(Widget):
    """Watches one run."""

    scripts = ("lib/plot.js", "live/curves.js", "live/probe.js")
