"""Snapshots: copies of the weights that are kept during training, to look at the model at earlier steps."""

import errno
import json
import shutil
from contextlib import nullcontext
from itertools import pairwise
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from playground.config import TrainConfig
from playground.errors import CheckpointError, RunError
from playground.model.gpt import GPTModel
from playground.training.jobs.session import run_training
from playground.training.loop.control import Control
from playground.training.loop.events import Finished, Stepped, Warned
from playground.training.loop.parallel.ranks import ALONE
from playground.training.loop.position import Position
from playground.training.loop.saving import (
    MAX_EXTRA_BYTES,
    MAX_SNAPSHOT_BYTES,
    MAX_SNAPSHOTS,
    Saver,
    extra_snapshot_interval,
    snapshot_interval,
)
from playground.training.runs.archive import export_run, import_run
from playground.training.runs.checkpoints import checkpoint
from playground.training.runs.checkpoints.checkpoint import read_checkpoint
from playground.training.runs.fork import fork
from playground.training.runs.store import RunStore, summarize

EVERY_4 = {"snapshot_freq": 4, "max_steps": 12, "epochs": 9, "keep_checkpoints": 1, "eval_freq": 100}


def weights(folder):
    return load_file(folder / "model.safetensors")


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


# --- interval -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total_steps", "every"),
    [(180, 20), (1, 1), (9, 1), (10, 1), (11, 2), (50, 5), (51, 10), (200, 20), (201, 50), (90_000, 10_000)],
)
def test_by_default_there_are_about_ten_snapshots_at_round_steps(total_steps, every):
    assert snapshot_interval(total_steps, n_parameters=1000) == every


def test_large_models_have_fewer_snapshots_and_the_largest_none():
    assert snapshot_interval(180, n_parameters=22_000_000) == 20  # 11 snapshots of 88 MB
    assert snapshot_interval(180, n_parameters=50_000_000) == 50  # 5 of 200 MB: 0, 50, 100, 150
    assert snapshot_interval(180, n_parameters=83_000_000) == 100  # 3 of 332 MB
    assert snapshot_interval(180, n_parameters=84_000_000) == 0
    assert snapshot_interval(180, n_parameters=124_000_000) == 0


@given(st.integers(1, 10**8), st.integers(1, 2 * 10**9))
def test_the_default_number_of_snapshots_stays_within_its_bounds(total_steps, n_parameters):
    every = snapshot_interval(total_steps, n_parameters)
    copies = total_steps // every + 1 if every else 0
    assert copies <= 11
    assert copies * 4 * n_parameters <= MAX_SNAPSHOT_BYTES


@given(st.integers(1, 10**8), st.integers(1, 10**6))
def test_the_setting_is_followed_up_to_a_thousand_snapshots(total_steps, freq):
    every = snapshot_interval(total_steps, 10**12, freq)
    assert total_steps // every <= MAX_SNAPSHOTS
    assert every == freq or total_steps // freq > MAX_SNAPSHOTS
    assert snapshot_interval(total_steps, 10, 0) == 0


# --- during training ------------------------------------------------------------------------------------------------


def test_the_models_of_step_0_and_of_every_interval_can_be_loaded(new_run):
    run = new_run(**EVERY_4)
    list(run_training(run))
    assert run.steps() == [12]
    assert run.snapshots() == [0, 4, 8, 12]
    assert run.model_steps() == [0, 4, 8, 12]
    kept = [run.load_model(step).state_dict() for step in run.model_steps()]
    assert not any(same(one, other) for one, other in pairwise(kept))
    assert same(kept[-1], weights(run.step_folder(12)))
    torch.manual_seed(run.spec.train.seed)
    assert same(kept[0], GPTModel(run.spec.model).state_dict())  # untrained
    assert not run.load_model(4).training


@given(st.integers(1, 10**6), st.integers(1, 10**7))
def test_a_small_model_has_up_to_40_snapshots_between_the_usual_ones(total_steps, n_parameters):
    usual = snapshot_interval(total_steps, n_parameters)
    extra = extra_snapshot_interval(total_steps, n_parameters, usual)
    if extra:
        copies = total_steps // extra + 1
        assert usual % extra == 0
        assert total_steps // usual + 1 < copies <= 40
        assert copies * 4 * n_parameters <= MAX_EXTRA_BYTES
    assert extra_snapshot_interval(total_steps, n_parameters, usual, freq=usual) == 0


@pytest.mark.parametrize(("seconds", "most_share", "fewest"), [(0.01, 0.05, 37), (0.4, 0.11, 10), (5.0, 1.0, 10)])
def test_extra_snapshots_take_at_most_a_twentieth_of_the_training_s_time(monkeypatch, seconds, most_share, fewest):
    """A step takes a second, a snapshot `seconds`; the usual ten are taken at any cost."""
    now_s, spent_s, taken = 0.0, 0.0, []

    def snapshot(position):
        nonlocal now_s, spent_s
        now_s, spent_s = now_s + seconds, spent_s + seconds
        taken.append(position.step)
        return 1

    monkeypatch.setattr("playground.training.loop.saving.time.perf_counter", lambda: now_s)
    started = SimpleNamespace(total_steps=180, n_parameters=1_000_000, step=0)
    clock = SimpleNamespace(during=lambda _: nullcontext(), elapsed_s=0.0)
    saver = Saver(None, snapshot, TrainConfig(), started, clock, ALONE)
    for step in range(181):
        clock.elapsed_s = now_s
        assert list(saver.snapshot(Position(step=step))) == []
        now_s += 1.0
    assert set(range(0, 181, 20)) <= set(taken)
    assert fewest <= len(taken) <= 37
    assert spent_s / now_s <= most_share


def test_a_run_has_snapshots_by_default_and_none_with_the_setting_0(new_run):
    run, other = new_run("a", epochs=1), new_run("b", epochs=1, snapshot_freq=0)
    for each in (run, other):
        list(run_training(each))
    assert run.snapshots()[0] == 0
    assert 3 <= len(run.snapshots()) <= 40
    assert other.snapshots() == []
    assert not (other.folder / "grown").exists()


def test_a_snapshot_is_a_checkpoint_without_optimizer_state(new_run):
    run = new_run(**EVERY_4)
    list(run_training(run))
    found = read_checkpoint(run.folder / "grown" / "step_00000008", run.spec.model)
    assert (found.position.step, found.has_optimizer) == (8, False)
    assert summarize(run).size_bytes > sum(
        path.stat().st_size for path in (run.folder / "grown").rglob("*.safetensors")
    )


def test_fault_33_snapshots_do_not_change_the_training_bit_for_bit(new_run):
    settings = {**EVERY_4, "drop_rate": 0.3}
    plain, kept, cut = (new_run(name, **settings) for name in ("plain", "kept", "cut"))
    plain.spec = plain.spec.model_copy(update={"train": plain.spec.train.replace(snapshot_freq=0)})
    for run in (plain, kept):
        list(run_training(run))
    steps = iter(range(100))
    list(run_training(cut, control=lambda: Control("stop" if next(steps) == 6 else "run")))
    started = next(iter(run_training(cut)))
    assert started.exact
    assert started.step == 6
    list(run_training(cut))
    for run in (kept, cut):
        for file in ("model", "optimizer"):
            name = f"{file}.safetensors"
            assert same(load_file(run.step_folder(12) / name), load_file(plain.step_folder(12) / name))
    assert cut.snapshots() == kept.snapshots()
    assert all(same(weights(cut.snapshot_folder(s)), weights(kept.snapshot_folder(s))) for s in kept.snapshots())


def test_the_setting_does_not_make_a_resume_inexact(new_run, store):
    run = new_run(**EVERY_4)
    steps = iter(range(100))
    list(run_training(run, control=lambda: Control("stop" if next(steps) == 6 else "run")))
    spec = run.spec.model_copy(update={"train": run.spec.train.replace(snapshot_freq=5)})
    (run.folder / "run.json").write_text(spec.model_dump_json())
    events = list(run_training(store.open("run")))
    assert events[0].exact
    assert run.snapshots() == [0, 4, 10]


def test_fault_31_a_full_disk_is_a_warning_and_the_training_continues(new_run, monkeypatch):
    run = new_run(**EVERY_4)
    real = checkpoint.write_tensors

    def full(path, values):
        if path.parent.parent.name == "grown":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, values)

    monkeypatch.setattr(checkpoint, "write_tensors", full)
    events = list(run_training(run))
    warnings = [event.message for event in events if isinstance(event, Warned)]
    assert len(warnings) == 4
    assert warnings[1] == "The snapshot of step 4 could not be saved (No space left on device); make room on the disk."
    assert events[-1].reason == "completed"
    assert (run.snapshots(), run.steps()) == ([], [12])
    assert list((run.folder / "grown").iterdir()) == []


def test_fault_60_infinite_weights_end_the_training_even_where_only_a_snapshot_is_due(tiny_training):
    def refuse(position):
        if position.step:
            raise CheckpointError("NaN")

    events = tiny_training(max_steps=9, snapshot_freq=2).train(snapshot=refuse)
    assert isinstance(events[-1], Finished)
    assert (events[-1].reason, events[-1].step) == ("diverged", 2)


def test_fault_30_unfinished_snapshots_of_a_crash_are_deleted(new_run):
    run = new_run(**EVERY_4)
    for event in run_training(run):
        if isinstance(event, Stepped) and event.step == 6:
            break
    unfinished = run.folder / "grown" / ".step_00000008.4711.new.tmp"
    shutil.copytree(run.snapshot_folder(4), unfinished)
    assert run.snapshots() == [0, 4]
    list(run_training(run))
    assert not unfinished.exists()
    assert run.snapshots() == [0, 4, 8, 12]


def test_snapshots_of_undone_steps_are_deleted(new_run):
    run = new_run(**{**EVERY_4, "snapshot_freq": 1, "save_freq": 3, "epochs": 1})
    for event in run_training(run):
        if isinstance(event, Stepped) and event.step == 6:
            break
    assert (run.steps()[-1], run.snapshots()) == (3, [0, 1, 2, 3, 4, 5])
    next(run_training(run))  # resumes from step 3
    assert run.snapshots() == [0, 1, 2, 3]


# --- loading and resuming ------------------------------------------------------------------------------------------


def test_a_training_resumes_from_checkpoints_only_and_snapshots_are_refused_in_one_sentence(new_run, store):
    run = new_run(**EVERY_4)
    list(run_training(run))
    for refused in (run.load_checkpoint, run.pin_checkpoint, lambda step: fork(store, "run", step)):
        with pytest.raises(RunError, match=r"only the weights of step 4.*resumes from 12\.$"):
            refused(4)
    with pytest.raises(RunError, match=r"no model at step 5; there are 0, 4, 8, 12\."):
        run.load_model(5)
    with pytest.raises(RunError, match="no checkpoint at step 5"):
        run.load_checkpoint(5)
    assert [info.step for info in run.checkpoints()] == [12]
    assert (run.find_step(), run.find_model("last"), run.find_model("best"), run.find_model(0)) == (12, 12, 12, 0)


def test_without_snapshots_the_models_are_those_of_checkpoints(new_run):
    run = new_run(epochs=2, snapshot_freq=0)
    with pytest.raises(RunError, match="no checkpoint yet"):
        run.load_model(0)
    list(run_training(run))
    assert run.model_steps() == run.steps()
    run.load_model(run.steps()[0])


def test_settings_without_the_snapshot_interval_can_be_read(new_run, store):
    path = new_run().folder / "run.json"
    spec = json.loads(path.read_text())
    del spec["train"]["snapshot_freq"]
    path.write_text(json.dumps(spec))
    assert store.open("run").spec.train.snapshot_freq is TrainConfig().snapshot_freq is None


def test_a_damaged_snapshot_is_reported_and_does_not_disturb_the_training(new_run, store):
    run = new_run(**EVERY_4)
    list(run_training(run))
    (run.snapshot_folder(4) / "model.safetensors").write_bytes(b"gone")
    with pytest.raises(CheckpointError, match="step_00000004"):
        run.load_model(4)
    run.load_model(8)
    events = list(run_training(store.extend("run", 9)))
    assert not [event for event in events if isinstance(event, Warned)]


def test_a_fork_has_its_parent_s_snapshots_up_to_its_step(new_run, store):
    parent = new_run("parent", **{**EVERY_4, "save_freq": 6, "keep_checkpoints": 9})
    list(run_training(parent))
    run = fork(store, "parent", 6)
    assert run.snapshots() == [0, 4]
    store.delete("parent")
    run.load_model(0)
    list(run_training(run))
    assert run.snapshots() == [0, 4, 8, 12]


def test_an_archive_contains_the_snapshots(new_run, tmp_path):
    run = new_run("tale", **EVERY_4)
    list(run_training(run))
    there = import_run(RunStore(tmp_path / "elsewhere"), export_run(run, tmp_path / "tale.zip"))
    assert there.snapshots() == [0, 4, 8, 12]
    assert same(there.load_model(4).state_dict(), run.load_model(4).state_dict())


@pytest.mark.parametrize("fault", ["damaged", "of another step", "with an optimizer"])
def test_fault_17_an_archive_with_an_invalid_snapshot_is_refused(new_run, tmp_path, fault):
    run = new_run("tale", **EVERY_4)
    list(run_training(run))
    folder = run.snapshot_folder(8)
    if fault == "damaged":
        (folder / "model.safetensors").write_bytes(b"\0" * 100)
    elif fault == "of another step":
        folder.rename(run.snapshot_folder(9))
    else:
        (folder / "optimizer.safetensors").write_bytes(b"")
    elsewhere = RunStore(tmp_path / "elsewhere")
    with pytest.raises((CheckpointError, RunError)) as refused:
        import_run(elsewhere, export_run(run, tmp_path / "tale.zip"))
    assert "\n" not in str(refused.value)
    assert elsewhere.names() == []
