"""The events of a run in `events.jsonl`: one line of JSON each, and lines are only appended.

One process writes; any number of processes read, each from the byte offset it has reached. A last line without a line
break was torn by a crash, or is being written, and does not count.
"""

import os
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from playground.training.loop.events import Event, event_from_json, event_to_json

MAX_PENDING = 10_000
"""Most events that wait in memory while the disk is full."""


class EventLog:
    """The log at `path`; the file does not have to exist.

    >>> import tempfile
    >>> from playground.training.loop.events import Paused
    >>> log = EventLog(Path(tempfile.mkdtemp()) / "events.jsonl")
    >>> log.append(Paused(step=7))
    >>> log.read()
    ([Paused(step=7, elapsed_s=0.0, type='paused')], 43)
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pending: list[bytes] = []

    def repair(self) -> None:
        """Remove a torn last line. Only for the process that is about to append."""
        if not self.path.exists():
            return
        with self.path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.truncate(_last_line_end(file, end))

    def append(self, event: Event) -> None:
        """Append one line.

        If the disk is full, the line is kept in memory and written before the next one, so that training continues. At
        most `MAX_PENDING` lines are kept; the oldest are dropped first.
        """
        self._pending = [*self._pending, event_to_json(event).encode() + b"\n"][-MAX_PENDING:]
        data = b"".join(self._pending)
        try:
            # Unbuffered: when this returns, every reader sees the line, even if this process is killed.
            with self.path.open("ab", buffering=0) as file:
                end = file.seek(0, os.SEEK_END)
                try:
                    written = file.write(data)
                except OSError:
                    written = 0
                if written == len(data):
                    self._pending = []
                else:
                    file.truncate(end)
        except OSError:
            return

    def read(self, offset_bytes: int = 0, limit_bytes: int | None = None) -> tuple[list[Event], int]:
        """The complete events from `offset_bytes` on, and the offset for the next call.

        With `limit_bytes`, about that much is read at most. An offset beyond the end of the file, as after the run was
        replaced by another of the same name, restarts at 0. Lines of an unknown kind (of a newer version) are skipped.
        """
        try:
            with self.path.open("rb") as file:
                if offset_bytes > file.seek(0, os.SEEK_END):
                    offset_bytes = 0
                file.seek(offset_bytes)
                data = file.read(-1 if limit_bytes is None else limit_bytes)
                if limit_bytes is not None and len(data) == limit_bytes:
                    data += file.readline()  # complete the last line
        except FileNotFoundError:
            return [], 0
        data = data[: data.rfind(b"\n") + 1]
        events = []
        for line in data.splitlines():
            try:
                events.append(event_from_json(line))
            except ValidationError:
                continue
        return events, offset_bytes + len(data)


def _last_line_end(file: BinaryIO, end: int) -> int:
    position = end
    while position > 0:
        start = max(0, position - 65_536)
        file.seek(start)
        found = file.read(position - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        position = start
    return 0
