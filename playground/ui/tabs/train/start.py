"""Starting a training from the page: one run, however often the button is pressed."""

from collections import OrderedDict
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Lock

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.ui.access import new_run_name, owner_of_new_run
from playground.ui.context import Context

MAX_REMEMBERED = 64


class Starter:
    """Makes a run and hands it to the jobs; the same wish again, while that run is at work, gives the same run."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._started: OrderedDict[str, str] = OrderedDict()  # run by the fingerprint of the wish
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
        name, visitor = new_run_name(self._context, name), owner_of_new_run(self._context, visitor)
        settings = (config.model_dump_json() for config in (model, data, train))
        wish = repr((text, encoding, preset, *settings, visitor or name)).encode("utf-8", "surrogatepass")
        fingerprint = sha256(wish).hexdigest()
        store, quota = self._context.store, self._context.quota
        with self._lock:
            former = self._started.get(fingerprint)
            if former is not None and quota.is_active(former):
                return former
            quota.check(visitor)  # before anything is written
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
                quota.start(visitor, run.name, partial(self._context.jobs.start, run.name))
            except Exception:
                store.delete(run.name)  # a run that was refused leaves nothing behind
                raise
            self._started[fingerprint] = run.name
            while len(self._started) > MAX_REMEMBERED:
                self._started.popitem(last=False)
            return run.name
