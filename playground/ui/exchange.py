"""The format of requests and answers between page and server: one object each, checked, as JSON without NaN.

A server function is a method `(query: SomeQuery) -> dict`, or `(query: SomeQuery, request: gr.Request) -> dict` if it
needs to know the visitor. Anybody can call these endpoints with any JSON, so `server_function` validates the query
against its class. A refusal is answered as `{"error": sentence}`. In the browser, `lib/host.js` calls them.
"""

import inspect
import json
import logging
import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError

from playground.errors import PlaygroundError, SettingsError, explain, reason_of

_log = logging.getLogger(__name__)

ServerFunctions = Sequence[Callable[..., dict[str, Any]]]
"""Server functions that one tab gives to the widgets of others."""


class Query(BaseModel):
    """Base of the requests that a widget's script sends; a subclass defines the fields, their types and bounds.

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


def server_function(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Wrap `function` for `gr.HTML(server_functions=…)` or `gr.api`: the wrapper checks queries and reports refusals.

    The type hint of the first parameter is the class of the query, a `Query` or a `Config`; raises `TypeError` for any
    other. The query is passed as JSON or as an object of that class. A `PlaygroundError` becomes `{"error": sentence}`,
    and so does an `OSError`, without its path; any other exception is an internal error, which Gradio answers with
    status 500.

    The wrapper is a plain function because Gradio sets an attribute on it, which a bound method does not allow. It has
    the signature of `function`, from which Gradio sees whether to pass a `gr.Request`.
    """
    query_class = _query_class(function)

    @wraps(function)
    def answer(query: Any, *request: Any) -> dict[str, Any]:
        try:
            answered: dict[str, Any] = finite(function(_checked(query, query_class), *request))
        except PlaygroundError as error:
            return {"error": str(error)}
        except OSError as error:
            _log.warning("%s: %s", function.__qualname__, error)
            return {"error": f"The server could not read or write a file ({reason_of(error)}); try again later."}
        return answered

    return answer


def _query_class(function: Callable) -> type[BaseModel]:
    first = next(iter(inspect.signature(function).parameters), "")
    hint = get_type_hints(function).get(first)
    if not isinstance(hint, type) or not issubclass(hint, BaseModel):
        raise TypeError(f"{function.__qualname__}: annotate the first parameter with the class of the query.")
    return hint


def _checked(query: Any, query_class: type[BaseModel]) -> BaseModel:
    if isinstance(query, query_class):
        return query
    if not isinstance(query, dict):
        raise SettingsError("The request is not understood: it must be a JSON object.")
    try:
        return query_class.model_validate(query)
    except ValidationError as error:
        raise SettingsError(f"The request is not understood: {explain(error)}") from None


def event_text(event: Any, name: str) -> str:
    """A field that a widget's script sends with an event, as a text; empty if the event came without its data.

    >>> import gradio as gr
    >>> event_text(gr.EventData(None, {"run": "tale"}), "run"), event_text(gr.EventData(None, None), "run")
    ('tale', '')
    """
    data = event._data  # reading an attribute of the event raises a TypeError where there is none
    return str(data.get(name, "")) if isinstance(data, dict) else ""


def to_json(value: Any) -> str:
    """Compact JSON; a number that is not finite becomes null, because browsers do not parse NaN.

    >>> to_json({"loss": [1.5, float("nan")]})
    '{"loss":[1.5,null]}'
    >>> to_json("<script>") == r'"\\u003cscript>"'
    True
    """
    text = json.dumps(finite(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c")  # Gradio warns of a value that looks like HTML with a script


def finite(value: Any) -> Any:
    """A copy of a JSON-like value with None for every number that is not finite; tuples become lists.

    >>> finite([1.5, float("inf")])
    [1.5, None]
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
