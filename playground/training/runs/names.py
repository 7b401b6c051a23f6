"""Names of runs become folder names, so only safe ones are allowed; a title may be in any script.

What a user calls a run is its name, if that is safe. Else it is the run's title, and its name is made from the title.
"""

import re
import unicodedata
from collections.abc import Callable

from playground.errors import RunError

MAX_NAME_LENGTH = 64
MAX_TITLE_LENGTH = 100
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


def is_title(wanted: str) -> bool:
    """Whether a name has characters, such as spaces or letters of any script, that only a title may have.

    >>> is_title("Die Verwandlung"), is_title("verdict-mini.2"), is_title("")
    (True, False, False)
    """
    return re.search(r"[^A-Za-z0-9._-]", wanted) is not None


def check_title(title: str) -> str:
    """The title in composed characters, without spaces around it; raises RunError unless it can be shown in a line.

    Slashes are refused, since they would look like a path, and so are characters that turn the direction of the text
    around them.

    >>> check_title(" 変身 <b>mini</b> ".replace("/", "|"))
    '変身 <b>mini<|b>'
    """
    composed = unicodedata.normalize("NFC", title).strip()
    if not composed or len(composed) > MAX_TITLE_LENGTH or any(map(_is_unfit, composed)):
        shown = repr(title[:MAX_NAME_LENGTH] + ("…" if len(title) > MAX_NAME_LENGTH else ""))
        raise RunError(
            f"The run name {shown} is not allowed; use up to {MAX_TITLE_LENGTH} characters of any script in one line, "
            "without slashes."
        )
    return composed


def _is_unfit(character: str) -> bool:
    turns = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return character in "/\\" or turns or unicodedata.category(character) in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp")


def free_name(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """An allowed name like `wanted` that is not taken; from the second on, a number is appended.

    >>> free_name("The Verdict.txt mini", {"The-Verdict.txt-mini"}.__contains__)
    'The-Verdict.txt-mini-2'
    """
    plain = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode() if wanted.isprintable() else wanted
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[: MAX_NAME_LENGTH - 8].rstrip("-._") or "run"
    if base.split(".")[0].lower() in _RESERVED:
        base = f"run-{base}"
    number = 1
    while is_taken(name := base if number == 1 else f"{base}-{number}"):
        number += 1
    return check_name(name)
