"""The chapter's figure on temperature: for every word one bar at T = 1, 0.1 and 5, with its table."""

from playground.ui.widgets.base import Widget


class Grouped(Widget):
    """Its value is the laboratory's state, of which it shows the words.

    The server function `chapter(state)` answers with the numbers, see `playground.ui.tabs.decoding.chapter`;
    `save({state, suffix})` answers with a file: `{name, data}`, the bytes as base64.
    """
