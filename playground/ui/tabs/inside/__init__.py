"""The Inside tab: what the model looked at, where in its layers a word was decided, and what changes it."""

from playground.ui.tabs.inside.server import InsideServer
from playground.ui.widgets.inside.inside import Inside


def build(server: InsideServer) -> None:
    """Lay out the tab; the token panels of other tabs ask the same server."""
    Inside(server_functions=server.functions_of_tab, elem_id="inside-view")
