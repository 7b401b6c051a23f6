"""The Evaluate tab: the loss of a model opened, models compared, and when each word was learned, what it costs."""

from playground.evaluation.chapter.costs import pictures
from playground.ui.context import Context
from playground.ui.exchange import ServerFunctions
from playground.ui.tabs.evaluate.server import EvaluateServer
from playground.ui.widgets.checks.checks import Checks
from playground.ui.widgets.cost.cost import Cost
from playground.ui.widgets.eval_table.eval_table import EvalTable
from playground.ui.widgets.honesty.honesty import Honesty
from playground.ui.widgets.learning.learning import Learning
from playground.ui.widgets.microscope.microscope import Microscope
from playground.ui.widgets.over_time.over_time import OverTime


def build(context: Context, looks: ServerFunctions) -> None:
    """Lay out the tab."""
    server = EvaluateServer(context)
    Microscope(server_functions=[server.passage, server.own_text, *looks], elem_id="ev-microscope")
    EvalTable(server_functions=[server.row, server.cancel_row], elem_id="ev-table")
    Learning(server_functions=[server.learned, server.cancel_learned], elem_id="ev-learning")
    OverTime(server_functions=[server.over_time, server.cancel_over_time], elem_id="ev-over-time")
    Honesty(server_functions=[server.honesty], elem_id="ev-honesty")
    Cost(server_functions=[server.cost], constants=pictures(), elem_id="ev-cost")
    Checks(server_functions=[server.check, server.cancel_check], elem_id="ev-checks")
