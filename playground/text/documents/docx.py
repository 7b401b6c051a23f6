"""A Word document (.docx) → plain text: paragraphs, lists and tables in their order, then its notes.

Text that was deleted with "track changes" is left out, inserted text is kept.
"""

import re
from typing import Any

from lxml import etree

from playground.errors import TextError
from playground.text.documents.archive import Archive
from playground.text.documents.document import Budget, Document
from playground.text.documents.paragraphs import Paragraphs

MAIN_PART = re.compile(r"word/document\d*\.xml")
"""Name of the file with the text; Word writes `word/document2.xml` at times."""

_NOTE_PARTS = ("word/footnotes.xml", "word/endnotes.xml")
_MAX_DEPTH = 1000
# What is moved stands at both places; a fallback repeats what it stands for; properties hold no text.
_LEFT_OUT = frozenset({"moveFrom", "Fallback", "rPr", "sectPr", "tblPr", "trPr", "tcPr", "del"})
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(data: bytes, budget: Budget) -> Document:
    """The text of a Word document; raises `TextError`."""
    archive = Archive(data, budget)
    mains = sorted(filter(MAIN_PART.fullmatch, archive.names))
    if not mains:
        raise archive.damaged()
    collector = _Collector(budget)
    for part in (mains[0], *_NOTE_PARTS):
        if part in archive.names:
            _read_part(archive, part, collector)
    return Document(collector.paragraphs.text, "docx")


def _read_part(archive: Archive, part: str, collector: "_Collector") -> None:
    parser = etree.XMLParser(target=collector, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        for block in archive.blocks(part):
            parser.feed(block)
        parser.close()
    except (etree.LxmlError, ValueError):
        raise archive.damaged() from None


class _Collector:
    """Gets the events of lxml's parser; the names of elements are those of ECMA-376, part 1, chapter 17."""

    def __init__(self, budget: Budget) -> None:
        self.paragraphs = Paragraphs()
        self._budget = budget
        self._depth = 0
        self._left_out = 0
        self._properties = 0  # inside those of a paragraph
        self._is_text = False
        self._is_list_item = self._was_list_item = False
        self._rows = 0  # of tables, around this place
        self._line: list[str] = []

    def start(self, tag: str, _: Any) -> None:
        tag = _local(tag)
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise TextError(
                f"{self._budget.name} has elements nested more than {_MAX_DEPTH:,} deep; use a simpler file."
            )
        self._left_out += tag in _LEFT_OUT
        self._properties += tag == "pPr"
        self._is_text = tag == "t"
        if tag == "numPr":
            self._is_list_item = True
        elif tag == "tbl" and not self._rows:
            self.paragraphs.end_paragraph()
        elif tag == "txbxContent":  # a text box lies in the middle of a paragraph
            self._end_paragraph()
        elif tag in _CHARACTERS and not self._properties and not self._left_out:
            self._line.append(_CHARACTERS[tag])
        self._rows += tag == "tr"

    def end(self, tag: str) -> None:
        tag = _local(tag)
        self._depth -= 1
        self._left_out -= tag in _LEFT_OUT
        self._properties -= tag == "pPr"
        self._is_text = False
        if tag == "p":
            if self._rows:
                self._line.append(" ")
            else:
                self._end_paragraph()
        elif tag == "tc":
            self._line.append("\t")
        elif tag == "tr":
            self._rows -= 1
            self._end_row()
        elif tag == "tbl" and not self._rows:
            self.paragraphs.end_paragraph()

    def data(self, text: str) -> None:
        if self._is_text and not self._left_out:
            self._line.append(text)

    def close(self) -> None:
        self._end_paragraph()

    def _end_paragraph(self) -> None:
        if line := self._take_line():
            if self._is_list_item and self._was_list_item:
                self.paragraphs.end_line()
            else:
                self.paragraphs.end_paragraph()
            self.paragraphs.add_verbatim(line)
            self._was_list_item = self._is_list_item
        self._is_list_item = False

    def _end_row(self) -> None:
        if line := self._take_line().replace(" \t", "\t").strip():
            self.paragraphs.end_line()
            self.paragraphs.add_verbatim(line)

    def _take_line(self) -> str:
        line = "".join(self._line).rstrip()
        self._line.clear()
        return line


def _local(tag: str) -> str:
    """The name of an element without its namespace, which differs between the two forms of the standard."""
    return tag.rpartition("}")[2]
