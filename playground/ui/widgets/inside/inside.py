"""What the model looked at, where in its layers a word was decided, and what changes it, large on a tab of its own."""

from typing import ClassVar

from playground.ui.widgets.base import Widget

INSIDE_STYLES = ("lib/shades.css", "inside/parts.css", "saving/save_menu.css")
"""What a widget needs that shows these views in its token panel."""


class Inside(Widget):
    """The current prompt under the current run and step; which token, head and parts is the address's `inside`.

    Server functions: see `playground/ui/tabs/inside/server.py`.
    """

    styles: ClassVar = (*INSIDE_STYLES, "lib/plot/plot.css")
