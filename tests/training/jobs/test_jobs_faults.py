"""Jobs when the disk is full, a run's folder disappears, or a process cannot be started."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from multiprocessing import forkserver

import pytest

from playground.errors import RunError
from playground.training.jobs.session import run_training
from playground.training.loop.events import Started
from playground.training.runs import files
from playground.training.runs.status import Status, process_start
from tests.training.conftest import create_run
from tests.training.waiting import LONG, last_step, of, until, until_state, until_steps


@pytest.fixture
def full_disk(monkeypatch):
    """Makes the disk full for this process; the training's own process still has room."""

    def fill(number=errno.ENOSPC):
        def replace(source, target):
            raise OSError(number, os.strerror(number), str(target))

        monkeypatch.setattr(files, "_replace", replace)

    return fill


def remove(run):
    """Remove a run's folder while a process may write there."""
    aside = run.folder.with_name(f".removed-{run.name}")
    run.folder.rename(aside)
    shutil.rmtree(aside)


# --- a full disk ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_fault_73_on_a_full_disk_a_training_is_stopped_and_other_requests_are_refused(jobs, new_run, full_disk, number):
    run = new_run(**LONG)
    jobs.start("run")
    until_steps(run)
    full_disk(number)
    requests = (lambda: jobs.pause("run"), lambda: jobs.set_lr("run", 0.01), lambda: jobs.step("run"))
    for request in (*requests, lambda: jobs.resume("run"), lambda: run.set_pinned(True)):
        with pytest.raises(RunError, match=os.strerror(number)) as caught:
            request()
        assert str(run.folder.parent) not in str(caught.value)
    jobs.stop("run")
    status = until_state(run, "stopped")
    assert run.steps()[-1] == status.step == last_step(run)


def test_fault_73_on_a_full_disk_nothing_is_started_and_shutdown_stops_what_runs(make_jobs, new_run, full_disk):
    jobs = make_jobs()
    run = new_run(**LONG)
    new_run("other")
    jobs.start("run")
    until_steps(run)
    full_disk()
    with pytest.raises(RunError, match="No space left"):
        jobs.start("other")
    assert not jobs.active("other")
    jobs.shutdown()
    assert run.status().state == "stopped"


@pytest.mark.process
def test_fault_73_on_a_full_disk_a_training_in_a_terminal_is_stopped_by_a_signal(jobs, new_run, full_disk):
    run = new_run()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as terminal:
        run.set_status(Status(state="running", pid=terminal.pid, process_started=process_start(terminal.pid)))
        full_disk()
        jobs.stop("run")
        assert terminal.wait(10) == -signal.SIGTERM
        run.set_status(Status(state="queued").by_this_process())  # by a server, which must not be ended
        with pytest.raises(RunError, match="No space left"):
            jobs.stop("run")


# --- the queue --------------------------------------------------------------------------------------------------------


def test_fault_74_a_waiting_run_whose_folder_is_gone_does_not_stop_the_queue(jobs, new_run):
    new_run("first", **LONG)
    second, third = new_run("second"), new_run("third", **LONG)
    for name in ("first", "second", "third"):
        jobs.start(name)
    remove(second)
    jobs.stop("first")
    until_steps(third)
    assert (jobs.running(), jobs.queue_place("third")) == (["third"], None)


def test_a_waiting_run_whose_folder_is_gone_leaves_the_queue_when_it_is_stopped(jobs, new_run):
    new_run("first", **LONG)
    second = new_run("second")
    jobs.start("first")
    jobs.start("second")
    remove(second)
    with pytest.raises(RunError, match="no run named"):
        jobs.stop("second")
    assert jobs.queue_place("second") is None


@pytest.fixture
def refuse_to_start(monkeypatch):
    """Makes the system refuse a process for the run of this name."""

    def refuse(jobs, name):
        start = jobs._context.Process.start

        def start_or_refuse(process):
            if process.name == f"training {name}":
                raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
            start(process)

        monkeypatch.setattr(jobs._context.Process, "start", start_or_refuse)

    return refuse


def test_fault_74_a_training_whose_process_cannot_be_started_fails_with_the_cause(jobs, new_run, refuse_to_start):
    run = new_run()
    refuse_to_start(jobs, "run")
    with pytest.raises(RunError, match=r"could not be started \(Resource temporarily unavailable\)"):
        jobs.start("run")
    assert (run.status().state, jobs.running(), jobs.active("run")) == ("failed", [], False)
    assert "Resource temporarily unavailable" in run.status().message


def test_fault_74_a_waiting_run_whose_process_cannot_be_started_fails_and_the_queue_goes_on(
    jobs, new_run, refuse_to_start
):
    new_run("first", **LONG)
    second, third = new_run("second"), new_run("third", **LONG)
    for name in ("first", "second", "third"):
        jobs.start(name)
    refuse_to_start(jobs, "second")
    jobs.stop("first")
    until_steps(third)
    assert second.status().state == "failed"
    assert "could not be started" in second.status().message


# --- the run's folder -------------------------------------------------------------------------------------------------


def test_fault_75_a_training_whose_folder_is_removed_ends_and_does_not_make_it_again(jobs, new_run, store):
    run = new_run(**LONG, save_freq=1)
    jobs.start("run")
    until_steps(run, 3)
    pid = run.status().pid
    remove(run)
    until(lambda: not jobs.running())
    assert not os.path.exists(f"/proc/{pid}")
    assert not run.folder.exists()
    assert store.names() == []


def test_fault_75_another_run_in_the_place_of_the_removed_one_is_left_alone_and_can_be_trained(jobs, new_run, store):
    run = new_run(**LONG, save_freq=1, snapshot_freq=1)
    jobs.start("run")
    until_steps(run, 3)
    remove(run)
    other = new_run(**LONG)
    jobs.start("run")
    until_steps(other)
    assert [event.step for event in of(Started, other)] == [0]
    assert not of(Started, other)[0].why_not_exact


def test_fault_75_a_paused_training_whose_folder_is_removed_ends(jobs, new_run):
    run = new_run(**LONG)
    jobs.start("run", paused=True)
    until_state(run, "paused")
    remove(run)
    until(lambda: not jobs.running())


def test_a_training_whose_folder_is_removed_says_so_to_who_iterates_it(store):
    run = create_run(store, **LONG)
    training = run_training(run)
    for event in training:
        if event.type == "stepped":
            break
    remove(run)
    last = list(training)[-1]
    assert last.reason == "failed"
    assert "was removed" in last.message
    assert not run.folder.exists()


# --- the fork server --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is a fork server on Linux only")
def test_fault_76_trainings_go_on_when_the_fork_server_is_killed(jobs, new_run):
    run, waiting = new_run(**LONG), new_run("waiting", **LONG)
    jobs.start("run")
    jobs.start("waiting")
    until_steps(run)
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
    until_steps(run, 20)
    assert jobs.running() == ["run"]
    jobs.stop("run")
    status = until_state(run, "stopped")
    assert (run.steps()[-1], status.message) == (status.step, "")
    until_steps(waiting)
