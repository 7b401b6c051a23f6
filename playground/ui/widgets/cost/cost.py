"""What it costs: the parts of models as areas, and trainings from this run to Llama 2 on one logarithmic picture."""

from playground.ui.widgets.base import Widget


class Cost(Widget):
    """The constants are `playground.evaluation.chapter.costs.pictures()`.

    Server function: `cost` (see `playground/ui/tabs/evaluate/server.py`).
    """
