"""The place: which run is the current one, and what can be chosen in the header."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.jobs.session import run_training
from playground.training.runs.recorded import NAME, bring_in_recorded
from playground.training.runs.store import RunStore
from playground.ui.context import Context, Limits
from playground.ui.exchange import server_function
from playground.ui.place import Place, PlaceServer, step_choices

TEXT = "so it goes, and so it went, and nobody asked the river why. " * 20
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "checkpoints")


def ask(store, limits=None, **query):
    context = Context.open(store.root, limits=limits)
    return server_function(PlaceServer(context).runs)({"run": "", **query})


def make(store, name, step=0):
    run = store.create(name, TEXT, MODEL, train=TrainConfig(start_context=f"Once, {name}"))
    run.set_status(run.status().model_copy(update={"step": step}))
    return run


def begin(run):
    run.set_status(run.status().model_copy(update={"state": "running"}).by_this_process())


def test_without_runs_there_is_no_current_one(store):
    assert ask(store) == {"runs": [], "titles": [], "current": None, "steps": [], "prompt": "", "missing": None}


def test_the_run_in_the_address_is_the_current_one(store):
    make(store, "river", 5)
    make(store, "newer", 5)
    answer = ask(store, run="river")
    assert (answer["current"], answer["prompt"], answer["runs"]) == ("river", "Once, river", ["newer", "river"])


def test_a_run_that_is_not_there_is_said_and_no_other_takes_its_place(store):
    make(store, "river", 5)
    for name in ("gone", "../river", "<b>", "x" * 300):
        answer = ask(store, run=name)
        assert answer["current"] == name
        assert answer["missing"] == f"There is no run “{name}” here: it may have been deleted. Choose another."
        assert (answer["steps"], answer["runs"]) == ([], ["river"])


def test_without_an_address_it_is_a_run_that_is_trained_or_the_newest_that_was(store):
    river = make(store, "river")
    assert ask(store)["current"] is None
    for name, step in (("older", 5), ("newer", 5), ("never-trained", 0)):
        make(store, name, step)
    store.open("older").set_pinned(True)
    assert ask(store)["current"] == "newer"
    begin(river)
    assert ask(store)["current"] == "river"


def test_on_a_public_server_it_is_a_known_run_or_the_recorded_one(store):
    bring_in_recorded(store)
    make(store, "river", 5)
    public = Limits.public()
    assert ask(store, public)["current"] == NAME
    assert ask(store, public, known=["river"])["current"] == "river"
    assert ask(store, public, known=["river"])["runs"] == ["river", NAME]


def test_fault_47_a_public_server_names_no_run_that_the_visitor_does_not_know(store):
    begin(make(store, "river", 5))
    assert ask(store, Limits.public()) == ask(RunStore(store.root / "none"))


def test_all_steps_are_offered_whose_weights_exist(store):
    train = TrainConfig(max_steps=12, eval_freq=5, snapshot_freq=10, save_freq=3, sample_tokens=0, threads=1)
    run = store.create("few", TEXT, MODEL, DataConfig(batch_size=8), train.replace(epochs=9, keep_checkpoints=9))
    assert list(run_training(run))[-1].reason == "completed"
    choices = step_choices(run)
    assert choices[:3] == [("last", "Last"), ("best", f"Best (step {run.find_step('best')})"), ("12", "Step 12")]
    assert choices[-1] == ("0", "Step 0, untrained")
    assert {value for value, _ in choices[2:]} == {str(step) for step in run.model_steps()}
    assert step_choices(make(store, "untrained")) == []


@given(
    st.builds(
        Place, run=st.text(max_size=300), step=st.sampled_from(["last", "best", "7"]), prompt=st.text(max_size=100)
    )
)
def test_a_place_is_read_back_from_its_json(place):
    assert Place.from_json(place.to_json()) == place


@pytest.mark.parametrize("text", [None, "", "{", "[]", "7", json.dumps({"run": ["a"]}), json.dumps({"other": 1})])
def test_a_damaged_place_is_read_as_none(text):
    assert Place.from_json(text) == Place()
