"""One table over runs, steps and texts: loss, perplexity, bits per byte, and how often the right token was likely."""

from playground.ui.widgets.base import Widget


class EvalTable(Widget):
    """Rows are added for the current run and step; they and the way of reading are the parameter `rows` of the address.

    Server functions: `row` and `cancel_row` (see `playground/ui/tabs/evaluate/server.py`).
    """
