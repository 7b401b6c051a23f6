"""`control.json` in a run's folder: what other processes ask of a running training.

A file, not a pipe, so that a run that was started in a terminal can be stopped from the page, and the other way round.
The training reads it once per step; nobody waits for an answer.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from playground.training.loop.control import Control, check_lr
from playground.training.runs.files import write_atomic, writing


@dataclass(frozen=True)
class Request:
    """The content of the file."""

    command: Literal["run", "pause", "stop"] = "run"
    steps: int = 0
    """Number of single steps asked for since the session started."""
    lr: float | None = None


class ControlFile:
    """The writing side; its methods raise RunError if the disk is full or the folder cannot be written to.

    >>> import tempfile
    >>> file = ControlFile(Path(tempfile.mkdtemp()))
    >>> file.pause()
    >>> file.step()
    >>> file.read()
    Request(command='pause', steps=1, lr=None)
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "control.json"

    def read(self) -> Request:
        """What is asked for; the default `Request` if the file is missing or invalid."""
        try:
            request = Request(**json.loads(self.path.read_bytes()))
        except (OSError, ValueError, TypeError, RecursionError):
            return Request()
        return request if request.command in ("run", "pause", "stop") else Request()

    def reset(self, *, paused: bool = False) -> None:
        """Ask for nothing, as before a session; with `paused`, ask the session to pause before its first step."""
        self._write(Request("pause" if paused else "run"))

    def run(self) -> None:
        """Continue."""
        self._write(replace(self.read(), command="run"))

    def pause(self) -> None:
        """Pause after the current step."""
        self._write(replace(self.read(), command="pause"))

    def stop(self) -> None:
        """Save and stop after the current step."""
        self._write(replace(self.read(), command="stop"))

    def step(self) -> None:
        """Train one step, then pause."""
        request = self.read()
        self._write(replace(request, command="pause", steps=request.steps + 1))

    def set_lr(self, lr: float) -> None:
        """Use another learning rate from the next step on; raises SettingsError if it is out of bounds."""
        check_lr(lr)
        self._write(replace(self.read(), lr=lr))

    def _write(self, request: Request) -> None:
        with writing("The request to the training"):
            write_atomic(self.path, json.dumps(asdict(request)).encode())


class ControlReader:
    """The reading side, called by the training once per step; it reads the file only when it has changed.

    >>> import tempfile
    >>> file = ControlFile(Path(tempfile.mkdtemp()))
    >>> reader = ControlReader(file)
    >>> file.step()
    >>> reader().command, reader().command
    ('step', 'pause')
    """

    def __init__(self, file: ControlFile) -> None:
        self.file = file
        self._version: tuple[int, int] | None = None  # of the file that was read last
        self._request = Request()
        self._steps_done = 0

    def __call__(self) -> Control:
        """What is asked of the next step; each single step is returned once."""
        try:
            stat = self.file.path.stat()
            version = (stat.st_mtime_ns, stat.st_ino)
            if version != self._version:
                self._request, self._version = self.file.read(), version
        except OSError:
            self._request = Request()
        request = self._request
        if request.command == "pause" and request.steps > self._steps_done:
            self._steps_done += 1
            return Control("step", request.lr)
        return Control(request.command, request.lr)
