"""At which steps of a run texts are written, and what is said about the steps."""

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.jobs.session import run_training
from playground.training.runs.fork import fork
from playground.training.runs.history import read_history
from playground.training.runs.store import RunStore
from playground.ui.tabs.generate.lanes import loss_note, steps_to_show

TEXT = "so it goes, and so it went, and nobody asked the river why. " * 20
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)


def trained(store, name, **settings):
    train = TrainConfig(**{"epochs": 9, "max_steps": 12, "eval_freq": 5, "sample_tokens": 0, "threads": 1, **settings})
    run = store.create(name, TEXT, MODEL, DataConfig(batch_size=8), train)
    assert list(run_training(run))[-1].reason == "completed"
    return run


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Runs with many snapshots, with two, and with none."""
    store = RunStore(tmp_path_factory.mktemp("runs"))
    trained(store, "many", snapshot_freq=1, save_freq=5, keep_checkpoints=9)
    trained(store, "two", snapshot_freq=10, save_freq=3, keep_checkpoints=9)
    trained(store, "none", snapshot_freq=0, save_freq=6, keep_checkpoints=9)
    return store


def test_many_steps_are_thinned_evenly_and_the_first_and_the_last_stay(store):
    assert steps_to_show(store.open("many"), 99) == list(range(13))
    assert steps_to_show(store.open("many"), 4) == [0, 4, 8, 12]
    assert steps_to_show(store.open("many"), 12)[::11] == [0, 12]


def test_with_too_few_snapshots_the_checkpoints_are_shown(store):
    assert {0, 3, 6, 9, 10, 12} <= set(steps_to_show(store.open("two"), 99))
    assert steps_to_show(store.open("none"), 99) == store.open("none").steps()


def test_the_last_checkpoint_is_shown_even_if_it_is_no_snapshot(store):
    run = trained(store, "beside", snapshot_freq=5, max_steps=11)
    assert steps_to_show(run, 99) == [0, 5, 10, 11]


def test_the_losses_of_a_fork_include_those_of_its_parent(store):
    forked = fork(store, "many", 10, new_name="forked")
    list(run_training(forked))
    evaluations = read_history(forked).evaluations
    assert [event.step for event in evaluations] == [1, 6, 11, 12]
    assert loss_note(evaluations, 5).startswith("Loss at step 6: ")
    assert steps_to_show(forked, 99) == list(range(13))
