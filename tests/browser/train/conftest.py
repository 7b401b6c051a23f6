"""Every test of the Train tab finds the machine free."""

import pytest

from playground.training.runs.store import RunStore


@pytest.fixture(autouse=True)
def _stop_what_runs(server):
    """Leave the machine free for the next test, whatever happened in this one."""
    yield
    for row in RunStore(server.checkpoints).runs():
        if row.status.live:
            RunStore(server.checkpoints).open(row.name).control.stop()
