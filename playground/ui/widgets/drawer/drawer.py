"""The head of the drawer with the settings of a new run; it opens and closes the column that it stands in."""

from playground.ui.widgets.base import Widget


class Drawer(Widget):
    """Opens and closes the nearest element around it with the class `pg-new-run`.

    It is closed at first. Buttons elsewhere open it (`lib/drawer.js`), and so does the page where there is no run at
    all. It closes when a run is shown, with its button, and with Escape. It has no value and no events.

    Server function: `runs` (see `playground/ui/place.py`), which it asks once, for a page without a run in its address.
    Constants: `text`, a selector of the choice that lets the user bring a text of their own.
    """
