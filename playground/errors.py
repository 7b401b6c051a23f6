"""The exception tree: every message is one sentence for the user, saying what is wrong, where, and what to do.

PlaygroundError
├── SettingsError      a setting is out of its bounds or does not fit the others
├── TextError          a text cannot be read, is empty, or is too short or too large
├── DownloadError      something had to come from the network and could not be had
├── CheckpointError    a checkpoint or a weights file is damaged, hostile, or does not fit
├── RunError           a run is unknown, its name is not allowed, or it is in the wrong state
└── BusyError          the machine or the visitor's share of it is taken; try again later
"""

from pydantic import ValidationError


class PlaygroundError(Exception):
    """Base of everything the playground raises on purpose; `str(error)` is fit to be shown.

    >>> issubclass(TextError, PlaygroundError)
    True
    """


class SettingsError(PlaygroundError):
    """A setting is out of its bounds or does not fit the others."""


class TextError(PlaygroundError):
    """A text cannot be read, is empty, or is too short or too large."""


class DownloadError(PlaygroundError):
    """Something had to come from the network and could not be had."""


class CheckpointError(PlaygroundError):
    """A checkpoint or a weights file is damaged, hostile, or does not fit."""


class RunError(PlaygroundError):
    """A run is unknown, its name is not allowed, or it is in the wrong state for what was asked."""


class BusyError(PlaygroundError):
    """The machine, or one visitor's share of it, is taken; the same request may go through later."""


def explain(error: ValidationError) -> SettingsError:
    """Turn pydantic's report into one sentence that names the first field at fault.

    >>> from playground.config import ModelConfig
    >>> try:
    ...     ModelConfig(n_heads=0)
    ... except SettingsError as error:
    ...     print(error)
    n_heads: input should be greater than or equal to 1 (got 0).
    """
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    what = first["msg"].removeprefix("Value error, ").rstrip(".")
    if not where:  # a rule between fields: its own message names them
        return SettingsError(f"{what}.")
    if first["type"] == "missing":
        return SettingsError(f"{where}: it is missing, and has no default.")
    got = repr(first["input"])
    got = got if len(got) <= 80 else f"{got[:80]}…"
    return SettingsError(f"{where}: {what[0].lower()}{what[1:]} (got {got}).")
