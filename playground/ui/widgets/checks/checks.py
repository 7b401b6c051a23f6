"""The chapter's exact figures and its exercises 5.4 to 5.6, computed here on request and compared with the book."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Checks(Widget):
    """Cards, each with a button that runs its check. They do not depend on the current run.

    Server functions: `check` and `cancel_check` (see `playground/ui/tabs/evaluate/server.py`).
    """

    styles: ClassVar = ("lib/plot/plot.css", "lib/progress.css")
