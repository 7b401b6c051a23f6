"""The server functions of the Generate tab."""

from typing import Annotated, Any

from pydantic import Field

from playground.config import WeightsName
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.tabs.generate.answers import Answers
from playground.ui.tabs.generate.memory import LONGEST, Memory
from playground.ui.tabs.generate.receipts import in_all_forms, make_receipt
from playground.ui.tabs.generate.waterfall import trace_token

TokenIds = list[Annotated[int, Field(strict=True, ge=0)]]


class StopQuery(Query):
    """The job that is to end."""

    job: str = Field(max_length=64)


class ReceiptQuery(Query):
    """The log of a text."""

    log: str


class CopiedQuery(Query):
    """A text, and the run and the step that wrote it."""

    run: str = Field(max_length=200)
    step: int
    ids: TokenIds = Field(max_length=LONGEST)


class StagesQuery(Query):
    """A place in a text: the ids before it, the first `n_prompt` of them the prompt's, and the token's settings."""

    run: str = Field(max_length=200)
    step: int
    weights: WeightsName = "float32"
    before: TokenIds
    n_prompt: int
    settings: dict[str, Any]


class TextServer:
    """What the scripts of the tab ask the server for; each method raises the playground's errors."""

    def __init__(self, context: Context, answers: Answers, memory: Memory) -> None:
        self._context = context
        self._answers = answers
        self._memory = memory

    def stop(self, query: StopQuery) -> dict[str, Any]:
        """End what is being written; `stopped` is false if it has ended already."""
        return {"stopped": self._answers.stop(query.job)}

    def receipt(self, query: ReceiptQuery) -> dict[str, Any]:
        """The text in view of a log as a receipt, as Python and as a command."""
        return in_all_forms(self._context, make_receipt(self._context, query.log))

    def copied(self, query: CopiedQuery) -> dict[str, Any]:
        """What of a text stands word for word in the text that its run was trained on."""
        return self._memory.copied(query.run, query.step, query.ids)

    def stages(self, query: StagesQuery) -> dict[str, Any]:
        """What every stage did where a token was chosen."""
        return trace_token(
            self._context, query.run, query.step, query.before, query.n_prompt, query.settings, query.weights
        )
