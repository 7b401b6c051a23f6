"""Exercise cards: a question, a prediction, the result beside it, an explanation, and buttons that set the panel."""

from playground.ui.widgets.base import Widget


class Exercises(Widget):
    """Its value is the laboratory's state, which the buttons of a card change; its event `input` reports a change.

    Constant: `cards`, see `playground.ui.tabs.decoding.exercises`. The server function `exercise({number})` answers
    with the headings and rows of the result.
    """
