"""Names of runs: they become folder names and are shown on the page, so only safe ones are allowed."""

import re
from collections.abc import Callable

from playground.errors import RunError

MAX_NAME_LENGTH = 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}  # on Windows


def check_name(name: str) -> str:
    """Return `name`; raise RunError unless it is a valid folder name on every system and cannot leave its folder.

    >>> check_name("verdict-mini.2")
    'verdict-mini.2'
    >>> check_name("../x")
    Traceback (most recent call last):
        ...
    playground.errors.RunError: The run name '../x' is not allowed; use up to 64 letters, digits, dots, dashes ...
    """
    shown = repr(name if len(str(name)) <= MAX_NAME_LENGTH else str(name)[:MAX_NAME_LENGTH] + "…")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RunError(
            f"The run name {shown} is not allowed; use up to {MAX_NAME_LENGTH} letters, digits, dots, dashes and "
            "underscores, beginning with a letter or digit."
        )
    if name.endswith(".") or name.split(".")[0].lower() in _RESERVED:
        raise RunError(f"The run name {shown} is reserved on some systems; choose another.")
    return name


def free_name(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """An allowed name like `wanted` that is not taken; from the second on, a number is appended.

    >>> free_name("The Verdict.txt mini", {"The-Verdict.txt-mini"}.__contains__)
    'The-Verdict.txt-mini-2'
    """
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-._")[: MAX_NAME_LENGTH - 8].rstrip("-._") or "run"
    if base.split(".")[0].lower() in _RESERVED:
        base = f"run-{base}"
    number = 1
    while is_taken(name := base if number == 1 else f"{base}-{number}"):
        number += 1
    return check_name(name)
