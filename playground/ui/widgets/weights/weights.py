"""The card of the Runs tab where weights come in: the published GPT-2, or a file or folder of this machine."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Weights(Widget):
    """Closed at first; opened, it shows the four published sizes, what each needs, and the import that runs.

    Its value is JSON: `{"number"}`, an import that another part of the page has started; then the card opens. It raises
    `imported` (`run`, `message`) when an import that it has watched has ended.

    Server functions: `sizes`, `progress`, `fetch`, `take` and `stop` (see `playground/ui/tabs/runs/weights.py`).
    """

    styles: ClassVar = ("lib/progress.css",)
    own_events: ClassVar = ("imported",)
