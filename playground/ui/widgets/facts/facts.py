"""A few numbers in a grid, or one sentence in their place if there are none."""

from typing import Any, ClassVar

from playground.ui.exchange import to_json
from playground.ui.widgets.base import Widget


class Facts(Widget):
    """Named values; or an error, with a button that offers a way out of it.

    Its value is JSON, made by `facts` or `refusal`: `{"facts": [{"name", "value", "format"}], "note", "more", "bars",
    "table"}` or `{"error", "way_out": {"label", …}}`. `format` is one of `FORMATS` in `lib/format.js`. `bars` are
    stacked bars: `[{"title", "format", "parts": [[name, size], …]}]`, `table` is `{"title", "head", "rows"}` of texts;
    both are in a fold with the heading `more`.

    It raises `way_out` with the fields of `way_out`.
    """

    own_events: ClassVar = ("way_out",)


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
