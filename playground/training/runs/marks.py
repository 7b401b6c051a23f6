"""`marks.json` in a run's folder: what the user has pinned."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from playground.training.runs.files import write_atomic, writing


class Marks(BaseModel):
    """What the user wants to keep."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pinned: bool = False
    """Whether the run itself is pinned: it is listed first and cannot be deleted."""
    checkpoints: list[int] = []
    """Steps of pinned checkpoints, which are never pruned."""


class MarksFile:
    """Reads and changes the marks; raises RunError if they cannot be written.

    >>> import tempfile
    >>> file = MarksFile(Path(tempfile.mkdtemp()))
    >>> file.set_pinned(True)
    >>> file.pin_checkpoint(500)
    >>> file.read()
    Marks(pinned=True, checkpoints=[500])
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "marks.json"

    def read(self) -> Marks:
        """The marks; none if the file is missing or invalid."""
        try:
            return Marks.model_validate_json(self.path.read_bytes())
        except (OSError, ValidationError):
            return Marks()

    def set_pinned(self, pinned: bool) -> None:
        """Pin or unpin the run."""
        self._write(self.read().model_copy(update={"pinned": pinned}))

    def pin_checkpoint(self, step: int, pinned: bool = True) -> None:
        """Pin or unpin the checkpoint of `step`."""
        marks = self.read()
        steps = {*marks.checkpoints} - {step}
        self._write(marks.model_copy(update={"checkpoints": sorted(steps | {step} if pinned else steps)}))

    def _write(self, marks: Marks) -> None:
        with writing("The mark"):
            write_atomic(self.path, marks.model_dump_json().encode())
