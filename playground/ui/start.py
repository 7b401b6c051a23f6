"""Starting a training from the page: one run, however often the button is pressed."""

import secrets
from collections import OrderedDict
from hashlib import sha256
from threading import Lock

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError
from playground.ui.context import Context

MAX_REMEMBERED = 32


class Starter:
    """Makes a run and hands it to the jobs; the same wish again, while that run is at work, gives the same run."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._started: OrderedDict[str, str] = OrderedDict()  # fingerprint of the wish → name of the run
        self._lock = Lock()

    def start(
        self,
        text: str,
        text_name: str,
        preset: str,
        model: ModelConfig,
        data: DataConfig,
        train: TrainConfig,
        *,
        name: str | None = None,
        visitor: str = "",
    ) -> str:
        """Create a run and start it; returns its name. Raises what `RunStore.create` and `Jobs.start` raise."""
        wish = [text, preset, *(config.model_dump_json() for config in (model, data, train)), name or ""]
        if self._context.limits.is_public:
            wish.append(visitor)
            name = name or f"run-{secrets.token_hex(8)}"  # on a public server a name is the only key to a run
        fingerprint = sha256(repr(wish).encode("utf-8", "surrogatepass")).hexdigest()
        with self._lock:
            former = self._started.get(fingerprint)
            if former is not None and self._is_at_work(former):
                return former
            store, jobs = self._context.store, self._context.jobs
            run = store.create(name, text, model=model, data=data, train=train, preset=preset, text_name=text_name)
            try:
                jobs.start(run.name)
            except Exception:
                store.delete(run.name)  # a run that was refused leaves nothing behind
                raise
            self._started[fingerprint] = run.name
            while len(self._started) > MAX_REMEMBERED:
                self._started.popitem(last=False)
            return run.name

    def _is_at_work(self, name: str) -> bool:
        try:
            return self._context.jobs.active(name)
        except RunError:  # deleted or renamed meanwhile
            return False
