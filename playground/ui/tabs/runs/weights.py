"""The card "Published weights" of the Runs tab: GPT-2 as it was published, and weights of one's own.

Only a private server has it: it reads files of this machine, and fetches gigabytes. A public one takes uploads.
"""

import secrets
import shutil
import time
from functools import cache
from pathlib import Path
from typing import Any

import torch
from pydantic import Field

from playground.cost import estimate_memory
from playground.device import free_memory_bytes
from playground.errors import RunError
from playground.model.interchange.kinds import kind_of
from playground.model.presets import FINE_TUNE, count_parameters
from playground.model.pretrained import PUBLISHED, Published, cached, fetch, find_published, free_bytes
from playground.training.runs.archive import import_run
from playground.training.runs.files import link_or_copy, writing
from playground.training.runs.run import Run
from playground.training.runs.weights.take_in import import_weights
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.tabs.runs.weights_job import Report, WeightsJob

_MEASURED_WIDTH = 4096  # numbers in a row and a column of the matrix that speed is measured with: 67 MB


class NoQuery(Query):
    """Nothing is asked for in particular."""


class FetchQuery(Query):
    """One of the published sizes."""

    name: str = Field(max_length=40)


class TakeQuery(Query):
    """A file or folder on this machine, or, with an empty path, the file that was uploaded last."""

    path: str = Field(max_length=4000)
    heads: int | None = Field(default=None, ge=1, le=256)


class WeightsServer:
    """Server functions of the card (see `playground/ui/exchange.py`)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.job = WeightsJob()
        self._uploaded: Path | None = None
        self._to_follow: int | None = None

    def sizes(self, query: NoQuery) -> dict[str, Any]:
        """The four published sizes with what they need, and what this machine has. Takes some ms the first time."""
        memory = free_memory_bytes("cpu")
        here = {run.spec.source: run.name for run in self._context.store.runs() if run.spec.source}
        return {
            "sizes": [_size(size, memory, here.get(_source(size), "")) for size in PUBLISHED.values()],
            "free_disk_bytes": free_bytes(self._context.store.root.absolute()),
            "free_memory_bytes": memory,
        }

    def progress(self, query: NoQuery) -> dict[str, Any]:
        """The import that runs, or the last one (see `WeightsJob.state`)."""
        return self.job.state()

    def fetch(self, query: FetchQuery) -> dict[str, Any]:
        """Start to fetch a published size and to make a run of it."""
        size = find_published(query.name)
        store = self._context.store

        def work(report: Report) -> Run:
            path = fetch(size, lambda done, total: report("Fetching", done, total))
            report("Reading", 0, 0)
            return import_weights(
                store,
                path,
                store.free_name(size.name.lower()),
                source=_source(size),
                progress=lambda done, total: report("Reading", done, total),
            )

        return {"number": self.job.start(_title(size), work)}

    def take(self, query: TakeQuery) -> dict[str, Any]:
        """Start to import a file or folder of this machine."""
        if not query.path.strip():
            if self._uploaded is None or not self._uploaded.exists():
                raise RunError("Name a file or folder on this machine, or upload a file.")
            return {"number": self._start(self._uploaded, query.heads)}
        path = Path(query.path.strip()).expanduser()
        if not path.exists():
            raise RunError(f"There is no file or folder {str(path)[-100:]} on this machine.")
        return {"number": self._start(path, query.heads)}

    def take_upload(self, path: Path) -> int:
        """Start to import an uploaded file, which is moved away; returns the number of the import."""
        folder = self._context.store.root / ".uploaded"
        with writing("The uploaded file"):
            shutil.rmtree(folder, ignore_errors=True)
            (folder / secrets.token_hex(4)).mkdir(parents=True)
            self._uploaded = next(folder.iterdir()) / path.name
            link_or_copy(path, self._uploaded)
            path.unlink(missing_ok=True)
        self._to_follow = self._start(self._uploaded, None)
        return self._to_follow

    def take_followed(self) -> int | None:
        """The number of the import that an upload has started, once; None if it was no import of weights."""
        number, self._to_follow = self._to_follow, None
        return number

    def stop(self, query: NoQuery) -> dict[str, Any]:
        """Stop the import that runs."""
        self.job.stop()
        return {}

    def _start(self, path: Path, heads: int | None) -> int:
        store = self._context.store

        def work(report: Report) -> Run:
            if path.is_file() and kind_of(path) == "run":
                run = import_run(store, path)
            else:
                run = import_weights(
                    store, path, n_heads=heads, progress=lambda done, total: report("Reading", done, total)
                )
            if path == self._uploaded:
                shutil.rmtree(path.parent.parent, ignore_errors=True)
            return run

        return self.job.start(path.name, work)


def _source(size: Published) -> str:
    return f"{size.repository}, as published"


def _title(size: Published) -> str:
    return size.name.replace("gpt2-", "GPT-2 ")


def _size(size: Published, memory_bytes: int, run: str) -> dict[str, Any]:
    config = size.config
    parts = count_parameters(config)
    head = 4 * parts["output head"]
    training = estimate_memory(config.replace(context_length=256), FINE_TUNE.data, FINE_TUNE.train).training_bytes
    writing_bytes = estimate_memory(config, FINE_TUNE.data, FINE_TUNE.train).inference_bytes - head
    return {
        "name": size.name,
        "title": _title(size),
        "parameters": parts["total"] - parts["output head"],
        "download_bytes": 0 if cached(size) else size.file_bytes,
        "disk_bytes": size.run_bytes,
        "writing_bytes": writing_bytes,
        "training_bytes": training,
        "fits": writing_bytes <= memory_bytes,
        "tokens_per_s": bytes_per_s() / (size.run_bytes - 4 * parts["position embedding"]),
        "run": run,
    }


@cache
def bytes_per_s() -> float:
    """How many bytes of weights this machine multiplies per second: a token takes as long as reading all of them.

    >>> bytes_per_s() > 1e6
    True
    """
    matrix = torch.full((_MEASURED_WIDTH, _MEASURED_WIDTH), 0.5)
    vector = torch.ones(_MEASURED_WIDTH)
    with torch.inference_mode():
        times = []
        for _ in range(4):
            started = time.perf_counter()
            torch.mv(matrix, vector)
            times.append(time.perf_counter() - started)
    return 4 * _MEASURED_WIDTH**2 / min(times[1:])
