import subprocess
import sys

import pytest
import torch

from playground.training.jobs.session import run_training
from playground.training.loop import machine_use
from playground.training.loop.machine_use import choose_threads

CHURN = """
import resource
import torch
from playground.training.loop.machine_use import keep_freed_memory
torch.set_num_threads(1)

def page_faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    [torch.ones(1 << 22) for _ in range(8)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

page_faults()
usual = page_faults()
if keep_freed_memory():
    page_faults()
    print(usual, page_faults())
"""


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="it is an allocator of Linux that is asked")
def test_freed_memory_is_reused_instead_of_mapped_again():
    found = subprocess.run([sys.executable, "-c", CHURN], capture_output=True, text=True, check=True).stdout
    if not found:
        pytest.skip("this C library has no such setting")
    usual, kept = map(int, found.split())
    assert kept < usual / 4


def a_clock(monkeypatch, seconds):
    """Make a step seem to take `seconds[threads]`."""
    now = [0.0]
    real = machine_use.calc_loss_batch

    def step(*arguments):
        now[0] += seconds[torch.get_num_threads()]
        return real(*arguments)

    monkeypatch.setattr(machine_use, "calc_loss_batch", step)
    monkeypatch.setattr(machine_use.time, "perf_counter", lambda: now[0])


@pytest.mark.parametrize(("seconds", "chosen"), [({1: 1.0, 2: 0.6}, 2), ({1: 1.0, 2: 0.95}, 1), ({1: 1.0, 2: 3.0}, 1)])
def test_a_tiny_model_is_trained_with_the_faster_number_of_threads(tiny_training, monkeypatch, seconds, chosen):
    a_clock(monkeypatch, seconds)
    assert choose_threads(tiny_training().model, 2, max_threads=2) == chosen


def test_measuring_does_not_change_weights_or_gradients(tiny_training):
    run = tiny_training()
    before = run.tensors()
    choose_threads(run.model, 2, max_threads=2)
    assert all(torch.equal(before[name], value) for name, value in run.tensors().items())
    assert all(weight.grad is None for weight in run.model.parameters())


def test_nothing_is_measured_where_the_number_of_threads_is_clear(tiny_training, monkeypatch):
    monkeypatch.setattr(machine_use, "calc_loss_batch", None)
    assert choose_threads(tiny_training().model, 2, max_threads=1) == 1
    monkeypatch.setattr(machine_use, "_TINY_STEP_FLOP", 1)
    assert choose_threads(tiny_training().model, 2, max_threads=2) == 2


def test_a_resumed_run_keeps_its_threads_and_is_exact(new_run, monkeypatch):
    run = new_run(threads=None, max_steps=1)
    monkeypatch.setattr("playground.training.jobs.session.choose_threads", lambda *_: 1)
    assert next(run_training(run, threads=2)).threads == 1
    list(run_training(run, threads=2))
    monkeypatch.setattr("playground.training.jobs.session.choose_threads", None)
    started = next(run_training(run, threads=2))
    assert (started.step, started.threads, started.exact) == (1, 1, True)
