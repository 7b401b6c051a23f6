"""What page and server exchange: one checked object in, one object out, as JSON without NaN.

A server function is a method `(query: SomeQuery) → dict`, or `(query, request: gr.Request)` where it must know the
visitor. These are public endpoints: `server_function` checks what comes in against the query's class and answers a
refusal as `{"error": sentence}`. In the browser `lib/host.js` asks them.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError

from playground.errors import PlaygroundError, SettingsError, explain


class Query(BaseModel):
    """What a script of the page sends; a subclass names the fields, their types and their bounds.

    >>> class Move(Query):
    ...     to: int
    >>> def move(query: Move) -> dict[str, Any]:
    ...     return {"at": query.to, "speed": float("nan")}
    >>> server_function(move)({"to": 3})
    {'at': 3, 'speed': None}
    >>> server_function(move)({"to": [3]})
    {'error': 'The request is not understood: to: input should be a valid integer (got [3]).'}
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def server_function(ask: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """What Gradio is given for `ask`: checks the query, and answers `{"error": sentence}` where `ask` refuses.

    A plain function, since Gradio marks a server function with an attribute, which a method cannot carry. It keeps
    the signature of `ask`, by which Gradio sees whether a `gr.Request` is wanted.
    """
    kind = next(iter(get_type_hints(ask).values()))

    @wraps(ask)
    def answer(query: Any, *request: Any) -> dict[str, Any]:
        try:
            return finite(ask(_read(query, kind), *request))
        except PlaygroundError as error:
            return {"error": str(error)}

    return answer


def _read(query: Any, kind: type) -> Any:
    if not issubclass(kind, BaseModel) or isinstance(query, kind):
        return query
    try:
        return kind.model_validate(query)
    except ValidationError as error:
        raise SettingsError(f"The request is not understood: {explain(error)}") from None


def to_json(value: Any) -> str:
    """Compact JSON without NaN, which no browser reads: a number that is not finite becomes null.

    >>> to_json({"loss": [1.5, float("nan")]})
    '{"loss":[1.5,null]}'
    >>> to_json("<script>") == r'"\\u003cscript>"'
    True
    """
    text = json.dumps(finite(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c")  # Gradio warns of what looks like a script


def finite(value: Any) -> Any:
    """A JSON-like value with None for every number that is not finite.

    >>> finite([1.5, float("inf")])
    [1.5, None]
    """
    if isinstance(value, float):
        return value if abs(value) != float("inf") and value == value else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value
