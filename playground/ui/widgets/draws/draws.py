"""Draws against theory: counts beside expected counts with 95 % bands, and how the share of one word converges."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Draws(Widget):
    """A lesson. Its value is the laboratory's state, of which it changes `n`, `seed`, `follow` and `lessons`; `input`
    reports a change.

    Constants: `max_draws`, `max_seed`. The server function `draws(state)` answers with the numbers, see
    `playground.ui.tabs.decoding.draws`.
    """

    styles: ClassVar[tuple[str, ...]] = ("lib/lab_lesson.css",)
