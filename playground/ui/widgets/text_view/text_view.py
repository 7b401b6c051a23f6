"""How a text becomes numbers: tokens and ids, training and validation part, windows with targets, batches."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class TextView(Widget):
    """A closed fold at first, which asks for nothing; opened, it shows one window and one batch of a text.

    With the constant `of` "run" it asks the server function `text` (see `playground/ui/tabs/train/text_view.py`) for
    the text of the current run. With "form" it shows the text in a form: it raises `look` with the fields of a
    `FormTextQuery`, and its value is the answer with the `number` of the query; `FORM_LOOKED_AT` tells it that the form
    has changed. Constant `word`: what the field for a word contains at first.
    """

    own_events: ClassVar = ("look",)


FORM_LOOKED_AT = "() => { dispatchEvent(new Event('pg-form-looked-at')); }"
"""JavaScript for an event of Gradio, after the values of the form are shown."""
