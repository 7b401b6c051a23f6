"""The temperature sweep: probabilities over the temperature, the entropy below, the current temperature marked."""

from playground.ui.widgets.base import Widget


class Sweep(Widget):
    """Its value is the laboratory's state; the server function `sweep(state)` answers with the numbers.

    See `playground.ui.tabs.decoding.sweep`.
    """
