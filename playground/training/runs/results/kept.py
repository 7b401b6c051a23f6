"""Results of evaluations, kept in the run's folder so that a second look needs no computing.

They can be computed again at any time: a damaged or missing file is no error, and an archive leaves them out.
"""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from playground.training.runs.files import write_atomic

FOLDER = "evaluated"
MAX_RESULTS = 64
"""Most results of a run; the oldest is deleted."""
MAX_BYTES = 4_000_000
"""Largest result that is kept."""
_FORMAT = 1
"""Raised where results are computed in another way; those of before are then not found."""


class KeptResults:
    """The results in a run's folder, by keys that name all that they depend on.

    >>> import tempfile
    >>> kept = KeptResults(Path(tempfile.mkdtemp()))
    >>> kept.write("loss of step 5", {"loss": 2.5})
    >>> kept.read("loss of step 5"), kept.read("loss of step 6")
    ({'loss': 2.5}, None)
    """

    def __init__(self, run_folder: Path) -> None:
        self._run_folder = run_folder
        self._folder = run_folder / FOLDER

    def read(self, key: str) -> dict[str, Any] | None:
        """The result of a key; None if it is not there or damaged."""
        try:
            stored = json.loads(self._path(key).read_bytes())
            return dict(stored["result"]) if stored["key"] == key else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def write(self, key: str, result: dict[str, Any]) -> None:
        """Keep a result; nothing happens where the folder has gone or cannot be written to."""
        data = json.dumps({"key": key, "result": result}, separators=(",", ":")).encode()
        if len(data) > MAX_BYTES or not self._run_folder.is_dir():
            return
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            write_atomic(self._path(key), data)
            oldest_first = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
            for path in oldest_first[:-MAX_RESULTS]:
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(f"{_FORMAT} {key}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return self._folder / f"{name}.json"
