"""The list of stages: their order, which are on, their settings, and whether the order makes a difference."""

from playground.ui.widgets.base import Widget


class StageList(Widget):
    """Its value is the laboratory's state, of which it changes `stages`; its event `input` reports a change.

    Constant: `catalogue`, which describes all stages, the known orders and the lesson. The server function
    `order(state)` answers `{"text": sentence, "stages": the other order or null, "size": of the vocabulary}`;
    `tokens({state, text})` answers `{"pairs": [[id, number]]}` for tokens that were typed.
    """
