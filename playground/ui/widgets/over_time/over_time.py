"""How the model changed while it was trained: memorising, reliability, and loss by place in the context."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class OverTime(Widget):
    """Three pictures of the current run over its steps.

    Server functions: `over_time` and `cancel_over_time` (see `playground/ui/tabs/evaluate/server.py`).
    """

    styles: ClassVar = ("lib/plot/plot.css", "lib/progress.css")
