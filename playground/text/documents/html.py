"""HTML → plain text: headings and paragraphs with blank lines between, without scripts, styles and navigation.

lxml reads it as a stream, so that memory holds the text alone. It never loads a file or an address that the HTML names.
"""

import codecs
import re
from typing import Any

from lxml import etree

from playground.errors import TextError
from playground.text.documents.document import Budget, Document
from playground.text.documents.paragraphs import Paragraphs
from playground.text.upload import ENCODINGS, decode_upload

MAX_DEPTH = 1000
"""Elements that may lie inside one another."""

_BLOCK_BYTES = 16_384  # read between two looks at the clock
# fmt: off
_LEFT_OUT = {
    "script", "style", "nav", "template", "noscript", "title", "svg", "math", "iframe", "object", "select", "textarea",
    "rp", "rt",
}
_PARAGRAPHS = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol", "dl", "hr", "figure", "section",
    "article", "aside", "main", "fieldset",
}
_LINES = {
    "div", "li", "dt", "dd", "tr", "caption", "figcaption", "address", "header", "footer", "form", "details", "summary",
    "body", "legend", "center",
}
# fmt: on
_LISTS = {"ul", "ol"}
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""")
_OTHER_CODECS = re.compile(r"iso8859-\d+|cp125\d|koi8-[rut]")
_CODECS = {codecs.lookup(name).name: name for name in ENCODINGS}
_CODECS |= {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
# HTML has no empty-element tags, XHTML has: to an HTML parser these would contain all that follows.
_EMPTY_ELEMENT = re.compile(r"<(title|script|style|textarea|iframe|noscript|template|nav)\b([^<>]*)/>", re.IGNORECASE)


def read_html(data: bytes, budget: Budget, encoding: str | None = None) -> Document:
    """The text of an HTML file.

    >>> read_html(b"<title>T</title><h1>Title</h1><p>One<br>two <b>th</b>ree.", Budget("a.html")).text
    'Title\\n\\nOne\\ntwo three.'
    """
    return Document(html_to_text(decode_html(data, budget.name, encoding), budget), "html")


def decode_html(data: bytes, name: str, encoding: str | None = None) -> str:
    """The characters of an HTML file: UTF-8 where that fits, else in the encoding that it declares or that is found.

    Raises what `decode_upload` raises.

    >>> decode_html('<meta charset="iso-8859-1">é'.encode("latin-1"), "a.html")[-1]
    'é'
    """
    declared = _DECLARED.search(data, 0, 2048)
    if encoding is None and declared and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        for codec in ("utf-8", _known_codec(declared[1].decode("ascii"))):
            try:
                return data.decode(codec)
            except UnicodeDecodeError:
                continue
    return decode_upload(data, name, encoding=encoding)


def _known_codec(declared: str) -> str:
    """The name of a codec of characters; what is unknown becomes UTF-8."""
    try:
        codec = codecs.lookup(declared).name
    except LookupError:
        return "utf-8"
    return _CODECS.get(codec, codec if _OTHER_CODECS.fullmatch(codec) else "utf-8")


def html_to_text(html: str, budget: Budget) -> str:
    """The text of HTML or XHTML; raises `TextError` if its elements are nested too deeply, or reading takes too long.

    >>> html_to_text("<pre>a\\n  b</pre><nav>Home</nav><ul><li>one<li>two</ul>", Budget("a.html"))
    'a\\n  b\\n\\none\\ntwo'
    """
    if not html.strip():
        return ""
    collector = _Collector(budget)
    parser = etree.HTMLParser(target=collector, encoding="utf-8")
    data = _EMPTY_ELEMENT.sub(r"<\1\2></\1>", html).encode("utf-8", "replace")
    try:
        for start in range(0, len(data), _BLOCK_BYTES):
            budget.check_time()
            parser.feed(data[start : start + _BLOCK_BYTES])
        parser.close()
    except etree.LxmlError:
        raise TextError(f"{budget.name} is damaged or not HTML; open it in a browser and save it again.") from None
    return collector.paragraphs.text


class _Collector:
    """Gets the events of lxml's parser: https://lxml.de/parsing.html#the-target-parser-interface."""

    def __init__(self, budget: Budget) -> None:
        self.paragraphs = Paragraphs()
        self._budget = budget
        self._depth = 0
        self._left_out = 0  # elements around this place whose text is left out
        self._lists = 0
        self._pre = 0
        self._code: list[str] = []  # text of the <pre> that is open

    def start(self, tag: str, _: Any) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TextError(
                f"{self._budget.name} has elements nested more than {MAX_DEPTH:,} deep; use a simpler file."
            )
        if tag in _LEFT_OUT:
            self._left_out += 1
        elif tag == "br":
            if self._pre:
                self._code.append("\n")
            elif not self._left_out:
                self.paragraphs.break_line()
        elif tag in ("td", "th"):
            self.paragraphs.end_cell()
        else:
            self._separate(tag)
        self._pre += tag == "pre"
        self._lists += tag in _LISTS

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._lists -= tag in _LISTS
        if tag == "pre":
            self._pre -= 1
            self._end_code()
        if tag in _LEFT_OUT:
            self._left_out -= 1
        else:
            self._separate(tag)

    def data(self, text: str) -> None:
        if self._left_out:
            return
        if self._pre:
            self._code.append(text)
        else:
            self.paragraphs.add(text.replace("\xa0", " "))

    def close(self) -> None:
        self._end_code()

    def _separate(self, tag: str) -> None:
        if self._pre or self._left_out:
            return
        if tag in _PARAGRAPHS and not (tag in _LISTS and self._lists):
            self.paragraphs.end_paragraph()
        elif tag in _LINES or tag in _LISTS:
            self.paragraphs.end_line()

    def _end_code(self) -> None:
        code = "".join(self._code).strip("\n")
        self._code.clear()
        if code.strip():
            self.paragraphs.add_verbatim(code)
