"""Texts side by side: one column each, their tokens coloured, where each parts from the first, and its scores."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Lanes(Widget):
    """Its value is a log (`lane_log.js` lists the lines): titles, then tokens with their lane, then scores.

    Event: `write`. Server function: `stop` ends what is being written.
    """

    styles: ClassVar[tuple[str, ...]] = ("lib/shades.css", "lanes/grown_view.css")
    own_events: ClassVar[tuple[str, ...]] = ("write",)
