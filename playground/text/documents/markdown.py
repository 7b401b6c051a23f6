"""Markdown → plain text: without its marks and addresses, with its program code.

A long file is read in pieces that end between blocks, so that time and memory stay in proportion to its size.
"""

import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference

from playground.text.documents.document import Budget, Document
from playground.text.documents.html import html_to_text
from playground.text.upload import decode_upload

_PIECE_CHARACTERS = 32_768  # a piece ends between two blocks from here on,
_LONG_PIECE_CHARACTERS = 65_536  # at any end of a line from here on, if not in code,
_LONGEST_PIECE_CHARACTERS = 1_000_000  # and at any end of a line from here on
_FRONT_MATTER = re.compile(r"\A---\n(?:[^\n]*\n){0,500}?---\n")  # settings for the programs that publish the file
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_BLOCK = re.compile(r"[^\s>|<]")  # the first character of a block that continues no other
_REFERENCE = re.compile(r"^ {0,3}\[([^\]\[\n^][^\]\[\n]{0,200})\]:[ \t]*\S", re.MULTILINE)


def read_markdown(data: bytes, budget: Budget, encoding: str | None = None) -> Document:
    """The text of a Markdown file (CommonMark with tables and ~~strikethrough~~).

    >>> read_markdown(b"# Title\\n\\nSome *text* with a [link][1].\\n\\n[1]: http://a.b", Budget("a.md")).text
    'Title\\n\\nSome text with a link.'
    """
    source = _FRONT_MATTER.sub("", decode_upload(data, budget.name, encoding=encoding))
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Known to every piece. The addresses are left out of the text, so they need not be known.
    environment: dict[str, Any] = {
        "references": {normalizeReference(found[1]): {"href": "", "title": ""} for found in _REFERENCE.finditer(source)}
    }
    texts = []
    for piece in _pieces(source):
        budget.check_time()
        if len(piece) > _LONGEST_PIECE_CHARACTERS or max(map(len, piece.split("\n"))) > _LONG_PIECE_CHARACTERS:
            texts.append(piece.strip())  # such a line holds data, not Markdown
            continue
        texts.append(html_to_text(parser.render(piece, environment), budget))
    return Document("\n\n".join(text for text in texts if text), "markdown")


def _pieces(source: str) -> Iterator[str]:
    """Parts of a text that can be read by themselves; joined they are the text."""
    lines: list[str] = []
    length, fence, after_blank = 0, "", False
    for line in source.splitlines(keepends=True):
        is_between = not fence and after_blank and bool(_BLOCK.match(line))
        if (
            (length > _PIECE_CHARACTERS and is_between)
            or (length > _LONG_PIECE_CHARACTERS and not fence)
            or length > _LONGEST_PIECE_CHARACTERS
        ):
            yield "".join(lines)
            lines, length, fence = [], 0, ""
        if found := _FENCE.match(line):
            if not fence:
                fence = found[1]
            elif found[1].startswith(fence) and not line[found.end() :].strip():
                fence = ""
        lines.append(line)
        length += len(line)
        after_blank = line.isspace()
    yield "".join(lines)
