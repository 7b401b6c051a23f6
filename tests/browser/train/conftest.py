"""Each test of the Train tab starts without an active run."""

import time

import pytest

from playground.training.runs.store import RunStore


@pytest.fixture(autouse=True)
def _stop_what_runs(server):
    """Stop all active runs after a test, even if it failed, and wait until they are: a new page shows an active run."""
    yield
    store = RunStore(server.checkpoints)
    for _ in range(300):
        active = [row.name for row in store.runs() if row.status.live]
        if not active:
            break
        for name in active:
            store.open(name).control.stop()
        time.sleep(0.1)
