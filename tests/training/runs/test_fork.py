import pytest
import torch
from safetensors.torch import load_file

from playground.config import TrainConfig
from playground.errors import CheckpointError, RunError
from playground.training.jobs.session import run_training
from playground.training.loop.control import Control
from playground.training.loop.events import Started, Stepped
from playground.training.runs.fork import fork, settings_at
from playground.training.runs.spec import Parent

SETTINGS = {"epochs": 3, "save_freq": 2, "keep_checkpoints": 1000, "drop_rate": 0.2, "accumulation_steps": 2}


@pytest.fixture
def parent(new_run):
    run = new_run("parent", **SETTINGS)
    list(run_training(run))
    return run


def steps(events):
    return {event.step: (event.loss, event.lr) for event in events if isinstance(event, Stepped)}


def weights(run, step):
    return [load_file(run.step_folder(step) / f"{file}.safetensors") for file in ("model", "optimizer")]


def test_a_fork_with_the_same_settings_repeats_its_parent_bit_for_bit(store, parent):
    run = fork(store, "parent", 4)
    assert run.spec.parent == Parent(name="parent", step=4)
    events = list(run_training(run))
    assert events[0].exact
    expected = {step: numbers for step, numbers in steps(parent.events()[0]).items() if step > 4}
    assert steps(events) == expected
    last = parent.steps()[-1]
    for mine, theirs in zip(weights(run, last), weights(parent, last), strict=True):
        assert all(torch.equal(mine[name], theirs[name]) for name in theirs)


def test_a_fork_starts_with_the_weights_and_optimizer_state_of_its_parent(store, parent):
    run = fork(store, "parent", 4, train=parent.spec.train.replace(lr=0.1), new_name="hot")
    for mine, theirs in zip(weights(run, 4), weights(parent, 4), strict=True):
        assert mine.keys() == theirs.keys()
        assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
    before = steps(parent.events()[0])
    after = steps(list(run_training(run)))
    assert after[5][0] == before[5][0]  # batch, dropout and weights are the same, so the first loss is
    assert after[5][1] == 0.1
    assert after[6][0] != before[6][0]
    assert weights(parent, 4)  # the parent is unchanged


def test_other_settings_are_named_as_not_exact_and_dropout_may_change(store, parent):
    run = fork(store, "parent", 4, train=parent.spec.train.replace(weight_decay=0.5, epochs=4), drop_rate=0.0)
    started = next(event for event in run_training(run) if isinstance(event, Started))
    assert not started.exact
    assert "weight_decay (0.1, now 0.5)" in started.why_not_exact
    assert "drop_rate (0.2, now 0.0)" in started.why_not_exact


def test_a_changed_learning_rate_is_the_default_of_a_fork_and_can_be_overridden(store, new_run):
    run = new_run("parent", **SETTINGS)
    for event in run_training(run, control=lambda: Control("run", 0.0123)):
        if event.step == 5:
            break
    assert settings_at(run).lr == 0.0123
    kept = steps(list(run_training(fork(store, "parent", 4))))
    assert kept[5][1] == 0.0123
    chosen = steps(list(run_training(fork(store, "parent", 4, train=run.spec.train.replace(lr=0.005)))))
    assert chosen[5][1] == 0.005


def test_a_fork_is_named_after_its_parent_and_the_step(store, parent):
    longer = parent.spec.train.replace(epochs=9)
    assert [fork(store, "parent", which, train=longer).name for which in (4, 4, "best", "last")] == [
        "parent-from-4",
        "parent-from-4-2",
        f"parent-from-{parent.find_step('best')}",
        f"parent-from-{parent.find_step('last')}" + ("-2" if parent.find_step("best") == parent.find_step() else ""),
    ]
    row = next(row for row in store.runs() if row.name == "parent-from-4")
    assert (row.status.step, row.status.state) == (4, "stopped")
    assert "Forked from parent at step 4" in row.status.message


def test_a_fork_can_be_trained_after_its_parent_was_deleted(store, parent):
    run = fork(store, "parent", 4)
    store.delete("parent")
    assert list(run_training(run))[-1].reason == "completed"


def test_what_cannot_be_forked_is_refused_and_nothing_is_left_behind(store, parent):
    with pytest.raises(RunError, match="no checkpoint at step 3"):
        fork(store, "parent", 3)
    with pytest.raises(RunError, match="more epochs"):
        fork(store, "parent", "last")
    with pytest.raises(RunError, match="already"):
        fork(store, "parent", 4, new_name="parent")
    with pytest.raises(RunError, match="not allowed"):
        fork(store, "parent", 4, new_name="../x")
    path = parent.step_folder(4) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CheckpointError):
        fork(store, "parent", 4)
    assert [path.name for path in store.root.iterdir()] == ["parent"]


def test_a_complete_run_continues_with_more_epochs(store, new_run):
    run = new_run(epochs=1)
    list(run_training(run))
    done = run.status().step
    longer = store.extend("run", 2)
    events = list(run_training(longer))
    assert events[0].exact
    assert longer.status().step == 2 * done
    whole = new_run("whole", epochs=2)
    list(run_training(whole))
    assert steps(run.events()[0]) == steps(whole.events()[0])


def test_the_settings_at_a_checkpoint_are_the_run_s_own_if_unchanged(parent):
    assert settings_at(parent, 4) == parent.spec.train
    assert isinstance(settings_at(parent), TrainConfig)
