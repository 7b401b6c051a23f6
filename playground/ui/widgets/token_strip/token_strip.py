"""A text whose tokens are coloured and can be opened, the alternatives beside it, its branches below."""

from typing import ClassVar

from playground.ui.widgets.base import Widget
from playground.ui.widgets.inside.inside import INSIDE_STYLES


class TokenStrip(Widget):
    """Its value is the log of a text (`token_log.js` lists the lines): a string that is only ever appended to.

    So a stream costs no more than what is new, and the log holds all there is to know, so that the server keeps
    nothing.

    Events: `write` and `more` are buttons. At `ask` the log ends with the token that was chosen in place of another, at
    `restore` with the receipt that was opened.

    Server functions: `stop` ends what is being written; `receipt` gives `{json, python, command}` of the text in view;
    `copied` gives `{spans, train_loss, val_loss}`; `stages` gives `{rows}`; those of the inside of a model are in
    `playground/ui/tabs/inside/server.py`.
    """

    styles: ClassVar[tuple[str, ...]] = (
        *INSIDE_STYLES,
        "token_strip/panel_view.css",
        "token_strip/branch_view.css",
        "saving/take_out.css",
    )
    own_events: ClassVar[tuple[str, ...]] = ("write", "more", "ask", "restore")
