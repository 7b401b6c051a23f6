import dataclasses
import math
import time
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.jobs.session import run_training
from playground.training.runs.recorded import NAME
from playground.ui.context import Context, Limits
from playground.ui.exchange import server_function
from playground.ui.tabs.runs.archives import make_archive
from playground.ui.tabs.runs.server import MAX_COMPARED, RunsServer
from playground.ui.tabs.train.server import LiveServer
from playground.ui.visitors import Owners, Visitor

TEXT = "It was the best of times, it was the worst of times. " * 20
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)

ME, OTHER = (SimpleNamespace(client=SimpleNamespace(host=host)) for host in ("10.0.0.1", "10.0.0.2"))


def make(context, name, trained=True, **settings):
    train = TrainConfig(**{"epochs": 2, "threads": 1, "sample_tokens": 0, "eval_freq": 2, "save_freq": 4, **settings})
    run = context.store.create(name, TEXT, MODEL, DataConfig(batch_size=4), train, text_name="tale")
    if trained:
        list(run_training(run))
    return run


@pytest.fixture
def context(tmp_path):
    made = Context.open(tmp_path / "checkpoints")
    yield made
    made.jobs.shutdown()


def asked(server):
    """The server functions as Gradio calls them, with what a browser sent."""
    names = [name for name in ("rows", "detail", "compare", "act", "news", "command") if hasattr(server, name)]
    return SimpleNamespace(**{name: server_function(getattr(server, name)) for name in names})


@pytest.fixture
def server(context):
    return asked(RunsServer(context))


def names(answer):
    return [row["name"] for row in answer["runs"]]


def test_a_row_has_what_the_table_shows(context, server):
    run = make(context, "one")
    row = server.rows({})["runs"][0]
    assert (row["name"], row["text"], row["state"], row["pinned"]) == ("one", "tale", "completed", False)
    assert row["step"] == row["total_steps"] == run.steps()[-1]
    assert row["best_val_loss"] <= row["val_loss"]
    assert row["size_bytes"] > 10_000


def test_a_damaged_run_is_reported_beside_the_others(context, server):
    make(context, "good", trained=False)
    (make(context, "bad", trained=False).folder / "run.json").write_text("{")
    answer = server.rows({})
    assert names(answer) == ["good"]
    assert "bad" in answer["unreadable"][0]


def test_fault_47_on_a_public_server_only_known_names_are_shown(tmp_path):
    context = Context.open(tmp_path / "checkpoints", limits=Limits.public())
    for name in ("mine", "theirs"):
        make(context, name, trained=False)
    server = asked(RunsServer(context))
    assert names(server.rows({})) == []
    assert names(server.rows({"known": ["mine", "../mine", "unknown"]})) == ["mine"]
    assert "error" in server.rows({"known": ["x"] * 1000})
    assert "key to a run" in server.act({"action": "rename", "run": "mine", "new_name": "guess"}, ME)["error"]


@pytest.mark.parametrize("action", ["resume", "stop", "pin", "pin_checkpoint", "rename", "delete"])
def test_fault_66_on_a_public_server_nobody_changes_the_recorded_run(tmp_path, action):
    context = Context.open(tmp_path / "checkpoints", limits=Limits.public(), recorded_run=True)
    server = asked(RunsServer(context))
    answer = server.act({"action": action, "run": NAME, "new_name": "mine", "pinned": True}, ME)
    assert answer == {"error": f"{NAME} is here for every visitor, so it stays as it is; fork it to train it further."}
    assert names(server.rows({})) == [NAME]


def test_on_a_private_server_the_recorded_run_is_one_like_any_other(tmp_path):
    context = Context.open(tmp_path / "checkpoints", recorded_run=True)
    server = asked(RunsServer(context))
    assert server.act({"action": "rename", "run": NAME, "new_name": "mine"}, ME)["run"] == "mine"
    server.act({"action": "delete", "run": "mine"}, ME)
    assert names(asked(RunsServer(Context.open(context.store.root, recorded_run=True))).rows({})) == []


def test_the_detail_of_a_run_offers_its_checkpoints_and_one_epoch_more(context, server):
    run = make(context, "one", lr=0.01)
    answer = server.detail({"run": "one"})
    assert [row["step"] for row in answer["checkpoints"]] == run.steps()
    assert answer["settings"]["lr"] == 0.01
    assert answer["settings"]["epochs"] == 3
    assert server.detail({"run": "one", "step": run.steps()[0]})["settings"]["epochs"] == 2


def test_runs_are_compared_over_any_axis(context, server):
    make(context, "one")
    make(context, "two", lr=0.01)
    for over in ("steps", "epochs", "tokens", "seconds"):
        answer = server.compare({"runs": ["one", "two"], "over": over})
        assert [curve["name"] for curve in answer["curves"]] == ["one", "two"]
        assert all(len(curve["val"]["x"]) == len(curve["val"]["y"]) > 2 for curve in answer["curves"])
        assert answer["differences"] == [{"setting": "lr", "values": ["0.0004", "0.01"]}]
    assert "steps" in server.compare({"runs": ["one"], "over": "cheese"})["error"]
    assert f"at most {MAX_COMPARED}" in server.compare({"runs": ["one"] * (MAX_COMPARED + 1), "over": "steps"})["error"]


def test_a_run_is_renamed_pinned_deleted_and_restored(context, server):
    make(context, "one")
    assert server.act({"action": "rename", "run": "one", "new_name": " two "}, ME)["run"] == "two"
    server.act({"action": "pin", "run": "two", "pinned": True}, ME)
    assert "pinned" in server.act({"action": "delete", "run": "two"}, ME)["error"]
    server.act({"action": "pin", "run": "two", "pinned": False}, ME)
    deleted = server.act({"action": "delete", "run": "two"}, ME)
    assert names(server.rows({})) == []
    assert server.act({"action": "undo", "run": deleted["undo"]}, ME)["run"] == "two"
    assert names(server.rows({})) == ["two"]
    step = context.store.open("two").steps()[0]
    server.act({"action": "pin_checkpoint", "run": "two", "step": step, "pinned": True}, ME)
    assert context.store.open("two").marks().checkpoints == [step]


def test_titles_are_shown_wherever_a_run_is_named(context, server):
    make(context, "Der Prozeß", trained=False)
    make(context, "plain", trained=False)
    assert {row["name"]: row["title"] for row in server.rows({})["runs"]} == {
        "Der-Proze": "Der Prozeß",
        "plain": "plain",
    }
    assert server.compare({"runs": ["plain", "Der-Proze"], "over": "steps"})["titles"] == ["plain", "Der Prozeß"]
    answer = server.act({"action": "rename", "run": "plain", "new_name": "変身"}, ME)
    assert answer == {"run": "run", "message": "plain is now called 変身."}
    assert "not allowed" in server.act({"action": "rename", "run": "run", "new_name": "../x y"}, ME)["error"]


@pytest.mark.process
def test_a_fork_is_made_and_started_with_the_settings_asked_for(context, server):
    make(context, "one", lr_schedule="cosine", min_lr=1e-4)
    asked = {"lr": 5e-5, "epochs": 3, "drop_rate": 0.0, "lr_schedule": "constant", "weight_decay": 0.0}
    answer = server.act({"action": "fork", "run": "one", "step": 4, "settings": asked, "new_name": "two"}, ME)
    assert answer["run"] == "two"
    spec = context.store.open("two").spec
    assert (spec.parent.name, spec.parent.step) == ("one", 4)
    assert (spec.train.lr, spec.train.epochs, spec.train.lr_schedule) == (5e-5, 3, "constant")
    assert spec.model.drop_rate == 0.0
    wait_until_inactive(context, "two")
    assert context.store.open("two").status().state == "completed"


@pytest.mark.process
def test_what_if_trains_a_run_with_one_setting_changed_and_tells_the_difference(context, server):
    make(context, "one", lr=0.01)
    offered = {offer["name"]: offer for offer in server.detail({"run": "one"})["what_if"]}
    assert (offered["lr"]["value"], offered["lr"]["suggested"], offered["lr"]["label"]) == (
        0.01,
        0.0025,
        "Learning rate",
    )
    query = {"action": "what_if", "run": "one", "setting": "lr", "value": 0.001, "step": "start"}
    answer = server.act(query, ME)
    assert answer["message"].endswith("is trained from the start: as one, but learning rate 0.001.")
    wait_until_inactive(context, answer["run"])
    compared = server.compare({"runs": ["one", answer["run"]], "over": "steps"})
    assert compared["differences"] == [{"setting": "lr", "values": ["0.01", "0.001"]}]
    assert compared["verdict"].startswith("With learning rate 0.001 instead of 0.01 the validation loss was lowest at ")


@pytest.mark.parametrize(
    "setting", ["lr", "preset", "seed", "drop_rate", "vocabulary", "batch_size", "epochs", "shuffle"]
)
def test_what_is_suggested_is_another_value_than_that_of_the_run(context, server, setting):
    make(context, "one", trained=False)
    offer = next(offer for offer in server.detail({"run": "one"})["what_if"] if offer["name"] == setting)
    assert offer["suggested"] != offer["value"]
    assert offer["help"]
    if offer["choices"]:
        assert offer["suggested"] in [value for value, _ in offer["choices"]]


def wait_until_inactive(context, name):
    deadline = time.monotonic() + 60
    while context.jobs.active(name):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    "settings",
    [
        None,
        [],
        {"threads": 99},
        {"lr": math.nan},
        {"lr": -1},
        {"lr": "fast"},
        {"epochs": 0},
        {"drop_rate": 1},
        {"epochs": 1},
    ],
)
def test_fault_10_an_impossible_fork_is_refused_in_a_sentence(context, server, settings):
    make(context, "one")
    answer = server.act({"action": "fork", "run": "one", "step": "last", "settings": settings}, ME)
    assert "\n" not in answer["error"]
    assert context.store.names() == ["one"]


@pytest.mark.process
def test_an_inactive_run_is_resumed_and_an_active_one_stopped(context, server):
    make(context, "one", trained=False, epochs=100_000)
    assert "goes on" in server.act({"action": "resume", "run": "one"}, ME)["message"]
    assert "stop it first" in server.act({"action": "delete", "run": "one"}, ME)["error"]
    server.act({"action": "stop", "run": "one"}, ME)
    wait_until_inactive(context, "one")
    assert context.store.open("one").status().state == "stopped"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ACTIONS = ["resume", "stop", "pin", "pin_checkpoint", "rename", "delete", "undo", "fork", "what_if", "explode"]


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return asked(RunsServer(Context.open(tmp_path_factory.mktemp("empty"))))


@given(
    query=JUNK,
    run=JUNK,
    action=st.sampled_from(ACTIONS),
    extra=st.dictionaries(
        st.sampled_from(["step", "settings", "new_name", "over", "runs", "known", "pinned", "value"]), JUNK
    ),
)
def test_fault_13_whatever_is_sent_is_answered_and_never_raises(empty, query, run, action, extra):
    for ask in (empty.rows, empty.detail, empty.compare, lambda query: empty.act(query, ME)):
        assert isinstance(ask(query), dict)
        assert isinstance(ask({**extra, "run": run, "action": action}), dict)


def test_an_archive_has_an_unguessable_path_and_is_removed_later(context, tmp_path, monkeypatch):
    make(context, "one")
    first = make_archive(context, "one", tmp_path)
    assert len(first.parent.name) == 32
    assert first.name == "one.zip"
    monkeypatch.setattr("playground.ui.tabs.runs.archives._KEPT_S", -1.0)
    second = make_archive(context, "one", tmp_path)
    assert second.exists()
    assert not first.exists()


@pytest.mark.process
def test_fault_43_forks_and_resumes_count_for_the_visitor_who_asks(tmp_path):
    limits = dataclasses.replace(Limits(), max_runs_per_visitor=1)
    context = Context.open(tmp_path / "checkpoints", limits=limits)
    server, run = asked(RunsServer(context)), make(context, "one")
    long = {"epochs": 5000}
    try:
        forked = server.act({"action": "fork", "run": "one", "step": 4, "settings": long}, ME)["run"]
        before = context.store.names()
        for query in ({"action": "fork", "step": 4, "settings": long}, {"action": "resume"}):
            assert "trainings of yours" in server.act({**query, "run": run.name}, ME)["error"]
        live = asked(LiveServer(context))
        for action in ("resume", "step", "extend"):
            assert "trainings of yours" in live.command({"run": run.name, "action": action}, ME)["error"]
        assert context.store.names() == before
        assert "error" not in live.command({"run": forked, "action": "pause"}, ME)
        assert "error" not in live.command({"run": forked, "action": "resume"}, ME)
        assert server.act({"action": "fork", "run": "one", "step": 4, "settings": long}, OTHER)["run"] != forked
    finally:
        context.jobs.shutdown(timeout_s=20)


@pytest.mark.process
def test_fault_79_a_stranger_cannot_stop_pause_or_change_anothers_training(tmp_path):
    context = Context.open(tmp_path / "checkpoints", limits=Limits.public())
    server, live = asked(RunsServer(context)), asked(LiveServer(context))
    run = make(context, "one", trained=False, epochs=5000).name
    try:
        assert "error" not in server.act({"action": "resume", "run": run, "visitor": "mine"}, ME)
        for action in ("stop", "pause", "resume", "step", "set_lr", "extend"):
            for visitor in ("theirs", ""):
                refused = live.command({"run": run, "action": action, "lr": 0.1, "visitor": visitor}, OTHER)
                assert "Another visitor started this training" in refused["error"]
        live.command({"run": run, "action": "claim", "visitor": "theirs"}, OTHER)  # without effect
        assert "Another visitor" in server.act({"action": "stop", "run": run, "visitor": "theirs"}, OTHER)["error"]
        assert [live.news({"run": run, "visitor": who})["status"]["may_control"] for who in ("mine", "theirs")] == [
            True,
            False,
        ]
        rows = [server.rows({"known": [run], "visitor": who})["runs"][0] for who in ("mine", "theirs")]
        assert [row["may_control"] for row in rows] == [True, False]
        assert "error" not in live.command({"run": run, "action": "stop", "visitor": "mine"}, OTHER)
        wait_until_inactive(context, run)
        assert "error" not in server.act({"action": "resume", "run": run, "visitor": "theirs"}, OTHER)
        assert "Another" in live.command({"run": run, "action": "stop", "visitor": "mine"}, ME)["error"]
    finally:
        context.jobs.shutdown(timeout_s=20)


@pytest.mark.process
def test_who_waits_is_told_behind_whose_training(tmp_path):
    context = Context.open(tmp_path / "checkpoints", limits=Limits.public())
    server, live = asked(RunsServer(context)), asked(LiveServer(context))
    for name in ("first", "second"):
        make(context, name, trained=False, epochs=50_000)
        server.act({"action": "resume", "run": name, "visitor": name}, ME)
    try:
        deadline = time.monotonic() + 60
        while context.store.open("first").status().step < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        waits = live.news({"run": "second", "visitor": "second"})["status"]["waiting"]
        assert (waits["place"], waits["whose"], waits["state"]) == (1, "another", "running")
        assert waits["seconds"] > 1
        assert server.rows({"known": ["second"], "visitor": "first"})["runs"][0]["waiting"]["whose"] == "yours"
    finally:
        context.jobs.shutdown(timeout_s=20)


def test_a_run_started_without_a_token_belongs_to_its_address_until_that_claims_it():
    owners, bare = Owners(), Visitor("10.0.0.1")
    owners.set("one", bare)
    assert owners.is_owner("one", bare)
    owners.claim("one", Visitor("10.0.0.2", "theirs"))
    assert not owners.is_owner("one", Visitor("10.0.0.2", "theirs"))
    owners.claim("one", Visitor("10.0.0.1", "mine"))
    owners.claim("one", Visitor("10.0.0.1", "later"))
    assert [owners.is_owner("one", Visitor("10.0.0.1", token)) for token in ("mine", "later", "")] == [
        True,
        False,
        False,
    ]
    assert owners.is_owner("unknown", bare)
