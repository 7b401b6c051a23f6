import pytest

from playground.training.jobs.session import run_training


@pytest.fixture
def run(new_run):
    """A run with a checkpoint of every step, whose best one is neither first nor last."""
    run = new_run(save_freq=1, keep_checkpoints=1000, eval_freq=2, epochs=1)
    list(run_training(run))
    return run


@pytest.mark.parametrize("keep", [1, 3, 1000])
def test_fault_35_the_newest_the_best_and_the_pinned_checkpoints_stay(run, keep):
    steps, best = run.steps(), run.find_step("best")
    pinned = steps[1]
    deleted = run.saved.prune(keep, [pinned])
    assert run.steps() == sorted({*steps[-keep:], best, pinned})
    assert sorted(deleted + run.steps()) == steps
    assert run.find_step("best") == best
    assert run.saved.prune(keep, [pinned]) == []


def test_fault_35_pruning_while_training_keeps_the_best(new_run):
    run = new_run(save_freq=1, keep_checkpoints=2, eval_freq=3, epochs=2, lr=0.5)
    list(run_training(run))
    assert len(run.steps()) <= 3
    for step in run.steps():
        run.load_checkpoint(step)
    assert run.status().best_step in run.steps() or run.status().best_step not in saved(run)


def saved(run):
    return {event.step for event in run.events()[0] if event.type == "saved"}


def test_a_checkpoint_that_cannot_be_read_is_not_the_best_one(run):
    best = run.find_step("best")
    (run.step_folder(best) / "state.json").write_text("{}")
    assert run.find_step("best") != best


def test_half_deleted_checkpoints_are_deleted_and_damaged_ones_are_kept(run):
    first, second = run.steps()[:2]
    run.saved.quarantine(first)
    run.step_folder(second).rename(run.folder / f".gone-{second}")
    run.saved.delete_leftovers()
    assert run.steps()[0] > second
    assert [path.name for path in run.folder.iterdir() if path.name.startswith((".gone", ".damaged"))] == [
        f".damaged-{first}"
    ]


def test_fault_35_a_pinned_checkpoint_is_kept_during_training(store, new_run):
    run = new_run(save_freq=1, keep_checkpoints=1, eval_freq=100, epochs=2)
    training = run_training(run)
    next(event for event in training if event.type == "saved" and event.step == 2)
    run.pin_checkpoint(2)
    list(training)
    assert 2 in run.steps()
    assert 1 not in run.steps()
    assert len(run.steps()) < 5
