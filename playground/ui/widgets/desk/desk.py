"""The place beside the prompt: the buttons of the view that is open, and which run they write with."""

from importlib.resources import files
from typing import ClassVar

from playground.ui.widgets.base import Widget


class Desk(Widget):
    """It has no value. The views of the Generate tab put their buttons here (`beside_prompt.js`).

    Event: `opened`, with the settings that the address names, as a JSON text `{desk}`; raised when the tab opens with
    them, and after Back and Forward. Constants: `defaults`, what the address leaves out.
    """

    styles: ClassVar[tuple[str, ...]] = ("lib/shades.css",)
    own_events: ClassVar[tuple[str, ...]] = ("opened",)

    @classmethod
    def style(cls) -> str:
        """Its rules, and those of the form around it, which is made of Gradio's components."""
        return super().style() + files(__package__).joinpath("form.css").read_text(encoding="utf-8")
