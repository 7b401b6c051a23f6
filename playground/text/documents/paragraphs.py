"""Words → lines → paragraphs: collapses white space as a browser does, one blank line between paragraphs."""

import re

_SPACE = re.compile("[ \t\n\r\f]+")


class Paragraphs:
    """Collects the text of a document piece by piece.

    >>> paragraphs = Paragraphs()
    >>> paragraphs.add("A \\n heading ")
    >>> paragraphs.end_paragraph()
    >>> paragraphs.add(" Some")
    >>> paragraphs.add(" text")
    >>> paragraphs.text
    'A heading\\n\\nSome text'
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._line_ends = 0  # to write before the next word
        self._separator = ""  # to write before the next word of the same line

    @property
    def text(self) -> str:
        """All text so far, without line ends after the last word."""
        return "".join(self._parts)

    def add(self, text: str) -> None:
        """Add running text; white space at its ends separates words."""
        words = _SPACE.sub(" ", text)
        inner = words.strip(" ")
        if words.startswith(" "):
            self._separate(" ")
        if inner:
            self.add_verbatim(inner)
            if words.endswith(" "):
                self._separate(" ")

    def add_verbatim(self, text: str) -> None:
        """Add text with its white space, such as program code."""
        if self._parts:
            self._parts.append("\n" * self._line_ends or self._separator)
        self._line_ends, self._separator = 0, ""
        self._parts.append(text)

    def end_cell(self) -> None:
        """Separate the cells of a table by a tab."""
        self._separate("\t")

    def end_line(self) -> None:
        """The next word is on a new line."""
        self._line_ends, self._separator = max(1, self._line_ends), ""

    def break_line(self) -> None:
        """As `end_line`; a second break makes a blank line."""
        self._line_ends, self._separator = min(2, self._line_ends + 1), ""

    def end_paragraph(self) -> None:
        """The next word comes after a blank line."""
        self._line_ends, self._separator = 2, ""

    def _separate(self, separator: str) -> None:
        if not self._line_ends:
            self._separator = max(self._separator, separator, key=("", " ", "\t").index)
