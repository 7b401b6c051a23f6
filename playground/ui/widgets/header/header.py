"""The line at the top of the page: its name, what it is, and the switch between light and dark."""

from playground.ui.widgets.base import Widget


class Header(Widget):
    """Name, one sentence, light or dark."""
