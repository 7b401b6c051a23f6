"""A PDF → plain text: the lines of its pages, with blank lines where a page leaves a gap between two lines."""

import json
import re
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise

from playground.errors import TextError
from playground.text.documents import pdf_process
from playground.text.documents.document import Budget, Document, without_control_characters
from playground.text.documents.pdf_process import Line, Page

MAX_PAGES = 5_000
"""Pages of the longest PDF that is read."""
MAX_CHARACTERS = 50_000_000
"""Characters of the longest PDF that is read."""
MAX_MEMORY_BYTES = 1_500_000_000
"""Memory of the process that reads a PDF."""

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_GAP = 1.3  # times the usual distance of two lines
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]\n(?=([^\W\d_]{1,40})(\S*))")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LONGEST_WORD = 40
_SENTENCE_END = re.compile(r"""[.!?:;…]["'”’»)\]]{0,3}$""")


def read_pdf(data: bytes, budget: Budget) -> Document:
    """The text of a PDF; its notes count pages without text, which may be scans, and damaged ones.

    Raises `TextError`, also for one that is encrypted, or contains no text at all.
    """
    pages = _read_pages(data, budget)
    n_pages, n_damaged = len(pages), sum(page is None for page in pages)
    if n_damaged == n_pages:
        raise _damaged(budget)
    text = join_divided_words(join_lines(pages)).translate(_LIGATURES)
    if not text.strip():
        raise TextError(
            f"{budget.name} contains no text; its {n_pages:,} page(s) may be scans, "
            "which a program for text recognition (OCR) can turn into text."
        )
    notes = []
    if n_blank := sum(page == [] for page in pages):
        notes.append(f"{n_blank:,} of {n_pages:,} pages contain no text; they may be scans.")
    if n_damaged:
        notes.append(f"{n_damaged:,} of {n_pages:,} pages are damaged and were left out.")
    n_unknown = len(text) - len(without_control_characters(text)) + text.count("\ufffd")
    if n_unknown > len(text) // 100:
        notes.append(f"{n_unknown / len(text):.0%} of the characters are unknown, as the fonts do not name them.")
    return Document(text, "pdf", tuple(notes))


def _read_pages(data: bytes, budget: Budget) -> list[Page]:
    command = [sys.executable, "-P", pdf_process.__file__, *map(str, (MAX_PAGES, MAX_CHARACTERS, MAX_MEMORY_BYTES))]
    try:
        timeout_s = max(0.0, budget.deadline_s - time.monotonic())
        answer = subprocess.run(command, input=data, capture_output=True, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        raise budget.too_slow() from None
    if answer.returncode:  # for example, no memory was left
        raise _damaged(budget)
    result = json.loads(answer.stdout)
    match result.get("error"):
        case None:
            return result["pages"]
        case "encrypted":
            raise TextError(f"{budget.name} is encrypted; save it without a password, or print it into a new PDF.")
        case "long":
            raise TextError(f"{budget.name} has more than {MAX_PAGES:,} pages, or too much text; split it.")
        case _:
            raise _damaged(budget)


def _damaged(budget: Budget) -> TextError:
    return TextError(f"{budget.name} is damaged or too large to read; open it in a PDF viewer and save it again.")


def join_lines(pages: list[Page]) -> str:
    """The text of all pages; a blank line is where two lines are further apart than usual, and between most pages.

    >>> join_lines([[("Title", 90, 10), ("One", 60, 10), ("two", 48, 10), ("three.", 36, 10)]])
    'Title\\n\\nOne\\ntwo\\nthree.'
    """
    usual = _usual_distance(pages)
    parts: list[str] = []
    for page in filter(None, pages):
        if parts:
            continues = not _SENTENCE_END.search(parts[-1]) and page[0][0][0].islower()
            parts.append("\n" if continues else "\n\n")
        parts.append(page[0][0])
        for above, line in pairwise(page):
            parts += ["\n\n" if _distance(above, line) > _GAP * usual else "\n", line[0]]
    return "".join(parts)


def _distance(above: Line, line: Line) -> float:
    """How far down the page the second line is, in sizes of the smaller font; 0 if it is not further down."""
    size = min(above[2], line[2])
    return max(0.0, (above[1] - line[1]) / size) if size > 0 else 0.0


def _usual_distance(pages: list[Page]) -> float:
    distances = Counter(round(_distance(*lines), 1) for page in pages if page for lines in pairwise(page))
    del distances[0.0]
    return max(distances, key=lambda distance: (distances[distance], -distance), default=1.2)


def join_divided_words(text: str) -> str:
    """Join the words that a hyphen divides at the end of a line; a compound that is written so elsewhere keeps it.

    >>> join_divided_words("It is a well-known exam-\\nple, as well-\\nknown as any.")
    'It is a well-known example,\\nas well-known\\nas any.'
    """
    if not _HYPHEN.search(text):
        return text
    known = set(_WORD.findall(text))
    parts, end = [], 0
    for found in _HYPHEN.finditer(text):
        right, rest = found.groups()
        if found.start() < end or not right[0].islower():
            continue
        left = re.split(r"[\W\d_]", text[max(0, found.start() - _LONGEST_WORD) : found.start()])[-1]
        is_compound = found[0][0] != "\u00ad" and f"{left}-{right}" in known and left + right not in known
        parts += [text[end : found.start()], "-" if is_compound else "", right, rest, "\n"]
        end = found.end() + len(right) + len(rest)
        end += text[end : end + 1] in (" ", "\n")
    return "".join([*parts, text[end:]])
