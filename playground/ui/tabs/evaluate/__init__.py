"""The Evaluate tab: the loss of a model opened, models compared, and when each word was learned."""

from playground.ui.context import Context
from playground.ui.tabs.evaluate.server import EvaluateServer
from playground.ui.widgets.microscope.microscope import Microscope


def build(context: Context) -> None:
    """Lay out the tab."""
    server = EvaluateServer(context)
    Microscope(server_functions=[server.passage], elem_id="ev-microscope")
