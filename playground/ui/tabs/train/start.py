"""Starting a training from the page: one run, however often the button is pressed."""

from functools import partial
from threading import Lock

from cachetools import LRUCache

from playground.ui.access import lists_runs, new_run_name, owner_of_new_run, start_training
from playground.ui.context import Context
from playground.ui.tabs.train.choice import Choice
from playground.ui.visitors import Visitor

MAX_REMEMBERED = 64


class Starter:
    """Creates runs and starts them; an equal choice gives the same run while that run is active."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._started: LRUCache[str, str] = LRUCache(MAX_REMEMBERED)  # fingerprint of the choice → run
        self._lock = Lock()

    def start(self, choice: Choice, *, name: str | None = None, visitor: str = "") -> str:
        """Create a run and start it; returns its name.

        `visitor` is the address of who asks. Raises what `RunStore.create` and `Jobs.start` raise, and `BusyError` for
        a visitor who has enough active trainings.
        """
        title = name if name and not lists_runs(self._context) else ""  # there the name stays a secret
        name, visitor = new_run_name(self._context, name), owner_of_new_run(self._context, visitor)
        # A name made on a public server differs each time: there the visitor tells whose choice it is.
        fingerprint = choice.fingerprint(visitor or name or "")
        with self._lock:
            former = self._started.get(fingerprint)
            if former is not None and self._context.quota.is_active(former):
                return former
            self._started[fingerprint] = self._create_and_start(choice, name, visitor, title)
            return self._started[fingerprint]

    def _create_and_start(self, choice: Choice, name: str | None, visitor: str, title: str) -> str:
        store, quota = self._context.store, self._context.quota
        quota.check(visitor)  # before anything is written
        run = store.create(
            name,
            choice.text,
            model=choice.model,
            data=choice.data,
            train=choice.train,
            preset=choice.preset,
            text_name=choice.text_name,
            encoding=choice.encoding,
            read_later=True,
            title=title,
        )
        try:
            start_training(self._context, run.name, Visitor(visitor), partial(self._context.jobs.start, run.name))
        except Exception:
            store.delete(run.name)  # a run that was refused leaves nothing behind
            raise
        return run.name
