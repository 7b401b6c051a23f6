"""Each test of the Train tab starts without an active run."""

import pytest

from playground.training.runs.store import RunStore


@pytest.fixture(autouse=True)
def _stop_what_runs(server):
    """Stop all active runs after a test, even if it failed."""
    yield
    for row in RunStore(server.checkpoints).runs():
        if row.status.live:
            RunStore(server.checkpoints).open(row.name).control.stop()
