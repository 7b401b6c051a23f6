"""The next token: the temperature, bars before and after the stages, a waterfall of the stages, and a table."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Distribution(Widget):
    """Its value is the laboratory's state, of which it changes the temperature and `log`; `input` reports a change.

    The server function `trace(state)` answers with the picture, see `playground.ui.tabs.decoding.picture`.
    """

    styles: ClassVar[tuple[str, ...]] = ("distribution/bars.css", "distribution/waterfall.css")
