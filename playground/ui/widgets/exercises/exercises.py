"""Exercise cards: a question, a prediction first, the panel set up by one click, what came out beside it, and why."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Exercises(Widget):
    """Its value is the state of the laboratory, which a card's set-up replaces; the constant `cards` are the cards.

    The server function `exercise(number)` answers with the headings and rows of what really comes out.
    """

    scripts: ClassVar[tuple[str, ...]] = ("lib/lab.js",)
    template: ClassVar[str] = '<section class="exercises"></section>'
