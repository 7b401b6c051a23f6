"""Small documents for the tests, made from text."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping

import docx
from docx.document import Document as WordDocument

LEADING, SIZE = 12, 10

PRINTED = (("Chapter One", 740), ("Every effort moves", 700), ("you, said the ferry-", 688), ("man to the widow.", 676))
"""Lines of a page with their heights: a heading, a gap, and a paragraph with a divided word."""


def make_pdf(pages: Iterable[Iterable[tuple[str, float]]], *, content: bytes | None = None) -> bytes:
    """A PDF with one page for each list of (line, height); `content` are the drawing commands of all pages instead."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for lines in pages:
        drawn = content if content is not None else b"\n".join(_drawn(line, y) for line, y in lines)
        packed = zlib.compress(drawn)
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(packed), packed))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (b" ".join(kids), len(kids))
    return _pdf_file(objects)


def _drawn(line: str, y: float) -> bytes:
    escaped = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("cp1252")
    return b"BT /F1 %d Tf 1 0 0 1 72 %g Tm (%b) Tj ET" % (SIZE, y, escaped)


def _pdf_file(objects: list[bytes]) -> bytes:
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, table, len(objects) + 1, len(data))
    )


def make_zip(files: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def make_docx(document: WordDocument | None = None) -> bytes:
    """The file of a Word document; without one, a heading and two paragraphs."""
    if document is None:
        document = docx.Document()
        document.add_heading("Chapter One")
        document.add_paragraph("Every effort moves you.")
        document.add_paragraph("Said the ferryman.")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def make_word_xml(body: str, *, before: str = "") -> bytes:
    """A Word document with this XML as its body."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = f'<?xml version="1.0"?>{before}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    return make_zip({"word/document.xml": xml})


CHAPTERS = {
    "one.xhtml": "<h1>Chapter One</h1><p>Every effort\n moves you.</p>",
    "two.xhtml": "<h1>Chapter Two</h1><p>Said the ferryman.</p>",
}


def make_epub(chapters: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None) -> bytes:
    """An e-book of chapters (name, body), read in their order but stored in the opposite one."""
    chapters = CHAPTERS if chapters is None else chapters
    items = "".join(
        f'<item id="i{i}" href="{name}" media-type="application/xhtml+xml"/>' for i, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{i}"/>' for i in range(len(chapters)))
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest>'
        f"<spine>{spine}</spine></package>",
    }
    for name, body in reversed(chapters.items()):
        files[f"OEBPS/{name}"] = f"<html><head><title>T</title></head><body>{body}</body></html>"
    return make_zip({**files, **(more or {})})
