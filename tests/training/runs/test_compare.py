from typing import get_args

import pytest

from playground.training.jobs.session import run_training
from playground.training.loop.events import Evaluated, Stepped
from playground.training.runs.compare import Axis, curves, differences
from playground.training.runs.fork import fork


def test_only_settings_that_differ_are_listed(store, new_run):
    specs = [new_run("a", lr=0.01).spec, new_run("b", lr=0.02, emb_dim=32).spec, new_run("c", lr=0.02).spec]
    found = {row.setting: row.values for row in differences(specs)}
    assert found == {"emb_dim": (16, 32, 16), "lr": (0.01, 0.02, 0.02)}


def test_another_text_is_shown_by_name_and_digest(new_run):
    specs = [new_run("a").spec, new_run("b", text="Another text altogether, and no mistake. " * 40).spec]
    row = next(row for row in differences(specs) if row.setting == "text")
    assert row.values[0] != row.values[1]
    assert all(value.startswith("story.txt (") for value in row.values)


def test_a_fork_differs_from_its_parent_by_its_origin(store, new_run):
    run = new_run("a", epochs=2)
    list(run_training(run))
    child = fork(store, "a", run.steps()[0])
    assert [(row.setting, row.values) for row in differences([run.spec, child.spec])] == [
        ("forked from", ("", f"a, step {run.steps()[0]}"))
    ]


def test_one_run_or_none_has_no_differences(new_run):
    assert differences([]) == differences([new_run().spec]) == []


@pytest.mark.parametrize("over", get_args(Axis))
def test_curves_have_every_step_and_evaluation_on_each_axis(new_run, over):
    run = new_run(eval_freq=3)
    events = list(run_training(run))
    found = curves(run, over)
    steps = [event for event in events if isinstance(event, Stepped)]
    evals = [event for event in events if isinstance(event, Evaluated)]
    field = {"steps": "step", "epochs": "epoch", "tokens": "tokens_seen", "seconds": "elapsed_s"}[over]
    assert found.loss_y == [event.loss for event in steps]
    assert found.loss_x == [getattr(event, field) for event in steps] == sorted(found.loss_x)
    assert found.eval_x == [getattr(event, field) for event in evals]
    assert (found.train_y, found.val_y) == ([e.train_loss for e in evals], [e.val_loss for e in evals])


def test_steps_undone_by_a_crash_are_in_a_curve_once(new_run):
    run = new_run(save_freq=4)
    training = run_training(run)
    for event in training:
        if event.step == 7:
            break
    training.close()
    list(run_training(run))
    x = curves(run).loss_x
    assert x == list(range(1, len(x) + 1))


def test_the_validation_curve_of_a_fork_starts_at_the_last_evaluation_before_the_fork(store, new_run):
    parent = new_run("a", epochs=2, eval_freq=2, save_freq=6, keep_checkpoints=100)
    list(run_training(parent))
    child = fork(store, "a", 6, train=parent.spec.train.replace(lr=0.01))
    list(run_training(child))
    found, of_parent = curves(child), curves(parent)
    assert found.loss_x[0] == 7
    assert (found.eval_x[:2], found.val_y[0]) == ([5, 7], of_parent.val_y[of_parent.eval_x.index(5)])
    store.delete("a")
    without_parent = curves(child)
    assert (without_parent.eval_x, without_parent.val_y) == (found.eval_x[1:], found.val_y[1:])
    assert without_parent.loss_x == found.loss_x


def test_a_lowest_learning_rate_that_is_left_out_differs_only_by_what_it_amounts_to(new_run):
    given, left_out, other = (
        new_run(name, lr=lr, lr_schedule="cosine", min_lr=floor).spec
        for name, lr, floor in (("a", 0.01, 0.001), ("b", 0.01, None), ("c", 0.02, None))
    )
    assert differences([given, left_out]) == []
    assert [row.setting for row in differences([left_out, other])] == ["lr"]
    assert [row.setting for row in differences([given, other])] == ["lr", "min_lr"]
