"""Is the model honest, and where does it lose: reliability, best temperature, loss by frequency and by place."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Honesty(Widget):
    """Four pictures of the current run's model on both parts of its text.

    Server function: `honesty` (see `playground/ui/tabs/evaluate/server.py`).
    """

    styles: ClassVar = ("lib/plot/plot.css", "lib/progress.css")
