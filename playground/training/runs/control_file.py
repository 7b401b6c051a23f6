"""What others ask of a running training, through a file in its run's folder.

A file, not a pipe, so that a run started in the terminal can be stopped from the page and the other way round. The
training looks at it once per step; nobody waits for an answer.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from playground.training.loop.control import Control, check_lr
from playground.training.runs.files import write_atomic

Wish = Literal["run", "pause", "stop"]


@dataclass(frozen=True)
class Wishes:
    """The content of the file."""

    wish: Wish = "run"
    steps: int = 0
    """Single steps asked for in this sitting."""
    lr: float | None = None


class ControlFile:
    """The writing side: `control.json` in a run's folder.

    >>> import tempfile
    >>> file = ControlFile(Path(tempfile.mkdtemp()))
    >>> file.pause()
    >>> file.step()
    >>> file.read()
    Wishes(wish='pause', steps=1, lr=None)
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "control.json"

    def read(self) -> Wishes:
        """What is asked for; everything at its default when nothing was."""
        try:
            wishes = Wishes(**json.loads(self.path.read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return Wishes()
        return wishes if wishes.wish in ("run", "pause", "stop") else Wishes()

    def reset(self, *, paused: bool = False) -> None:
        """Ask for nothing: the state in which a sitting begins (or, `paused`, to wait before the first step)."""
        self._write(Wishes("pause" if paused else "run"))

    def run(self) -> None:
        """Go on."""
        self._write(replace(self.read(), wish="run"))

    def pause(self) -> None:
        """Wait after the current step."""
        self._write(replace(self.read(), wish="pause"))

    def stop(self) -> None:
        """Save and end after the current step."""
        self._write(replace(self.read(), wish="stop"))

    def step(self) -> None:
        """Train one step and wait."""
        wishes = self.read()
        self._write(replace(wishes, wish="pause", steps=wishes.steps + 1))

    def set_lr(self, lr: float) -> None:
        """Train on with this learning rate; raises SettingsError if it is none."""
        check_lr(lr)
        self._write(replace(self.read(), lr=lr))

    def _write(self, wishes: Wishes) -> None:
        write_atomic(self.path, json.dumps(asdict(wishes)).encode())


class ControlReader:
    """The reading side, called by the training once per step; looks at the disk only when the file has changed.

    >>> import tempfile
    >>> file = ControlFile(Path(tempfile.mkdtemp()))
    >>> reader = ControlReader(file)
    >>> file.step()
    >>> reader().command, reader().command
    ('step', 'pause')
    """

    def __init__(self, file: ControlFile) -> None:
        self.file = file
        self._seen: tuple[int, int] | None = None
        self._wishes = Wishes()
        self._steps_done = 0

    def __call__(self) -> Control:
        """What is wanted of the next step; a single step is given out once."""
        try:
            stat = self.file.path.stat()
            seen = (stat.st_mtime_ns, stat.st_ino)
            if seen != self._seen:
                self._wishes, self._seen = self.file.read(), seen
        except OSError:
            self._wishes = Wishes()
        wishes = self._wishes
        if wishes.wish == "pause" and wishes.steps > self._steps_done:
            self._steps_done += 1
            return Control("step", wishes.lr)
        return Control(wishes.wish, wishes.lr)
