"""The exception tree: every message is one sentence for the user that says what is wrong, where, and what to do.

PlaygroundError
├── SettingsError
├── TextError
│   ├── TextTooShortError       in text/corpus.py; has the longest context length that would work
│   └── UnclearEncodingError    in text/upload.py; has the encodings to choose from
├── DownloadError
├── CheckpointError
├── RunError
└── BusyError
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

_PLAIN = {
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be above {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be below {lt}",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "literal_error": "must be one of {expected}",
    "string_too_long": "must have at most {max_length} characters",
}
"""Pydantic's type of an error → what is wrong, for a form that shows it at the field."""


class PlaygroundError(Exception):
    """Base of all errors the playground raises on purpose; `str(error)` is one sentence for the user.

    >>> issubclass(TextError, PlaygroundError)
    True
    """


class SettingsError(PlaygroundError):
    """A setting is out of bounds or does not fit the others.

    `problems` says of every invalid setting what is wrong, from its name; the message is about the first one.

    >>> SettingsError("lr: must be above 0.", {"lr": "must be above 0"}).problems
    {'lr': 'must be above 0'}
    """

    def __init__(self, message: str, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.problems = dict(problems or {})


class TextError(PlaygroundError):
    """A text cannot be read, or is empty, too short or too large."""


class DownloadError(PlaygroundError):
    """A download failed, or is switched off."""


class CheckpointError(PlaygroundError):
    """A checkpoint or weights file is damaged, malicious, or does not fit the model."""


class RunError(PlaygroundError):
    """A run does not exist, its name is not allowed, or its state does not permit the request."""


class BusyError(PlaygroundError):
    """The machine, or one visitor's share of it, is in use; the same request may succeed later."""


def reason_of(error: OSError) -> str:
    """Why the system refused, without the path: it names folders of the server, which are not the visitor's business.

    >>> reason_of(OSError(28, "No space left on device", "/srv/runs/x"))
    'No space left on device'
    """
    return error.strerror or type(error).__name__


def explain(error: ValidationError) -> SettingsError:
    """Turn pydantic's report into one sentence about the first invalid field.

    >>> from playground.config import ModelConfig
    >>> try:
    ...     ModelConfig(n_heads=0)
    ... except SettingsError as error:
    ...     print(error)
    n_heads: input should be greater than or equal to 1 (got 0).
    """
    report = error.errors(include_url=False)
    problems = dict(_problem(each) for each in reversed(report))  # of several about one setting, the first
    problems.pop("", None)
    return SettingsError(_sentence(report[0]), dict(reversed(problems.items())))


def _problem(report: Mapping[str, Any]) -> tuple[str, str]:
    """The name of the setting that a report is about, and what is wrong with it."""
    name, message = ".".join(str(part) for part in report["loc"]), str(report["msg"])
    if report["type"] == "value_error":  # a rule, whose message starts with the name of the setting
        rule = str(report["ctx"]["error"])
        stated, separator, what = rule.partition(": ")
        return (name or stated, what) if separator else (name, rule)
    plain = _PLAIN.get(report["type"])
    if plain is None:
        return name, f"{message[0].lower()}{message[1:]}"
    bounds = report.get("ctx", {}).items()
    return name, plain.format(**{key: f"{x:,.12g}" if isinstance(x, int | float) else x for key, x in bounds})


def _sentence(first: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in first["loc"])
    message = str(first["ctx"]["error"]) if first["type"] == "value_error" else first["msg"]
    what = message.rstrip(".")
    if not where:  # a rule between fields, whose message names them
        return f"{what}."
    if first["type"] == "missing":
        return f"{where}: it is missing, and has no default."
    try:
        got = repr(first["input"])
    except RecursionError:
        got = "a value that is nested too deeply"
    got = got if len(got) <= 80 else f"{got[:80]}…"
    return f"{where}: {what[0].lower()}{what[1:]} (got {got})."
