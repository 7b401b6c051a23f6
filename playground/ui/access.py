"""Who may see which run: every part of the page that lists, names or creates runs asks here.

The rule: on a private server all visitors share all runs. On a public server a run's name is its only key. New runs get
names that cannot be guessed, no run is listed or named to a visitor who did not send its name first, and a run cannot
be renamed. Whoever sends a run's name may watch it, write with it, train it further, fork it and delete it. But while
it is being trained, only the visitor who started that may stop, pause or change it. Only the
recorded run, which comes with the package, is listed for every visitor there; all may fork it, none may change it.
"""

import secrets
from collections.abc import Callable, Iterable

from playground.errors import RunError
from playground.training.runs.recorded import recorded_run
from playground.training.runs.store import RunSummary, summarize
from playground.ui.context import Context
from playground.ui.visitors import Visitor


def lists_runs(context: Context) -> bool:
    """Whether visitors are shown runs whose names they did not send."""
    return not context.limits.is_public


def listed_runs(context: Context, known: Iterable[str] = ()) -> list[RunSummary]:
    """The runs that a visitor is shown who has sent the names `known`.

    All runs on a private server, pinned ones first, then the newest first. On a public server those of `known` that
    exist, in the order given, and then the recorded run.
    """
    if lists_runs(context):
        return context.store.runs()
    recorded = recorded_run(context.store)
    found = []
    for name in dict.fromkeys([*known, *([recorded] if recorded else [])]):
        try:
            found.append(summarize(context.store.open(name)))
        except (RunError, FileNotFoundError):  # deleted, damaged, or a name that was never a run's
            continue
    return found


def unreadable_runs(context: Context) -> list[str]:
    """For each run whose settings cannot be read, a sentence that names it; none on a public server."""
    return list(context.store.unreadable().values()) if lists_runs(context) else []


def new_run_name(context: Context, wanted: str | None) -> str | None:
    """The name of a new run: `wanted` (None: the store makes one), or on a public server a random one."""
    return wanted if lists_runs(context) else f"run-{secrets.token_hex(8)}"


def check_change(context: Context, name: str) -> None:
    """Raise `RunError` if no visitor may change this run: train it further, pin it or delete it."""
    if not lists_runs(context) and name == recorded_run(context.store):
        raise RunError(f"{name} is here for every visitor, so it stays as it is; fork it to train it further.")


def may_control(context: Context, name: str, visitor: Visitor) -> bool:
    """Whether the visitor may stop, pause or change the training of a run, if it is active."""
    return lists_runs(context) or context.owners.is_owner(name, visitor) or not context.quota.is_active(name)


def check_control(context: Context, name: str, visitor: Visitor) -> None:
    """Raise `RunError` if another visitor has started the training of this run, which is active."""
    if not may_control(context, name, visitor):
        raise RunError("Another visitor started this training, so it is not yours to change; fork the run instead.")


def start_training(context: Context, name: str, visitor: Visitor, start: Callable[[], None]) -> None:
    """Call `start`, which lets the run train, and count it for the visitor, whose training it is if it was not active.

    Raises `BusyError` if the visitor has as many as allowed, and whatever `start` raises.
    """
    is_theirs = not lists_runs(context) and not context.quota.is_active(name)
    context.quota.start(visitor.address, name, start)
    if is_theirs:
        context.owners.set(name, visitor)


def check_rename(context: Context) -> None:
    """Raise `RunError` where runs keep their names."""
    if not lists_runs(context):
        raise RunError("On a public server the name is the key to a run, so it stays as it is.")


def owner_of_new_run(context: Context, visitor: str) -> str:
    """To whom a new run belongs: to `visitor` on a public server, else to everyone, which is ""."""
    return "" if lists_runs(context) else visitor


def shown_root(context: Context) -> str:
    """The folder of the runs as visitors are told it; a public server does not tell its own paths."""
    return str(context.store.root) if lists_runs(context) else "checkpoints"
