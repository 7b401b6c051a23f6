"""Files of common kinds → plain text, without their layout: PDF, Word, e-books, web pages, Markdown, plain text.

The kind of a file is told by its content, and by the end of its name only where the content is text. Files are not
trusted: time, memory and unpacked bytes are limited, and every error is a `TextError` with one sentence.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from playground.errors import TextError
from playground.text.documents.archive import archive_names
from playground.text.documents.document import (
    MAX_DOCUMENT_BYTES,
    MAX_FILES,
    MAX_READ_S,
    Budget,
    Document,
    Kind,
    without_control_characters,
)
from playground.text.documents.docx import MAIN_PART, read_docx
from playground.text.documents.epub import read_epub
from playground.text.documents.html import read_html
from playground.text.documents.markdown import read_markdown
from playground.text.documents.pdf import read_pdf
from playground.text.tokenizer import END_OF_TEXT
from playground.text.upload import LARGE_TEXT_BYTES, check_size, clean_text, decode_upload

__all__ = ["Document", "find_kind", "join_documents", "read_document", "read_files"]

_OLD_WORD = b"\xd0\xcf\x11\xe0"
_HTML_SUFFIXES = ("html", "htm", "xhtml")
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff|\s|<\?xml[^>]{0,200}\?>|<!--.{0,1000}?-->)*"
    rb"<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)


def find_kind(data: bytes, name: str) -> Kind:
    """The kind of a file.

    >>> find_kind(b"%PDF-1.7 ...", "poem.txt"), find_kind(b"# Title", "README.md"), find_kind(b"words", "poem")
    ('pdf', 'markdown', 'text')
    """
    head = data[:1024]
    suffix = name.lower().rpartition(".")[2]
    if head.lstrip().startswith(b"%PDF-") or (suffix == "pdf" and b"%PDF-" in head):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        names = archive_names(data)
        if any(map(MAIN_PART.fullmatch, names)):
            return "docx"
        if "META-INF/container.xml" in names:
            return "epub"
        if suffix == "docx":
            return "docx"  # damaged, or encrypted
        return "epub" if suffix == "epub" else "text"
    if suffix in _HTML_SUFFIXES or _HTML.match(data[:4096].replace(b"\0", b"")):
        return "html"
    return "markdown" if suffix in ("md", "markdown") else "text"


def read_document(data: bytes, name: str, *, max_bytes: int | None = None, encoding: str | None = None) -> Document:
    """The plain text of one file.

    `max_bytes` bounds the file and its text; `encoding`, one of `ENCODINGS`, is that of a text file. Raises `TextError`
    for what cannot be read, is encrypted, or is above a limit, and `UnclearEncodingError` where the user has to choose.

    >>> read_document(b"# Title\\n\\nSome *text*.", "notes.md")
    Document(text='Title\\n\\nSome text.', kind='markdown', notes=())
    """
    return join_documents([(name, data)], max_bytes=max_bytes, encoding=encoding)


def join_documents(
    files: Sequence[tuple[str, bytes]],
    *,
    mark_ends: bool = False,
    max_bytes: int | None = None,
    encoding: str | None = None,
) -> Document:
    """The plain text of several files (name, bytes), in the given order, with a blank line between two files.

    With `mark_ends`, `<|endoftext|>` is between them instead. `max_bytes` bounds all files together, and their text.
    Raises what `read_document` raises; the message names the file.

    >>> join_documents([("a.txt", b"one"), ("b.html", b"<p>two")], mark_ends=True)
    Document(text='one<|endoftext|>two', kind='mixed', notes=())
    """
    if not files:
        raise TextError("No file is given; choose at least one.")
    if len(files) > MAX_FILES:
        raise TextError(f"{len(files):,} files are given and at most {MAX_FILES} are read together; join some of them.")
    names = [name for name, _ in files]
    _check_total(sum(len(data) for _, data in files), names, max_bytes)
    deadline_s = time.monotonic() + MAX_READ_S
    documents = [_read(data, Budget(name, deadline_s), encoding) for name, data in files]
    text = (END_OF_TEXT if mark_ends else "\n\n").join(document.text for document in documents)
    if max_bytes is not None:
        _check_total(len(text.encode("utf-8", "replace")), names, max_bytes, "The text of ")
    if len(files) == 1:
        return documents[0]
    kinds = {document.kind for document in documents}
    notes = tuple(f"{name}: {note}" for name, read in zip(names, documents, strict=True) for note in read.notes)
    return Document(text, kinds.pop() if len(kinds) == 1 else "mixed", notes)


def read_files(
    paths: Sequence[Path],
    *,
    mark_ends: bool = False,
    max_bytes: int | None = None,
    encoding: str | None = None,
) -> Document | Path:
    """As `join_documents`; but of a single large plain text its path, as such a text is later read in pieces.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.md"
    >>> _ = path.write_text("# Title")
    >>> read_files([path])
    Document(text='Title', kind='markdown', notes=())
    """
    names, sizes_bytes = [path.name for path in paths], [path.stat().st_size for path in paths]
    _check_total(sum(sizes_bytes), names, max_bytes)
    if len(paths) == 1 and sizes_bytes[0] >= LARGE_TEXT_BYTES and _is_plain_text(paths[0], sizes_bytes[0]):
        return paths[0]
    files = [(path.name, path.read_bytes()) for path in paths]
    return join_documents(files, mark_ends=mark_ends, max_bytes=max_bytes, encoding=encoding)


def _is_plain_text(path: Path, size_bytes: int) -> bool:
    """Whether a file is read as plain text; an archive has to be read whole to tell, any other file not."""
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(b"PK") and size_bytes <= MAX_DOCUMENT_BYTES:
            head += file.read()
    return find_kind(head, path.name) == "text"


def _check_total(size_bytes: int, names: Sequence[str], max_bytes: int | None, of: str = "") -> None:
    if len(names) == 1:
        check_size(size_bytes, f"{of}{names[0]}", max_bytes)
    elif max_bytes is not None and size_bytes > max_bytes:
        raise TextError(
            f"The {len(names)} files together have {size_bytes / 1e6:,.1f} MB and at most {max_bytes / 1e6:,.1f} MB "
            "are taken here; use fewer or shorter ones."
        )


def _read(data: bytes, budget: Budget, encoding: str | None) -> Document:
    name = budget.name
    kind = find_kind(data, name)
    if kind == "text":
        if data.startswith(_OLD_WORD) and name.lower().endswith((".docx", ".doc")):
            raise TextError(f"{name} is an old Word document or has a password; save it as .docx without one.")
        return Document(decode_upload(data, name, encoding=encoding), "text")
    check_size(len(data), name, MAX_DOCUMENT_BYTES)
    if kind == "pdf":
        document = read_pdf(data, budget)
    elif kind == "docx":
        document = read_docx(data, budget)
    elif kind == "epub":
        document = read_epub(data, budget)
    elif kind == "html":
        document = read_html(data, budget, encoding)
        if not name.lower().endswith(_HTML_SUFFIXES):
            document = replace(document, notes=("It begins as HTML does, and is read without its tags.",))
    else:
        document = read_markdown(data, budget, encoding)
    text = without_control_characters(document.text).strip("\n")
    if not text.strip():
        raise TextError(f"{name} contains no text; use one with some thousand characters.")
    return replace(document, text=clean_text(text, name))
