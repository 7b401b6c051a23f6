"""What the page is told about the status of a run."""

from typing import Any

from playground.training.jobs.jobs import Jobs
from playground.training.runs.status import LIVE_STATES, Status

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
