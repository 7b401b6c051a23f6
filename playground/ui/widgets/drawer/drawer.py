"""The head of the drawer with the settings of a new run; it opens and closes the column that it stands in."""

from playground.errors import SettingsError
from playground.ui.exchange import to_json
from playground.ui.forms import sentence_of
from playground.ui.widgets.base import Widget


class Drawer(Widget):
    """Opens and closes the nearest element around it with the class `pg-new-run`.

    It is closed at first. Buttons elsewhere open it (`lib/drawer.js`), and so does the page where there is no run at
    all. It closes when a run is shown, with its button, and with Escape. It has no events.

    Its value is JSON, made by `problems`: what is wrong with settings, shown at their fields.

    Server function: `runs` (see `playground/ui/place.py`), which it asks once, for a page without a run in its address.
    Constants: `text`, a selector of the choice that lets the user bring a text of their own.
    """


def problems(error: SettingsError | None) -> str:
    """The value of `Drawer`: from the name of each setting that is wrong to a sentence.

    >>> problems(SettingsError("lr: must be above 0.", {"lr": "must be above 0"}))
    '{"problems":{"lr":"Learning rate must be above 0."}}'
    """
    found = error.problems.items() if error else ()
    return to_json({"problems": {name: sentence_of(name, problem) for name, problem in found}})
