"""Exercise cards: a question, a prediction, the result beside it, an explanation, and buttons that set the panel."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Exercises(Widget):
    """A lesson. Its value is the laboratory's state, which the buttons of a card change; `input` reports a change.

    Constant: `cards`, see `playground.ui.tabs.decoding.exercises`. The server function `exercise({number})` answers
    with the headings and rows of the result.
    """

    styles: ClassVar[tuple[str, ...]] = ("lib/lab_lesson.css",)
