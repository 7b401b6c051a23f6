"""The limits of jobs: places in the queue, memory, time, and CPU cores."""

import os
import signal

import psutil
import pytest

from playground.device import available_cores
from playground.errors import BusyError, SettingsError
from playground.training.jobs.jobs import Jobs
from playground.training.loop.events import Started
from tests.training.waiting import LONG, last_step, of, until, until_state, until_steps


def test_fault_42_runs_beyond_max_jobs_are_queued_and_their_place_is_known(make_jobs, new_run):
    jobs = make_jobs(max_jobs=1, max_queued=2)
    first, second, third = (new_run(name, **LONG) for name in ("first", "second", "third"))
    new_run("fourth")
    for name in ("first", "second", "third", "second"):
        jobs.start(name)
    assert [jobs.queue_place(name) for name in ("first", "second", "third")] == [None, 1, 2]
    assert (second.status().state, third.status().state) == ("queued", "queued")
    with pytest.raises(BusyError, match="try again"):
        jobs.start("fourth")
    until_steps(first)
    jobs.stop("second")
    assert second.status().state == "stopped"
    assert [jobs.queue_place(name) for name in ("second", "third")] == [None, 1]
    jobs.stop("first")
    until_steps(third)
    assert jobs.queue_place("third") is None
    assert not of(Started, second)


def test_fault_42_a_queued_run_can_be_paused(jobs, new_run):
    new_run("first", **LONG)
    second = new_run("second", **LONG)
    jobs.start("first")
    jobs.start("second")
    jobs.pause("second")
    jobs.stop("first")
    until_state(second, "paused")
    assert last_step(second) == 0


def test_fault_45_a_training_killed_for_memory_is_reported_and_the_server_survives(jobs, new_run):
    run = new_run(**LONG)
    jobs.start("run")
    until(lambda: run.steps())
    os.kill(run.status().pid, signal.SIGKILL)
    until(lambda: not jobs.running())
    status = run.status()
    assert status.state == "interrupted"
    assert "memory" in status.message
    assert "batch_size" in status.message
    saved = run.steps()[-1]
    jobs.start("run")
    until(lambda: len(of(Started, run)) == 2)
    assert of(Started, run)[-1].step == saved


def test_fault_45_a_training_over_its_memory_limit_is_killed(make_jobs, new_run):
    run = new_run(**LONG)
    jobs = make_jobs(memory_limit_bytes=1_000_000)
    jobs.start("run")
    status = until_state(run, "failed")
    assert "more than the 0.0 GB of memory that are allowed" in status.message
    until(lambda: not jobs.running())


def test_fault_46_a_training_that_hangs_is_killed_and_leaves_no_zombie(make_jobs, new_run):
    run, waiting = new_run(**LONG), new_run("waiting", **LONG)
    jobs = make_jobs(grace_s=0.5)
    jobs.start("run")
    jobs.start("waiting")
    until_steps(run)
    pid = run.status().pid
    os.kill(pid, signal.SIGSTOP)  # it no longer runs or handles signals
    jobs.stop("run")
    status = until_state(run, "failed")
    assert "did not end within" in status.message
    until(lambda: not psutil.pid_exists(pid))
    until_steps(waiting)


def test_fault_46_a_training_that_hangs_is_killed_at_its_time_limit(make_jobs, new_run):
    run = new_run(**LONG)
    jobs = make_jobs(time_limit_s=0.5, grace_s=0.5)
    jobs.start("run")
    os.kill(until_state(run, "running").pid, signal.SIGSTOP)
    assert "did not respond" in until_state(run, "failed").message


def test_a_training_at_its_time_limit_saves_and_stops(make_jobs, new_run):
    run = new_run(**LONG)
    jobs = make_jobs(time_limit_s=0.5)
    jobs.start("run")
    status = until_state(run, "stopped")
    assert "is up" in until(lambda: run.status().message)
    assert run.steps()[-1] == status.step


@pytest.mark.parametrize("max_jobs", range(1, available_cores() + 1))
def test_fault_48_the_threads_of_all_trainings_never_exceed_the_cores(make_jobs, new_run, max_jobs):
    jobs = make_jobs(max_jobs=max_jobs)
    assert 1 <= jobs.threads * max_jobs <= available_cores()
    runs = [new_run(f"run-{n}", threads=None, **LONG) for n in range(max_jobs)]
    greedy = new_run("greedy", threads=1000, epochs=1)
    for run in runs:
        jobs.start(run.name)
    threads = [until(lambda run=run: of(Started, run))[0].threads for run in runs]
    assert sum(threads) <= available_cores()
    for run in runs:
        jobs.stop(run.name)
    jobs.start("greedy")
    assert until(lambda: of(Started, greedy))[0].threads == jobs.threads


@pytest.mark.parametrize("max_jobs", [0, -1, 100_000])
def test_fault_48_more_jobs_than_cores_are_refused(store, max_jobs):
    with pytest.raises(SettingsError, match="max_jobs"):
        Jobs(store, max_jobs=max_jobs)
