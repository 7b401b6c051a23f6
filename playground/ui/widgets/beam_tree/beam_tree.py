"""The tree of a beam search: one column a token, one box a beam that was kept, the best text's path marked."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class BeamTree(Widget):
    """Its value is what a search found (`Found` in `beam_tree.js`), `{busy}` or `{error}`. Event: `search`."""

    styles: ClassVar[tuple[str, ...]] = ("lib/shades.css", "saving/take_out.css")
    own_events: ClassVar[tuple[str, ...]] = ("search",)
