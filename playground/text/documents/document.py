"""What is read from a file, and the limits that hold for every file."""

import re
import time
from dataclasses import dataclass, field
from typing import Literal

from playground.errors import TextError

Kind = Literal["pdf", "docx", "epub", "html", "markdown", "text", "mixed"]
"""The kinds of file that are read; `mixed` is several files of different kinds."""

MAX_DOCUMENT_BYTES = 100_000_000
"""Size of the largest document that is read; plain text has no such limit."""
MAX_UNPACKED_BYTES = 100_000_000
"""Bytes that the parts of a document may have when they are unpacked."""
MAX_READ_S = 120.0
"""Seconds that reading may take, for all files together."""
MAX_FILES = 100
"""Files that are read together."""

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\ufffe\uffff]")


@dataclass(frozen=True)
class Document:
    """The plain text of a file.

    >>> Document("Every effort moves you.", "text").notes
    ()
    """

    text: str
    kind: Kind
    notes: tuple[str, ...] = ()
    """Sentences on what could not be read."""


@dataclass
class Budget:
    """What reading one file may cost: time until a deadline, and unpacked bytes.

    >>> budget = Budget("a.epub", deadline_s=time.monotonic() + 60, unpacked_bytes=10)
    >>> budget.check_time()
    >>> budget.spend_bytes(11)
    Traceback (most recent call last):
    playground.errors.TextError: a.epub unpacks to more than 100 MB; use a smaller document.
    """

    name: str
    """Name of the file, for messages."""
    deadline_s: float = field(default_factory=lambda: time.monotonic() + MAX_READ_S)
    """On the clock of `time.monotonic`."""
    unpacked_bytes: int = MAX_UNPACKED_BYTES
    """Bytes that are left."""

    def check_time(self) -> None:
        """Raise `TextError` after the deadline."""
        if time.monotonic() > self.deadline_s:
            raise self.too_slow()

    def too_slow(self) -> TextError:
        """The error for reading that takes too long."""
        return TextError(f"{self.name} takes longer than {MAX_READ_S:.0f} s to read; split it into smaller files.")

    def spend_bytes(self, count: int) -> None:
        """Count unpacked bytes; raises `TextError` when there are too many."""
        self.unpacked_bytes -= count
        if self.unpacked_bytes < 0:
            raise TextError(
                f"{self.name} unpacks to more than {MAX_UNPACKED_BYTES / 1e6:.0f} MB; use a smaller document."
            )


def without_control_characters(text: str) -> str:
    r"""Text without control characters, and without soft hyphens, which mark where a word may be divided.

    >>> without_control_characters("ex\u00adample\x0c\ttab")
    'example\ttab'
    """
    return _UNREADABLE.sub("", text)
