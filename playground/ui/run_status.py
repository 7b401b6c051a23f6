"""What the page is told about the status of a run."""

from typing import Any

from playground.errors import RunError
from playground.training.jobs.jobs import Jobs
from playground.training.runs.status import LIVE_STATES, Status
from playground.ui.access import lists_runs
from playground.ui.context import Context
from playground.ui.visitors import Visitor

_PROCESS = {"pid", "process_started", "heartbeat"}  # who trains the run is nobody's business on the page


def shown_status(run_name: str, status: Status, jobs: Jobs) -> dict[str, Any]:
    """The fields of a status without its process, and `live` and `queue_place` (from 1; None: not queued).

    `live` says whether the run is queued, running or paused: no script needs a list of the states.
    """
    return {
        **status.model_dump(exclude=_PROCESS),
        "live": status.state in LIVE_STATES,
        "queue_place": jobs.queue_place(run_name) if status.state == "queued" else None,
    }


def waiting(context: Context, run_name: str, visitor: Visitor) -> dict[str, Any] | None:
    """Behind what a queued run waits: the training that ends first; None if the run is not queued or nothing trains.

    `place` in the queue, from 1. `whose` training it waits for: "yours", "another", or "" on a private server, where
    they are everyone's. `state` of that training, and about how many `seconds` it still needs (None: not known yet).
    """
    place = context.jobs.queue_place(run_name)
    if place is None:
        return None
    active = []
    for name in context.jobs.running():
        try:
            status = context.store.open(name).status()
        except RunError:  # its folder is gone
            continue
        active.append((status.remaining_s, name, status.state))
    if not active:
        return None
    seconds, name, state = min(active, key=lambda row: float("inf") if row[0] is None else row[0])
    whose = "" if lists_runs(context) else "yours" if context.owners.is_owner(name, visitor) else "another"
    return {"place": place, "whose": whose, "state": state, "seconds": seconds}
