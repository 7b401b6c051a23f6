import os
import threading
import time

import psutil
import pytest

from playground.errors import BusyError, RunError, SettingsError
from playground.training.jobs.session import run_training
from playground.training.loop.events import Changed, Finished, Started, Stepped
from tests.training.waiting import LONG, PATIENCE_S, last_step, of, until, until_state, until_steps


def test_a_run_is_trained_in_another_process(jobs, new_run):
    run = new_run()
    jobs.start("run")
    pid = until_state(run, "running", "completed").pid
    assert pid != os.getpid()
    status = until_state(run, "completed")
    assert status.step == run.steps()[-1]
    assert of(Finished, run)[-1].reason == "completed"
    until(lambda: not jobs.running())
    assert not psutil.pid_exists(pid)


def test_fault_39_a_run_started_many_times_at_once_is_trained_once(jobs, new_run):
    run = new_run(**LONG)
    barrier = threading.Barrier(6)

    def press():
        barrier.wait()
        jobs.start("run")

    presses = [threading.Thread(target=press) for _ in range(6)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    until_steps(run, 3)
    jobs.start("run")
    jobs.stop("run")
    until_state(run, "stopped")
    assert len(of(Started, run)) == 1
    assert jobs.queue_place("run") is None


def test_fault_40_stop_takes_effect_within_one_step_and_leaves_a_checkpoint(jobs, new_run):
    run = new_run(**LONG)
    jobs.start("run")
    until_steps(run, 5)
    jobs.stop("run")
    seen = last_step(run)
    status = until_state(run, "stopped")
    assert seen <= status.step <= seen + 1
    assert run.load_checkpoint("last").position.step == status.step == last_step(run)


def test_fault_41_stop_twice_and_after_the_end_is_harmless(jobs, new_run):
    run = new_run(**LONG)
    jobs.stop("run")
    assert run.status().state == "stopped"
    jobs.start("run")
    until_steps(run)
    jobs.stop("run")
    jobs.stop("run")
    before = until_state(run, "stopped")
    until(lambda: not jobs.running())
    jobs.stop("run")
    assert run.status() == before
    assert len(of(Finished, run)) == 1
    jobs.start("run")  # the old request to stop does not end the next session
    until_steps(run)


def test_pause_step_and_resume(jobs, new_run):
    run = new_run(**LONG)
    jobs.start("run")
    until_steps(run)
    jobs.pause("run")
    until_state(run, "paused")
    step = last_step(run)
    for n in (1, 2):
        jobs.step("run")
        until(lambda n=n: last_step(run) == step + n)
    time.sleep(0.1)
    assert last_step(run) == step + 2
    assert run.status().state == "paused"
    jobs.start("run")  # it is already active
    assert run.status().state == "paused"
    jobs.resume("run")
    until_steps(run, 5)
    assert run.status().state == "running"


def test_a_single_step_of_an_inactive_run_starts_it_for_that_step(jobs, new_run):
    run = new_run(**LONG)
    jobs.step("run")
    until_state(run, "paused")
    until(lambda: last_step(run) == 1)
    time.sleep(0.1)
    assert last_step(run) == 1


def test_a_paused_run_can_be_stopped(jobs, new_run):
    run = new_run(**LONG)
    jobs.start("run")
    until_steps(run)
    jobs.pause("run")
    until_state(run, "paused")
    jobs.stop("run")
    assert until_state(run, "stopped").step == run.steps()[-1]


def test_a_change_of_the_learning_rate_during_training_is_logged(jobs, new_run):
    run = new_run(**LONG)
    with pytest.raises(RunError, match="not being trained"):
        jobs.set_lr("run", 0.01)
    jobs.start("run")
    until_steps(run)
    with pytest.raises(SettingsError):
        jobs.set_lr("run", float("nan"))
    jobs.set_lr("run", 0.0123)
    changed = until(lambda: of(Changed, run))
    assert [event.lr for event in changed] == [0.0123]
    until_steps(run, 3)
    assert of(Stepped, run)[-1].lr == 0.0123


def test_a_run_started_in_a_terminal_can_be_stopped_from_the_page(jobs, new_run):
    run = new_run(**LONG)
    terminal = threading.Thread(target=lambda: list(run_training(run)))
    terminal.start()
    until_steps(run)
    assert jobs.active("run")
    jobs.start("run")  # it is already active
    assert jobs.running() == []
    jobs.pause("run")
    until_state(run, "paused")
    jobs.stop("run")
    terminal.join(PATIENCE_S)
    assert run.status().state == "stopped"


def test_requests_for_an_unknown_run_are_refused_in_one_sentence(jobs):
    for act in (jobs.start, jobs.stop, jobs.pause, jobs.resume, jobs.step, jobs.active):
        with pytest.raises(RunError, match="no run named"):
            act("nowhere")


def test_shutdown_lets_every_job_save_and_clears_the_queue(make_jobs, new_run):
    run, waiting = new_run(**LONG), new_run("waiting")
    jobs = make_jobs()
    jobs.start("run")
    jobs.start("waiting")
    until_steps(run)
    jobs.shutdown()
    assert run.status().state == "stopped"
    assert run.steps()[-1] == last_step(run)
    assert waiting.status().state == "stopped"
    assert not of(Started, waiting)
    with pytest.raises(BusyError):
        jobs.start("waiting")
    jobs.shutdown()
