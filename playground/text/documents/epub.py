"""An e-book (EPUB 2 or 3) → plain text: its chapters in the order in which they are read."""

import posixpath
from urllib.parse import unquote, urlsplit

from lxml import etree

from playground.errors import TextError
from playground.text.documents.archive import Archive
from playground.text.documents.document import Budget, Document
from playground.text.documents.html import decode_html, html_to_text

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_MAX_CHAPTERS = 10_000


def read_epub(data: bytes, budget: Budget) -> Document:
    """The text of an e-book; raises `TextError`, also for one that is protected against copying."""
    archive = Archive(data, budget)
    chapters = _chapters(archive)
    if not chapters:
        raise archive.damaged()
    if _encrypted(archive).intersection(chapters):
        raise TextError(f"{budget.name} is protected against copying (DRM); use an unprotected e-book.")
    texts, missing = [], 0
    for chapter in chapters:
        if chapter not in archive.names:
            missing += 1
            continue
        texts.append(html_to_text(_decode(archive.read(chapter), budget.name), budget))
    notes = (f"{missing:,} of {len(chapters):,} chapters are missing from the file.",) if missing else ()
    return Document("\n\n".join(text for text in texts if text), "epub", notes)


def _decode(chapter: bytes, name: str) -> str:
    """The characters of a chapter, which is in UTF-8 unless it says otherwise."""
    try:
        return decode_html(chapter, name)
    except TextError:  # blank, or damaged
        return chapter.decode("utf-8", "replace")


def _chapters(archive: Archive) -> list[str]:
    """The names of the files of the spine (https://www.w3.org/TR/epub-33/#sec-spine-elem), each once, in order."""
    if _CONTAINER not in archive.names:
        raise archive.damaged()
    package = next(
        (element.get("full-path", "") for element in _elements(archive.read_xml(_CONTAINER), "rootfile")), ""
    )
    if package not in archive.names:
        raise archive.damaged()
    root = archive.read_xml(package)
    files = {item.get("id"): item for item in _elements(root, "item")}
    spine = [files[ref.get("idref")] for ref in _elements(root, "itemref") if ref.get("idref") in files]
    folder = posixpath.dirname(package)
    names = [
        posixpath.normpath(posixpath.join(folder, unquote(urlsplit(item.get("href", "")).path)))
        for item in spine
        if "html" in item.get("media-type", "html")
    ]
    return list(dict.fromkeys(names))[:_MAX_CHAPTERS]


def _encrypted(archive: Archive) -> set[str]:
    """The names of the files that are encrypted; often these are only fonts."""
    if _ENCRYPTION not in archive.names:
        return set()
    return {unquote(element.get("URI", "")) for element in _elements(archive.read_xml(_ENCRYPTION), "CipherReference")}


def _elements(root: etree._Element, name: str) -> list[etree._Element]:
    return list(root.iter(f"{{*}}{name}"))
