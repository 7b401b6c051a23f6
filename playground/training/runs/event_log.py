"""The events of a run in `events.jsonl`: one line of JSON each, and lines are only appended.

One process writes; any number of processes read, each from the byte offset it has reached. A last line without a line
break was torn by a crash, or is being written, and does not count.

Logs of other machines are read once, by `copy_log`, within bounds; what is kept of them can be read quickly.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from playground.errors import RunError
from playground.training.loop.events import Evaluated, Event, event_from_json, event_to_json

Kinds = tuple[type[Event], ...]
MAX_PENDING = 10_000
"""Most events that wait in memory while the disk is full."""
MAX_LINE_BYTES = 1_000_000
"""Longest line of a copied log: the longest sample, 1,000 tokens of up to 128 bytes, each escaped with up to 6."""
MAX_UNKNOWN_LINES = 1_000
"""Most lines of a copied log that are not events; a newer version may log some of another kind."""


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

    def read(
        self, offset_bytes: int = 0, limit_bytes: int | None = None, kinds: Kinds | None = None
    ) -> tuple[list[Event], int]:
        """The complete events from `offset_bytes` on, and the offset for the next call.

        With `limit_bytes`, about that much is read at most; with `kinds`, only events of these are returned. An offset
        beyond the end of the file, as after the run was replaced by another of the same name, restarts at 0. Lines of
        an unknown kind (of a newer version) are skipped.
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
        return list(_parsed(data, kinds)), offset_bytes + len(data)


def _parsed(lines: bytes, kinds: Kinds | None) -> Iterator[Event]:
    """The events in some lines; lines that are not events are skipped."""
    # Text in which no kind's name occurs in quotes has no event of these kinds: it is not parsed, which is faster.
    names = "|".join(kind.model_fields["type"].default for kind in kinds or ())
    wanted = re.compile(f'"({names})"'.encode() if kinds else b".")
    for line in lines.splitlines() if wanted.search(lines) else ():
        if wanted.search(line):
            try:
                event = event_from_json(line)
            except ValidationError:
                continue
            if kinds is None or isinstance(event, kinds):
                yield event


def copy_log(source: BinaryIO, target: Path, vocab_size: int, max_events: int | None = None) -> None:
    """Write the events of an untrusted log to `target`, one canonical line each; lines of an unknown kind are left out.

    Raises RunError for more than `max_events` events, for a file that is not a log, and for a log that names a token
    beyond the vocabulary.

    >>> import io, tempfile
    >>> target = Path(tempfile.mkdtemp()) / "events.jsonl"
    >>> copy_log(io.BytesIO(b'{"type": "paused", "more": 1}\\n\\n'), target, vocab_size=300)
    >>> target.read_text()
    '{"step":0,"elapsed_s":0.0,"type":"paused"}\\n'
    """
    n_events = n_unknown = 0
    with target.open("xb") as file:
        while line := source.readline(MAX_LINE_BYTES + 1):
            try:
                event = event_from_json(line)
            except ValidationError:
                n_unknown += 1
            else:
                n_events += 1
                if isinstance(event, Evaluated) and any(token >= vocab_size for token, _ in event.probe):
                    raise RunError("The log in the archive names a token that the run's vocabulary does not contain.")
                file.write(event_to_json(event).encode() + b"\n")
            if len(line) > MAX_LINE_BYTES or n_unknown > MAX_UNKNOWN_LINES:
                raise RunError("events.jsonl in the archive is not a run's log; it was not imported.")
            if max_events is not None and n_events > max_events:
                raise RunError(f"The log in the archive has more than {max_events:,} events, which is the limit here.")


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
