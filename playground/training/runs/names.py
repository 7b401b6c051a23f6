"""Names of runs: they become folder names and stand on the page, so only harmless ones are allowed."""

import re
from collections.abc import Callable

from playground.errors import RunError

MAX_NAME = 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def check_name(name: str) -> str:
    """Return `name`; raise RunError unless it can be a folder on every system and nothing else than that.

    >>> check_name("verdict-mini.2")
    'verdict-mini.2'
    >>> check_name("../x")
    Traceback (most recent call last):
        ...
    playground.errors.RunError: The run name '../x' is not allowed; use up to 64 letters, digits, dots, dashes ...
    """
    shown = repr(name if len(str(name)) <= MAX_NAME else str(name)[:MAX_NAME] + "…")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RunError(
            f"The run name {shown} is not allowed; use up to {MAX_NAME} letters, digits, dots, dashes and underscores, "
            "beginning with a letter or digit."
        )
    if name.endswith(".") or name.split(".")[0].lower() in _RESERVED:
        raise RunError(f"The run name {shown} is reserved on some systems; choose another.")
    return name


def free_name(wanted: str, taken: Callable[[str], bool]) -> str:
    """An allowed name close to `wanted` that is not `taken`, with a number behind it from the second on.

    >>> free_name("The Verdict.txt mini", {"The-Verdict.txt-mini"}.__contains__)
    'The-Verdict.txt-mini-2'
    """
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-._")[: MAX_NAME - 8].rstrip("-._") or "run"
    if base.split(".")[0].lower() in _RESERVED:
        base = f"run-{base}"
    number = 1
    while taken(name := base if number == 1 else f"{base}-{number}"):
        number += 1
    return check_name(name)
