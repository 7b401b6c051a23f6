"""The line at the top of the page: its name, the current run and step, and what concerns the page as a whole."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Header(Widget):
    """Chooses the place (see `playground/ui/place.py`).

    Its value is the place as JSON, `{run, step, prompt}`, which its event `place` reports; a value that Python sets is
    gone to. Constants: `tabs`, their ids. Server function: `runs` (`playground.ui.place.PlaceServer`).
    """

    own_events: ClassVar = ("place",)
