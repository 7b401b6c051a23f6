"""The sentence that is continued, and where its logits come from: words that can be edited, or a trained model."""

from typing import ClassVar

from playground.ui.widgets.base import Widget
from playground.ui.widgets.inside.inside import INSIDE_STYLES


class Source(Widget):
    """Its value is the laboratory's state, of which it changes the fields on words, model and prompt.

    Its event `input` reports a change. Constants: `chapter`, the chapter's words and logits, and `prompt`, its prompt;
    `max_words`, `max_word_chars`, `max_logit`, limits of words; `tops`, the choices of how many tokens are shown. A
    model is that of the page's current run and step, and continues its current prompt (`lib/place.js`).

    Server functions: those of the inside of a model (see `playground/ui/tabs/inside/server.py`).
    """

    styles: ClassVar = INSIDE_STYLES
