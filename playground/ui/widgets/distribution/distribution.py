"""The effect of the stages on the distribution: bars before and after, a waterfall of stages, and a table."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Distribution(Widget):
    """Its value is the laboratory's state, of which it changes `log`; its event `input` reports a change.

    The server function `trace(state)` answers with the picture, see `playground.ui.tabs.decoding.picture`.
    """

    styles: ClassVar[tuple[str, ...]] = ("distribution/bars.css", "distribution/waterfall.css")
