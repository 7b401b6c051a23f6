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

from pydantic import ValidationError


class PlaygroundError(Exception):
    """Base of all errors the playground raises on purpose; `str(error)` is one sentence for the user.

    >>> issubclass(TextError, PlaygroundError)
    True
    """


class SettingsError(PlaygroundError):
    """A setting is out of bounds or does not fit the others."""


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
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    message = str(first["ctx"]["error"]) if first["type"] == "value_error" else first["msg"]
    what = message.rstrip(".")
    if not where:  # a rule between fields, whose message names them
        return SettingsError(f"{what}.")
    if first["type"] == "missing":
        return SettingsError(f"{where}: it is missing, and has no default.")
    try:
        got = repr(first["input"])
    except RecursionError:
        got = "a value that is nested too deeply"
    got = got if len(got) <= 80 else f"{got[:80]}…"
    return SettingsError(f"{where}: {what[0].lower()}{what[1:]} (got {got}).")
