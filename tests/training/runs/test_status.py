import os
import subprocess
import sys
import time

import pytest

from playground.training.loop.events import (
    Changed,
    Evaluated,
    Finished,
    Paused,
    Resumed,
    Saved,
    Started,
    Stepped,
)
from playground.training.runs.status import Status, process_start

BEGIN = Started(
    step=0, total_steps=90, steps_per_epoch=9, tokens_per_step=1, n_parameters=1, device="cpu", precision="f", threads=1
)


def follow(*events):
    status = Status()
    for event in events:
        status = status.after(event)
    return status


def test_the_numbers_follow_the_events():
    status = follow(
        BEGIN,
        Stepped(step=1, elapsed_s=2.5, epoch=0.1, loss=5.0, lr=0.1, grad_norm=1, tokens_seen=64, tokens_per_s=9.0),
        Evaluated(step=1, elapsed_s=2.6, epoch=0.1, tokens_seen=64, train_loss=4.0, val_loss=4.5, best=True),
        Evaluated(step=1, elapsed_s=2.7, epoch=0.1, tokens_seen=64, train_loss=3.0, val_loss=4.8, best=False),
        Saved(step=1, elapsed_s=2.8, reason="epoch", size_bytes=1),
        Changed(step=1, elapsed_s=2.9, lr=0.05),
    )
    assert (status.state, status.step, status.total_steps, status.elapsed_s) == ("running", 1, 90, 2.9)
    assert (status.loss, status.train_loss, status.val_loss) == (5.0, 3.0, 4.8)
    assert (status.best_val_loss, status.best_step, status.saved_step) == (4.5, 1, 1)
    assert (status.tokens_seen, status.tokens_per_s, status.lr) == (64, 9.0, 0.05)


@pytest.mark.parametrize("reason", ["completed", "stopped", "diverged", "failed"])
def test_the_state_follows_the_events(reason):
    assert follow(BEGIN, Paused()).state == "paused"
    assert follow(BEGIN, Paused(), Resumed()).state == "running"
    ended = follow(BEGIN, Finished(reason=reason, message="So it goes."))
    assert (ended.state, ended.message) == (reason, "So it goes.")
    assert follow(BEGIN, Finished(reason=reason, message="So it goes."), BEGIN).message == ""


def test_a_best_evaluation_that_was_undone_does_not_count():
    best = Evaluated(step=7, epoch=1, tokens_seen=1, train_loss=1, val_loss=1, best=True)
    assert follow(BEGIN, best, BEGIN.model_copy(update={"step": 5})).best_step is None
    assert follow(BEGIN, best, BEGIN.model_copy(update={"step": 7})).best_step == 7


def test_infinite_losses_can_be_stored():
    status = Status(loss=float("inf"))
    assert Status.model_validate_json(status.model_dump_json()) == status


def test_this_process_is_alive_and_distinguished_from_another_with_its_id():
    status = Status(state="running").by_this_process()
    assert status.live
    assert status.pid == os.getpid()
    assert abs(status.heartbeat - time.time()) < 60
    assert not status.model_copy(update={"process_started": "another boot-1"}).live


@pytest.mark.parametrize("state", ["stopped", "completed", "diverged", "failed", "interrupted"])
def test_an_inactive_run_is_not_live_even_if_its_process_is(state):
    assert not Status(state=state).by_this_process().live


@pytest.mark.process
def test_a_zombie_counts_as_gone():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        start = process_start(process.pid)
        assert start is not None
        process.kill()
        deadline = time.monotonic() + 20
        while process_start(process.pid) is not None and time.monotonic() < deadline:
            time.sleep(0.01)  # a zombie: its parent has not waited for it
        assert process_start(process.pid) is None
    assert process_start(process.pid) is None
