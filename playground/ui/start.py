"""Starting a training from the page: one run, however often the button is pressed."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import BusyError, RunError
from playground.ui.context import Context

MAX_REMEMBERED = 64


@dataclass(frozen=True)
class _Start:
    run: str
    visitor: str


class Starter:
    """Makes a run and hands it to the jobs; the same wish again, while that run is at work, gives the same run."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._started: OrderedDict[str, _Start] = OrderedDict()  # by the fingerprint of the wish
        self._lock = Lock()

    def start(
        self,
        text: str | Path,
        text_name: str,
        preset: str,
        model: ModelConfig,
        data: DataConfig,
        train: TrainConfig,
        encoding: str | None = None,
        *,
        name: str | None = None,
        visitor: str = "",
    ) -> str:
        """Create a run and start it; returns its name.

        `visitor` is who asks, on a public server: their address. Raises what `RunStore.create` and `Jobs.start` raise,
        and BusyError for a visitor who has enough trainings at work.
        """
        if self._context.limits.is_public:
            name = f"run-{secrets.token_hex(8)}"  # on a public server a name is the only key to a run
        else:
            visitor = ""
        settings = (config.model_dump_json() for config in (model, data, train))
        wish = repr((text, encoding, preset, *settings, visitor or name)).encode("utf-8", "surrogatepass")
        fingerprint = sha256(wish).hexdigest()
        store, jobs = self._context.store, self._context.jobs
        with self._lock:
            former = self._started.get(fingerprint)
            if former is not None and self._is_at_work(former.run):
                return former.run
            self._check_share(visitor)
            run = store.create(
                name,
                text,
                model=model,
                data=data,
                train=train,
                preset=preset,
                text_name=text_name,
                encoding=encoding,
                read_later=True,
            )
            try:
                jobs.start(run.name)
            except Exception:
                store.delete(run.name)  # a run that was refused leaves nothing behind
                raise
            self._started[fingerprint] = _Start(run.name, visitor)
            while len(self._started) > MAX_REMEMBERED:
                self._started.popitem(last=False)
            return run.name

    def _check_share(self, visitor: str) -> None:
        most = self._context.limits.max_runs_per_visitor
        if most is None:
            return
        at_work = [
            start for start in self._started.values() if start.visitor == visitor and self._is_at_work(start.run)
        ]
        if len(at_work) >= most:
            raise BusyError(f"{most} trainings of yours are at work or waiting; stop one, or wait for its end.")

    def _is_at_work(self, name: str) -> bool:
        try:
            return self._context.jobs.active(name)
        except RunError:  # deleted or renamed meanwhile
            return False
