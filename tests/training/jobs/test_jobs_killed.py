"""Jobs when their process, their server or both are killed or interrupted."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch
from safetensors.torch import load_file

from playground.training.loop.events import Saved, Started, Warned
from playground.training.runs.store import RunStore
from tests.training.waiting import LONG, PATIENCE_S, last_step, of, until, until_state, until_steps

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[3]
SERVER = """
import signal, sys, time
from playground.training.jobs.jobs import Jobs
from playground.training.runs.store import RunStore
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's children inherit SIG_IGN
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
    """A server in its own process group, as in a terminal, that trains a long run."""
    run = new_run(**LONG)
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    with subprocess.Popen(
        [sys.executable, str(script), str(store.root)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        until_steps(run, 3)
        yield process, run
        process.kill()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_on_the_server_lets_the_job_save_before_all_processes_exit(server):
    process, run = server
    child = run.status().pid
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(PATIENCE_S) == 0
    assert not psutil.pid_exists(child)
    assert run.status().state in ("stopped", "interrupted")
    assert run.steps()[-1] == last_step(run)
    assert b"Traceback" not in process.stderr.read()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_fault_36_when_the_server_is_killed_the_job_saves_and_exits_and_can_be_resumed(server, store, make_jobs):
    process, run = server
    child = run.status().pid
    process.kill()
    process.wait()
    until(lambda: not psutil.pid_exists(child))
    status = run.status()
    assert status.state == "interrupted"
    assert f"up to step {status.step} is saved" in status.message
    assert run.steps()[-1] == last_step(run)
    make_jobs().resume("run")  # by a new server
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
    """Start or resume the run, kill it, and check its checkpoints; returns whether it was killed while saving."""
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
        run.load_checkpoint(step)  # checks every digest
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
    run, hits = killed_many_times(jobs, new_run, kills=8, inside_a_save=3, seed=29)
    assert hits >= 3
    assert_equals_the_whole(jobs.store, run)


@pytest.mark.slow
def test_fault_29_killed_thirty_more_times_the_run_resumes(jobs, new_run):
    run, hits = killed_many_times(jobs, new_run, kills=30, inside_a_save=6, seed=30)
    assert hits >= 6
    assert_equals_the_whole(jobs.store, run)


def assert_equals_the_whole(store: RunStore, run):
    """The killed run and the uninterrupted one are equal bit for bit at the last step that both have."""
    whole = store.open("whole")
    step = max(set(run.steps()) & set(whole.steps()))
    for file in ("model.safetensors", "optimizer.safetensors"):
        first, second = (load_file(each.step_folder(step) / file) for each in (run, whole))
        assert first.keys() == second.keys()
        assert all(torch.equal(first[name], second[name]) for name in first)
