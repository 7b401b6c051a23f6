"""The loss under the microscope: a text with the surprise of every token, and the six steps from logits to the loss."""

from typing import ClassVar

from playground.ui.widgets.base import Widget
from playground.ui.widgets.inside.inside import INSIDE_STYLES


class Microscope(Widget):
    """A passage of the current run's text, of an own text, or the chapter's two sentences.

    Its state is the parameter `passage` of the address. Server functions: `passage` (see
    `playground/ui/tabs/evaluate/passage.py`), and those of the inside of a model (see
    `playground/ui/tabs/inside/server.py`).
    """

    styles: ClassVar = INSIDE_STYLES
