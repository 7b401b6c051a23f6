"""The folder of the run that is trained: if it is removed or replaced by another, nothing more may be written there."""

from pathlib import Path

from playground.errors import RunError
from playground.training.runs.run import LOCK_FILE


class FolderGoneError(RunError):
    """The run's folder was removed or replaced while it was trained."""


class OwnFolder:
    """The folder of a run that this process has claimed.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / LOCK_FILE).touch()
    >>> own = OwnFolder(folder)
    >>> own.check()
    >>> (folder / LOCK_FILE).unlink()
    >>> own.is_there()
    False
    """

    def __init__(self, folder: Path) -> None:
        # The claim keeps this file open, so that no other file can get its number.
        self._lock_file = folder / LOCK_FILE
        self._id = self._find_id()

    def check(self) -> None:
        """Raise FolderGoneError if the folder was removed or replaced."""
        if not self.is_there():
            name = self._lock_file.parent.name
            raise FolderGoneError(f"The folder of the run {name} was removed while it was trained; nothing is saved.")

    def is_there(self) -> bool:
        """Whether the folder is still the one that was claimed."""
        return self._find_id() == self._id

    def _find_id(self) -> tuple[int, int] | None:
        try:
            stat = self._lock_file.stat()
        except OSError:
            return None
        return stat.st_dev, stat.st_ino
