"""A ZIP archive that nobody vouches for, as Word documents and e-books are: read within limits, nothing written."""

import io
import zipfile
from collections.abc import Iterator

from lxml import etree

from playground.errors import TextError
from playground.text.documents.document import Budget

MAX_ENTRIES = 10_000
"""Files that an archive may contain."""
MAX_XML_BYTES = 5_000_000
"""Size of an XML file that is held in memory as a tree."""

_BLOCK_BYTES = 65_536
_ENTRY_MARK = b"PK\x01\x02"  # begins each entry of the directory at an archive's end


class Archive:
    """The files of a ZIP archive; raises `TextError` for one that is damaged, encrypted, or has too many files."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._budget = budget
        if data.count(_ENTRY_MARK) > MAX_ENTRIES:  # counted first, as zipfile makes an object for each
            raise TextError(f"{budget.name} contains more than {MAX_ENTRIES:,} files; use a smaller document.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except Exception:  # zipfile raises errors of many kinds for damaged archives
            raise self.damaged() from None
        self.names = frozenset(self._zip.namelist())

    def damaged(self) -> TextError:
        """The error for an archive that cannot be read."""
        return TextError(
            f"{self._budget.name} is damaged or was cut off; open it in the program it comes from and save it again."
        )

    def blocks(self, name: str) -> Iterator[bytes]:
        """One file, in blocks; raises `TextError` if it is damaged, or past the limits."""
        try:
            info = self._zip.getinfo(name)
            if info.flag_bits & 1:
                raise TextError(f"{self._budget.name} is encrypted; save it without a password.")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self.damaged()  # others can ask for gigabytes of memory
            with self._zip.open(info) as file:
                while block := file.read(_BLOCK_BYTES):
                    self._budget.check_time()
                    self._budget.spend_bytes(len(block))
                    yield block
        except TextError:
            raise
        except Exception:  # as above
            raise self.damaged() from None

    def read(self, name: str) -> bytes:
        """One whole file; raises as `blocks`."""
        return b"".join(self.blocks(name))

    def read_xml(self, name: str) -> etree._Element:
        """One XML file; entities are not expanded, and nothing outside the file is loaded; raises as `blocks`."""
        data = self.read(name)
        if len(data) > MAX_XML_BYTES:
            raise TextError(f"{self._budget.name} has a table of contents that is too large; use a smaller document.")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(data, parser)
        except (etree.LxmlError, ValueError):
            raise self.damaged() from None
        return root


def archive_names(data: bytes) -> frozenset[str]:
    """The names of the files in a ZIP archive; none if it cannot be read."""
    try:
        return Archive(data, Budget("The archive")).names
    except TextError:
        return frozenset()
