"""The temperature sweep: probabilities over the temperature, the entropy below, the current temperature marked."""

from playground.ui.widgets.base import Widget


class Sweep(Widget):
    """Its value is the laboratory's state, of which it changes the temperature; its event `input` reports a change.

    The server function `sweep(state)` answers with the numbers, see `playground.ui.tabs.decoding.sweep`.
    """
