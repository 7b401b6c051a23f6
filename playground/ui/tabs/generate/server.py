"""The server functions of the Generate tab."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.tabs.generate.copied import CopiedQuery, CopyFinder
from playground.ui.tabs.generate.receipts import all_forms, receipt_of_log
from playground.ui.tabs.generate.stage_table import StagesQuery, trace_token
from playground.ui.tabs.generate.streams import LogStreams


class StopQuery(Query):
    """The job of the stream that should end."""

    job: str = Field(max_length=64)


class ReceiptQuery(Query):
    """The log of a text."""

    log: str


class GenerateServer:
    """The server functions of the tab's widgets; `playground.ui.exchange` checks queries and reports refusals."""

    def __init__(self, context: Context, streams: LogStreams, copies: CopyFinder) -> None:
        self._context = context
        self._streams = streams
        self._copies = copies

    @property
    def of_strip(self) -> list[Callable[..., dict[str, Any]]]:
        """Those of the widget that shows one text."""
        return [self.stop, self.receipt, self.copied, self.stages]

    def stop(self, query: StopQuery) -> dict[str, Any]:
        """End a stream; `stopped` is false if it has ended already."""
        return {"stopped": self._streams.stop(query.job)}

    def receipt(self, query: ReceiptQuery) -> dict[str, Any]:
        """The text in view as a receipt, as Python and as a command."""
        return all_forms(self._context, receipt_of_log(self._context, query.log))

    def copied(self, query: CopiedQuery) -> dict[str, Any]:
        """The parts of a text that stand word for word in the text of its run."""
        return self._copies.copied(query)

    def stages(self, query: StagesQuery) -> dict[str, Any]:
        """What every stage did where a token was chosen."""
        return trace_token(self._context, query)
