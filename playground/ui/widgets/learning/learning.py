"""When was this word learned: a passage of each part of the text, over the steps that the run kept."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Learning(Widget):
    """Passages of the training and the validation part, or an own text, as pictures of tokens × steps.

    The passage is that of the microscope (the parameter `passage` of the address). Server functions: `learned` and
    `cancel_learned` (see `playground/ui/tabs/evaluate/server.py`).
    """

    styles: ClassVar = ("lib/shades.css", "lib/plot/plot.css", "lib/progress.css")
