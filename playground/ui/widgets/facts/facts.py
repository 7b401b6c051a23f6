"""A few numbers in a grid, or one sentence in their place when there are none to give."""

from typing import Any

from playground.ui.exchange import to_json
from playground.ui.widgets.base import Widget


class Facts(Widget):
    """Named values; or an error, with one way out of it that triggers `way_out`.

    The value is JSON: `{"facts": [{"name", "value", "format", "note"}], "error", "way_out": {"label", …}, …}`.
    `format` is one of `fmt` in base.js. `bars` are stacked bars: `[{"title", "format", "parts": [[name, size], …]}]`,
    `table` is `{"title", "head", "rows"}` of words; both stand in a fold named `more`.
    """

    template = """
<div class="fa">
  <p class="fa-error" role="alert" hidden><span></span> <button type="button" class="fa-way" hidden></button></p>
  <dl class="fa-facts"></dl>
  <p class="fa-note" hidden></p>
  <details class="fa-more" hidden><summary></summary><div class="fa-bars"></div></details>
</div>
"""


def facts(
    *rows: tuple[str, Any, str],
    note: str = "",
    more: str = "",
    bars: list[dict[str, Any]] | None = None,
    table: dict[str, Any] | None = None,
) -> str:
    """The value of `Facts` for rows of (name, value, format).

    >>> facts(("Tokens", 5145, "whole"))
    '{"facts":[{"name":"Tokens","value":5145,"format":"whole"}],"note":"","more":"","bars":[],"table":null}'
    """
    named = [{"name": name, "value": value, "format": form} for name, value, form in rows]
    return to_json({"facts": named, "note": note, "more": more, "bars": bars or [], "table": table})


def refusal(sentence: str, way_out: dict[str, Any] | None = None) -> str:
    """The value of `Facts` for an error: its sentence, and `way_out` with a `label` for its button."""
    return to_json({"error": sentence, "way_out": way_out})
