"""What a script of the page asks the server for: one JSON value in, one JSON value out.

Server functions are public endpoints, so whatever comes in is checked, and a refusal is `{"error": sentence}`.
"""

from collections.abc import Callable
from typing import Any

from playground.errors import PlaygroundError, RunError
from playground.ui.exchange import finite


def answer(ask: Callable[[], dict[str, Any]]) -> Any:
    """A plain answer, or its error as one sentence; without NaN, which no browser reads."""
    try:
        answered = ask()
    except PlaygroundError as error:
        answered = {"error": str(error)}
    return finite(answered)


def field(query: Any, name: str, kind: type, *default: Any) -> Any:
    """A field of what a browser sent; raises `RunError` unless it is there and of its kind."""
    value = query.get(name, *default) if isinstance(query, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, float) if kind in (int, float) else kind):
        if default and value is default[0]:
            return value
        raise RunError(f"The request is not understood: {name} is missing or of the wrong kind.")
    try:
        return kind(value)
    except (OverflowError, ValueError):
        raise RunError(f"The request is not understood: {name} is not a number.") from None
