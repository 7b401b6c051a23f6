"""Own texts from files: read once, and kept in memory under a name that later questions give."""

import base64
import binascii
import hashlib
from threading import Lock
from typing import Any

from cachetools import LRUCache
from pydantic import Field

from playground.errors import TextError
from playground.text.documents import read_document
from playground.ui.exchange import Query

MAX_FILE_BYTES = 5_000_000
_MAX_KEPT_CHARACTERS = 40_000_000
FileId = Field(default="", max_length=64, pattern="^[0-9a-f]*$")
"""A field for the name of a file that was read; "" for none."""


class FileQuery(Query):
    """A file: its name, and its bytes in base64."""

    name: str = Field(max_length=300)
    data: str = Field(max_length=MAX_FILE_BYTES * 4 // 3 + 4)


class OwnTexts:
    """Reads files and keeps the last texts; they are not written to the disk."""

    def __init__(self) -> None:
        self._texts: LRUCache[str, str] = LRUCache(_MAX_KEPT_CHARACTERS, getsizeof=len)
        self._lock = Lock()

    def read(self, query: FileQuery) -> dict[str, Any]:
        """`file`: what names the text from now on; its `name` and number of `characters`.

        Raises `TextError` for what cannot be read, in one sentence.
        """
        try:
            data = base64.b64decode(query.data, validate=True)
        except binascii.Error:
            raise TextError(f"{query.name}: it did not arrive as a whole; choose it again.") from None
        text = read_document(data, query.name, max_bytes=MAX_FILE_BYTES).text
        name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        with self._lock:
            self._texts[name] = text
        return {"file": name, "name": query.name, "characters": len(text)}

    def text(self, file: str, otherwise: str) -> str:
        """The text of a file; without one, `otherwise`. Raises `TextError` if it is in memory no more."""
        if not file:
            return otherwise
        with self._lock:
            text = self._texts.get(file)
        if text is None:
            raise TextError("The file is in memory no more; choose it again.")
        return text
