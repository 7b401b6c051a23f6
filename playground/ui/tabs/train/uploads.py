"""Uploaded files: the text that they contain together, its name, and what could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Semaphore

from playground.errors import TextError
from playground.text.documents import read_files

_MAX_READERS = 2  # at the same time: reading a document keeps a core busy
_MAX_REMEMBERED = 4


@dataclass(frozen=True)
class Upload:
    """What uploaded files contain."""

    text: str | Path
    """The text, or the file of a large one."""
    name: str
    notes: tuple[str, ...]
    """Sentences on what could not be read."""


class Uploads:
    """Reads uploaded files; remembers the last ones, as every change of a setting asks for them again.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.md"
    >>> _ = path.write_text("# Title")
    >>> Uploads(max_bytes=1000).read([str(path)])
    Upload(text='Title', name='a.md', notes=())
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._slots = Semaphore(_MAX_READERS)
        self._remembered = lru_cache(_MAX_REMEMBERED)(self._read)

    def read(self, files: Sequence[str], encoding: str | None = None) -> Upload:
        """The text of uploaded files; raises `TextError`."""
        upload = self._remembered(tuple(map(str, files)), encoding)
        if isinstance(upload, TextError):
            raise upload.with_traceback(None)
        return upload

    def _read(self, files: tuple[str, ...], encoding: str | None) -> Upload | TextError:
        paths = [Path(file) for file in files]
        others = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        try:
            with self._slots:
                found = read_files(paths, max_bytes=self._max_bytes, encoding=encoding)
        except TextError as error:
            return error
        name = paths[0].name + others
        return Upload(found, name, ()) if isinstance(found, Path) else Upload(found.text, name, found.notes)
