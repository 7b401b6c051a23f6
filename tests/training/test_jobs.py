import os
import random
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest
import torch
from safetensors.torch import load_file

from playground.device import available_cores
from playground.errors import BusyError, RunError, SettingsError
from playground.training.events import Changed, Finished, Saved, Started, Stepped, Warned
from playground.training.jobs import Jobs
from playground.training.runs import RunStore
from playground.training.worker import run_training

PATIENCE_S = 60
LONG = {"epochs": 100_000, "eval_freq": 1_000}


def until(condition, what="what was waited for"):
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.005)
    return answer


def of(kind, run):
    return [event for event in run.events()[0] if isinstance(event, kind)]


def last_step(run):
    return max((event.step for event in of(Stepped, run)), default=0)


def until_state(run, *states):
    return until(lambda: (status := run.status()).state in states and status, f"one of {states}")


def until_steps(run, n=1):
    wanted = last_step(run) + n
    until(lambda: last_step(run) >= wanted, f"step {wanted}")


@pytest.fixture
def make_jobs(store):
    made = []

    def make(**settings):
        made.append(Jobs(store, **{"grace_s": PATIENCE_S, **settings}))
        return made[-1]

    yield make
    for jobs in made:
        jobs.shutdown()
        assert jobs.running() == []


@pytest.fixture
def jobs(make_jobs):
    return make_jobs()


def test_a_run_is_trained_to_its_end_in_another_process(jobs, new_run):
    run = new_run()
    jobs.start("run")
    pid = until_state(run, "running", "completed").pid
    assert pid != os.getpid()
    status = until_state(run, "completed")
    assert status.step == run.steps()[-1]
    assert of(Finished, run)[-1].reason == "completed"
    until(lambda: not jobs.running())
    assert not psutil.pid_exists(pid)


def test_fault_39_started_many_times_at_once_it_is_one_run(jobs, new_run):
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
    jobs.start("run")  # and the old stop does not end the next sitting
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
    jobs.start("run")  # it is at it already
    assert run.status().state == "paused"
    jobs.resume("run")
    until_steps(run, 5)
    assert run.status().state == "running"


def test_a_single_step_of_a_run_at_rest_starts_it_for_that_step(jobs, new_run):
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


def test_the_learning_rate_changes_while_it_trains_and_the_log_says_so(jobs, new_run):
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


def test_fault_42_more_runs_than_jobs_wait_in_a_queue_whose_place_is_known(make_jobs, new_run):
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


def test_fault_42_a_run_can_be_paused_before_its_turn_has_come(jobs, new_run):
    new_run("first", **LONG)
    second = new_run("second", **LONG)
    jobs.start("first")
    jobs.start("second")
    jobs.pause("second")
    jobs.stop("first")
    until_state(second, "paused")
    assert last_step(second) == 0


def test_fault_45_a_training_killed_for_memory_is_told_of_and_the_server_lives(jobs, new_run):
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


def test_fault_45_a_training_that_takes_more_memory_than_it_may_is_ended(make_jobs, new_run):
    run = new_run(**LONG)
    jobs = make_jobs(memory_limit_bytes=1_000_000)
    jobs.start("run")
    status = until_state(run, "failed")
    assert "more than the 0.0 GB of memory it may have" in status.message
    until(lambda: not jobs.running())


def test_fault_46_a_training_that_hangs_is_ended_and_leaves_no_zombie(make_jobs, new_run):
    run, waiting = new_run(**LONG), new_run("waiting", **LONG)
    jobs = make_jobs(grace_s=0.5)
    jobs.start("run")
    jobs.start("waiting")
    until_steps(run)
    pid = run.status().pid
    os.kill(pid, signal.SIGSTOP)  # it does nothing any more, and answers to nothing
    jobs.stop("run")
    status = until_state(run, "failed")
    assert "did not end within" in status.message
    until(lambda: not psutil.pid_exists(pid))
    until_steps(waiting)


def test_fault_46_a_hanging_training_is_ended_at_its_time_limit(make_jobs, new_run):
    run = new_run(**LONG)
    jobs = make_jobs(time_limit_s=0.5, grace_s=0.5)
    jobs.start("run")
    os.kill(until_state(run, "running").pid, signal.SIGSTOP)
    assert "did not answer" in until_state(run, "failed").message


def test_a_training_that_had_its_time_saves_and_ends(make_jobs, new_run):
    run = new_run(**LONG)
    jobs = make_jobs(time_limit_s=0.5)
    jobs.start("run")
    status = until_state(run, "stopped")
    assert "is up" in until(lambda: run.status().message)
    assert run.steps()[-1] == status.step


@pytest.mark.parametrize("max_jobs", range(1, available_cores() + 1))
def test_fault_48_threads_times_trainings_never_exceed_the_cores(make_jobs, new_run, max_jobs):
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


def test_a_run_started_in_a_terminal_can_be_stopped_from_the_page(jobs, new_run):
    run = new_run(**LONG)
    terminal = threading.Thread(target=lambda: list(run_training(run)))
    terminal.start()
    until_steps(run)
    assert jobs.active("run")
    jobs.start("run")  # is at it already
    assert jobs.running() == []
    jobs.pause("run")
    until_state(run, "paused")
    jobs.stop("run")
    terminal.join(PATIENCE_S)
    assert run.status().state == "stopped"


def test_what_the_page_asks_of_an_unknown_run_is_a_sentence(jobs):
    for act in (jobs.start, jobs.stop, jobs.pause, jobs.resume, jobs.step, jobs.active):
        with pytest.raises(RunError, match="no run named"):
            act("nowhere")


def test_shutdown_lets_every_job_save_and_gives_up_the_queue(make_jobs, new_run):
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


SERVER = """
import sys, time
from playground.training.jobs import Jobs
from playground.training.runs import RunStore
if __name__ == "__main__":
    jobs = Jobs(RunStore(sys.argv[1]))
    jobs.start("run")
    print("started", flush=True)
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        pass
"""


@pytest.fixture
def server(store, new_run, tmp_path):
    """A server of its own, in a process group as in a terminal, at work on a long run."""
    run = new_run(**LONG)
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with subprocess.Popen(
        [sys.executable, str(script), str(store.root)],
        env={**os.environ, "PYTHONPATH": root, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        until_steps(run, 3)
        yield process, run
        process.kill()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_on_the_server_lets_the_job_save_before_all_end(server):
    process, run = server
    child = run.status().pid
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(PATIENCE_S) == 0
    assert not psutil.pid_exists(child)
    assert run.status().state in ("stopped", "interrupted")
    assert run.steps()[-1] == last_step(run)
    assert b"Traceback" not in process.stderr.read()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_fault_36_when_the_server_is_killed_the_job_saves_leaves_and_can_be_resumed(server, store, make_jobs):
    process, run = server
    child = run.status().pid
    process.kill()
    process.wait()
    until(lambda: not psutil.pid_exists(child))
    status = run.status()
    assert status.state == "interrupted"
    assert f"up to step {status.step} is saved" in status.message
    assert run.steps()[-1] == last_step(run)
    make_jobs().resume("run")  # the server is back
    until(lambda: len(of(Started, run)) == 2)
    assert of(Started, run)[-1].step == status.step


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_fault_36_when_everything_is_killed_the_run_is_shown_as_interrupted(server):
    process, run = server
    os.kill(run.status().pid, signal.SIGKILL)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert "resume" in until_state(run, "interrupted").message


def kill_and_resume(jobs, run, instant, inside_a_save):
    """Start or resume, kill at a random moment, and check what is left; whether the kill fell into a save."""
    before = len(of(Started, run))
    jobs.start(run.name)
    until(lambda: len(of(Started, run)) > before)
    started = of(Started, run)[-1]
    assert not of(Warned, run), "a checkpoint was damaged"
    assert started.exact
    pid = run.status().pid

    def saving():
        return any(name.endswith(".new.tmp") for name in os.listdir(run.folder))

    if inside_a_save:
        until(saving)
    else:
        time.sleep(instant)
    os.kill(pid, signal.SIGKILL)
    hit = saving()
    until(lambda: not jobs.running())
    assert run.status().state == "interrupted"
    for step in run.steps():
        run.load_checkpoint(step)  # every digest holds
    complete = [event.step for event in of(Saved, run)]
    assert not complete or run.steps()[-1] >= max(event.step for event in of(Saved, run)[-1:])
    return hit


def killed_many_times(jobs, new_run, kills, inside_a_save, seed):
    random_instants = random.Random(seed)
    settings = {"epochs": 400, "save_freq": 1, "eval_freq": 7, "drop_rate": 0.2, "accumulation_steps": 2}
    run = new_run("killed", **settings)
    hits = 0
    for n in range(kills):
        hits += kill_and_resume(jobs, run, random_instants.uniform(0, 0.15), n < inside_a_save)
    total = run.steps()[-1] + 3
    for name in ("killed", "whole"):
        jobs.start(name) if name == "killed" else new_run("whole", **settings) and jobs.start("whole")
        other = jobs.store.open(name)
        until(lambda other=other: last_step(other) >= total)
        jobs.stop(name)
        until_state(other, "stopped")
    return run, hits


def test_fault_29_killed_at_any_instant_the_last_complete_checkpoint_loads_and_the_run_resumes(jobs, new_run):
    run, hits = killed_many_times(jobs, new_run, kills=20, inside_a_save=4, seed=29)
    assert hits >= 4
    assert_equals_the_whole(jobs.store, run)


@pytest.mark.slow
def test_fault_29_thirty_more_kills(jobs, new_run):
    run, hits = killed_many_times(jobs, new_run, kills=30, inside_a_save=6, seed=30)
    assert hits >= 6
    assert_equals_the_whole(jobs.store, run)


def assert_equals_the_whole(store: RunStore, run):
    """The run that was killed and the one that was not agree bit for bit at a step that both have."""
    whole = store.open("whole")
    step = max(set(run.steps()) & set(whole.steps()))
    for file in ("model.safetensors", "optimizer.safetensors"):
        first, second = (load_file(each.step_folder(step) / file) for each in (run, whole))
        assert first.keys() == second.keys()
        assert all(torch.equal(first[name], second[name]) for name in first)
