"""The chapter's figure on temperature: for every word one bar at T = 1, 0.1 and 5, with its table."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Grouped(Widget):
    """A lesson. Its value is the laboratory's state, of which it shows the words and changes `lessons`.

    Its event `input` reports a change.

    The server function `chapter(state)` answers with the numbers, see `playground.ui.tabs.decoding.chapter`;
    `save({state, suffix})` answers with a file: `{name, data}`, the bytes as base64.
    """

    styles: ClassVar[tuple[str, ...]] = ("lib/lab_lesson.css",)
