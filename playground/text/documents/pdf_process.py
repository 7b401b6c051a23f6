"""A program that reads the lines of a PDF, in a process of its own: a hostile file costs this process alone.

It reads the file from stdin and writes one JSON value to stdout: `{"pages": [...]}`, for each page a list of its lines
(`Line`), or null if it is damaged; or `{"error": NAME}`, where the name is `encrypted`, `damaged` or `long`. Whoever
starts it kills it when it takes too long. It imports nothing of the package, so that it starts at once:
`python -P pdf_process.py MAX_PAGES MAX_CHARACTERS MAX_MEMORY_BYTES < FILE`.
"""

import io
import json
import logging
import sys
from contextlib import suppress
from typing import Any

import pypdf
from pypdf.errors import DependencyError, FileNotDecryptedError, WrongPasswordError

Line = tuple[str, float, float]
"""Its text, the height of its base line on the page, and the size of its font, both in points."""
Page = list[Line] | None
"""The lines of a page; None for a damaged one."""

# For one page or stream; the defaults of pypdf are for pictures, too.
_LIMITS = pypdf.Configuration(
    array_based_stream_maximum_output_length=20_000_000,
    zlib_maximum_output_length=20_000_000,
    zlib_maximum_recovery_input_length=200_000,
    lzw_maximum_output_length=20_000_000,
    run_length_maximum_output_length=20_000_000,
    stream_decoding_work_maximum_length=50_000_000,
    stream_parsing_work_maximum_count=1_000_000,
    xform_maximum_invocations_per_extraction=500,
)
_PAGES_IN_MEMORY = 20  # whose fonts are remembered, which many pages share


class PdfError(Exception):
    """A PDF that cannot be read; its argument is the name of the reason."""


def read_pages(data: bytes, max_pages: int, max_characters: int) -> list[Page]:
    """The lines of all pages; raises `PdfError`."""
    with pypdf.apply_configuration(_LIMITS):
        try:
            reader = pypdf.PdfReader(io.BytesIO(data))
            n_pages = len(reader.pages)
        except (DependencyError, FileNotDecryptedError, WrongPasswordError):
            raise PdfError("encrypted") from None
        except Exception:  # pypdf raises errors of all kinds for damaged files
            raise PdfError("damaged") from None
        if n_pages > max_pages:
            raise PdfError("long")
        pages: list[Page] = []
        for i, page in enumerate(reader.pages):
            try:
                lines = read_lines(page)
            except Exception:  # as above, for this page alone
                lines = None
            pages.append(lines)
            max_characters -= sum(len(line[0]) for line in lines or ())
            if max_characters < 0:
                raise PdfError("long")
            if lines is None or i % _PAGES_IN_MEMORY == 0:
                reader.resolved_objects.clear()
    return pages


def read_lines(page: pypdf.PageObject) -> list[Line]:
    """The lines of a page, in the order in which the page draws them."""
    lines: list[Line] = []
    line = ""
    y = size = 0.0

    def add(text: str, page_matrix: list[float], text_matrix: list[float], _: Any, font_size: float) -> None:
        nonlocal line, y, size
        if not line.strip() and text.strip():
            _, b, _, d, _, f = page_matrix
            y = text_matrix[4] * b + text_matrix[5] * d + f
            size = abs(font_size * (text_matrix[2] * b + text_matrix[3] * d))
        *ended, line = (line + text).split("\n")
        lines.extend((" ".join(words.split()), round(y, 2), round(size, 2)) for words in ended if words.strip())

    page.extract_text(visitor_text=add)
    if line.strip():
        lines.append((" ".join(line.split()), y, size))
    return lines


def _limit_memory(max_bytes: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # not every system has such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))


def main() -> None:
    """Read the PDF on stdin."""
    max_pages, max_characters, max_memory_bytes = map(int, sys.argv[1:])
    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # it logs each oddity of a file
    _limit_memory(max_memory_bytes)
    try:
        result: dict[str, Any] = {"pages": read_pages(sys.stdin.buffer.read(), max_pages, max_characters)}
    except PdfError as error:
        result = {"error": str(error)}
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
