"""Sessions that resume from a checkpoint: exactly, from the newest intact one, or with the reason why not exactly."""

import errno
import os
import shutil

import pytest
import torch

from playground.training.jobs.session import run_training
from playground.training.loop.control import Control
from playground.training.loop.events import Evaluated, Started, Stepped, Warned
from playground.training.runs.checkpoints import checkpoint
from playground.training.runs.history import read_history

DIFFICULT = {  # all settings that could make a resume inexact
    "epochs": 3,
    "accumulation_steps": 2,
    "lr_schedule": "cosine",
    "warmup_pct": 20,
    "drop_rate": 0.3,
    "grad_clip": 1.0,
}


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def until_step(run, step, **more):
    """Train up to a step and stop there, with a checkpoint."""
    done = [0]
    events = []
    for event in run_training(run, control=lambda: Control("stop" if done[0] == step else "run"), **more):
        done[0] = event.step
        events.append(event)
    return events


def tensors(run, step="last"):
    from safetensors.torch import load_file

    folder = run.step_folder(run.find_step(step))
    files = {file: load_file(folder / f"{file}.safetensors") for file in ("model", "optimizer")}
    return {(file, name): value for file, tensors in files.items() for name, value in tensors.items()}


def assert_same(first, second):
    assert first.keys() == second.keys()
    for name in first:
        assert torch.equal(first[name], second[name]), name


def numbers(events):
    return [(e.step, e.loss, e.lr, e.grad_norm) for e in of(Stepped, events)], [
        (e.step, e.train_loss, e.val_loss, e.probe) for e in of(Evaluated, events)
    ]


def test_fault_33_a_resumed_run_equals_an_uninterrupted_one_from_any_cut_point(new_run, store):
    whole = new_run("whole", **DIFFICULT)
    wanted = numbers(list(run_training(whole)))
    total = whole.status().total_steps
    per_epoch = total // 3
    cuts = sorted(
        {1, 2, per_epoch - 1, per_epoch, per_epoch + 1, 2 * per_epoch, total - 1, total // 2, total // 3 + 2, 3}
    )
    assert len(cuts) >= 8
    for cut in cuts:
        run = new_run(f"cut-{cut}", **DIFFICULT)
        before = until_step(run, cut)
        assert run.steps()[-1] == cut
        after = list(run_training(store.open(run.name)))
        assert of(Started, after)[0].exact
        assert [a + b for a, b in zip(numbers(before), numbers(after), strict=True)] == list(wanted)
        assert_same(tensors(run), tensors(whole))


def test_fault_33_a_run_interrupted_many_times_equals_an_uninterrupted_one(new_run):
    whole = new_run("whole", **DIFFICULT)
    list(run_training(whole))
    run = new_run("pieces", **DIFFICULT)
    for step in range(2, whole.status().total_steps, 3):
        until_step(run, step)
    list(run_training(run))
    assert_same(tensors(run), tensors(whole))


def test_a_changed_learning_rate_is_kept_in_the_next_session_and_is_reproducible(new_run):
    def train_twice(run):
        for event in run_training(run, control=lambda: Control("run", 0.0123)):
            if event.step == 3:
                break
        return list(run_training(run))

    first, second = new_run("a", save_freq=1), new_run("b", save_freq=1)
    assert of(Stepped, train_twice(first))[0].lr == 0.0123
    train_twice(second)
    assert_same(tensors(first), tensors(second))


@pytest.mark.parametrize("file", ["model.safetensors", "optimizer.safetensors", "state.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_fault_32_a_damaged_newest_checkpoint_is_skipped_and_the_one_before_is_used(new_run, file, damage):
    run = new_run(save_freq=1, keep_checkpoints=1000)
    until_step(run, 5)
    path = run.step_folder(5) / file
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "cut":
        path.write_bytes(data[:-1])
    else:
        path.unlink()
    events = list(run_training(run))
    assert of(Started, events)[0].step == 4
    assert "step 5 is damaged" in of(Warned, events)[0].message
    assert events[-1].reason == "completed"
    assert (run.folder / ".damaged-5").is_dir()
    run.load_checkpoint(5)  # trained and saved again


def test_fault_32_when_every_checkpoint_is_damaged_the_training_starts_over_with_a_warning(new_run):
    run = new_run(save_freq=1, keep_checkpoints=1000)
    until_step(run, 3)
    for step in run.steps():
        (run.step_folder(step) / "state.json").write_text("{}")
    events = list(run_training(run))
    assert of(Started, events)[0].step == 0
    assert "starts over" in of(Warned, events)[-1].message
    assert events[-1].reason == "completed"


def test_fault_30_an_unfinished_checkpoint_is_ignored_and_then_deleted(new_run):
    run = new_run(save_freq=1)
    until_step(run, 3)
    unfinished = run.folder / ".step_00000004.12345.new.tmp"
    shutil.copytree(run.step_folder(3), unfinished)
    assert run.steps()[-1] == 3
    events = list(run_training(run))
    assert of(Started, events)[0].step == 3
    assert not unfinished.exists()


def test_fault_31_a_full_disk_while_saving_is_a_warning_and_the_training_continues(new_run, monkeypatch):
    run = new_run(save_freq=1, keep_checkpoints=1000)
    until_step(run, 2)
    real, calls = checkpoint.write_tensors, []

    def full(path, values):
        calls.append(path)
        if len(calls) < 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, values)

    monkeypatch.setattr(checkpoint, "write_tensors", full)
    events = list(run_training(run))
    warnings = of(Warned, events)
    assert len(warnings) >= 3
    assert "make room" in warnings[0].message
    assert events[-1].reason == "completed"
    assert {1, 2, run.status().total_steps} <= set(run.steps())
    assert not list(run.folder.glob(".step*"))


def test_fault_34_a_resume_with_another_number_of_threads_is_reported_as_not_exact(new_run):
    run = new_run(save_freq=1)
    until_step(run, 3)
    training = run_training(run, threads=2)
    started = next(training)
    training.close()
    assert not started.exact
    assert "threads (1, now 2)" in started.why_not_exact


def test_fault_34_a_resume_with_another_text_is_reported_as_not_exact(new_run):
    run = new_run(save_freq=1)
    until_step(run, 3)
    path = run.folder / "text.txt"
    path.write_bytes(path.read_bytes().replace(b"cat", b"cow"))
    started = of(Started, list(run_training(run)))[0]
    assert not started.exact
    assert "the text" in started.why_not_exact


def test_fault_34_a_resume_with_other_settings_is_reported_as_not_exact(store, new_run):
    run = new_run(save_freq=1)
    until_step(run, 3)
    changed = run.spec.model_copy(update={"train": run.spec.train.replace(lr=0.01)})
    (run.folder / "run.json").write_text(changed.model_dump_json())
    started = of(Started, list(run_training(store.open("run"))))[0]
    assert not started.exact
    assert "lr (0.0004, now 0.01)" in started.why_not_exact


def test_steps_undone_by_a_crash_are_trained_and_logged_again(new_run):
    run = new_run(save_freq=4, keep_checkpoints=1000)
    training = run_training(run)
    for event in training:
        if isinstance(event, Stepped) and event.step == 6:
            break
    training.close()
    events = list(run_training(run))
    assert of(Started, events)[0].step == 4
    assert [event.step for event in read_history(run).steps] == list(range(1, run.status().total_steps + 1))
