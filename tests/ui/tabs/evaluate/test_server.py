"""What the Evaluate tab asks the server for."""

import base64
import math

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.evaluation.token_losses import per_token_losses
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore
from playground.ui.context import Context
from playground.ui.exchange import server_function
from playground.ui.tabs.evaluate.server import EvaluateServer

TEXT = "The old clock in the tower said a quarter past nine, and nobody believed it.\n" * 40
MODEL = ModelConfig(context_length=16, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0)


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    store = RunStore(tmp_path_factory.mktemp("runs"))
    train = TrainConfig(epochs=4, lr=1e-2, threads=1, sample_tokens=0, eval_freq=10, snapshot_freq=20)
    list(run_training(store.create("clock", TEXT, MODEL, DataConfig(batch_size=4), train)))
    made = Context.open(store.root)
    yield made
    made.jobs.shutdown()


@pytest.fixture(scope="module")
def server(context):
    return EvaluateServer(context)


@pytest.fixture
def ask(server):
    def call(name, query):
        function = server_function(getattr(server, name))
        for _ in range(400):
            answer = function(query)
            if "progress" not in answer:
                return answer
        raise AssertionError("no result")

    return call


def test_a_passage_has_the_losses_of_its_tokens(context, ask):
    answer = ask("passage", {"run": "clock", "source": "validation"})
    run = context.store.open("clock")
    expected = per_token_losses(run.load_model(), run.corpus().val_ids)
    assert answer["total"] == len(run.corpus().val_ids)
    assert [token["l"] for token in answer["tokens"][1:]] == pytest.approx(expected.loss[:199].tolist(), abs=1e-5)
    assert answer["references"]["uniform"] == pytest.approx(math.log(run.spec.model.vocab_size))
    assert answer["references"]["untrained"] > answer["loss"]
    assert answer["references"]["bigram"] < answer["references"]["unigram"] < answer["references"]["uniform"]


def test_later_passages_begin_at_whole_pages_and_never_beyond_the_end(ask):
    first = ask("passage", {"run": "clock", "source": "train"})
    second = ask("passage", {"run": "clock", "source": "train", "start": 250})
    assert (second["start"], second["tokens"][0]["c"] > 0) == (200, True)
    last = ask("passage", {"run": "clock", "source": "train", "start": 2**53})
    assert last["start"] + len(last["tokens"]) == first["total"]


def test_every_step_can_be_looked_at(ask):
    losses = [ask("passage", {"run": "clock", "source": "train", "step": step})["loss"] for step in ("0", "best")]
    assert losses[0] > losses[1]


def test_own_texts_are_read_in_the_vocabulary_of_the_run(ask):
    answer = ask("passage", {"run": "clock", "source": "own", "text": "<b>Nobody</b> 👩‍👩‍👧"})
    assert "".join(token["t"] for token in answer["tokens"]) == "<b>Nobody</b> 👩‍👩‍👧"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"run": "", "source": "train"}, "There is no run to evaluate yet"),
        ({"run": "gone", "source": "train"}, "gone"),
        ({"run": "../clock", "source": "train"}, "../clock"),
        ({"run": "clock", "source": "train", "step": "newest"}, "choose last, best"),
        ({"run": "clock", "source": "train", "step": "7777"}, "no model at step 7777"),
        ({"run": "clock", "source": "own", "text": "  "}, "blank"),
        ({"run": "clock", "source": "own", "text": "a"}, "one token"),
        ({"run": "clock", "source": "other"}, "not understood"),
        ({"run": "clock", "source": "train", "start": -1}, "not understood"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_in_a_sentence(ask, query, sentence):
    answer = ask("passage", query)
    assert sentence in answer["error"]
    assert "\n" not in answer["error"]


@pytest.mark.process
def test_rows_honesty_and_learning_come_from_other_processes(ask, context):
    row = ask("row", {"run": "clock", "step": "last", "source": "validation"})
    assert row["loss"] == pytest.approx(
        per_token_losses(context.store.open("clock").load_model(), context.store.open("clock").corpus().val_ids).mean
    )
    assert set(ask("honesty", {"run": "clock"})) == {"train", "validation"}
    learned = ask("learned", {"run": "clock", "source": "validation"})
    assert learned["steps"][0] == 0
    assert ask("cancel_row", {"run": "clock", "source": "train"}) == {}
    assert ask("cancel_learned", {"run": "clock", "source": "train"}) == {}


@pytest.mark.process
def test_a_run_is_priced_at_the_pace_of_this_machine(ask):
    answer = ask("cost", {"run": "clock"})
    assert answer["training"]["tokens"]["value"] > 0
    assert answer["operations_per_s"] > 1e6


@pytest.mark.process
def test_checks_run_in_other_processes_and_missing_weights_are_named(ask):
    assert ask("check", {"name": "gpt2-1558M"}) == {"missing": "gpt2-1558M"}
    assert ask("check", {"name": "continue"})["apart"] == 0
    assert ask("cancel_check", {"name": "figures"}) == {}
    assert "not understood" in ask("check", {"name": "5.7"})["error"]


@pytest.mark.process
def test_a_second_look_needs_no_computing_also_after_the_server_was_started_again(ask, context):
    query = {"run": "clock", "source": "train", "start": 20}
    first = ask("learned", query)
    again = server_function(EvaluateServer(context).learned)
    assert again(query) == first  # at the first call
    assert "progress" in again({**query, "start": 30})
    server_function(EvaluateServer(context).cancel_learned)({**query, "start": 30})


@pytest.mark.process
def test_own_texts_are_not_written_beside_the_run(ask, context):
    before = set((context.store.open("clock").folder / "evaluated").iterdir())
    assert ask("row", {"run": "clock", "source": "own", "text": "The tower said nine."})["tokens"] > 1
    assert set((context.store.open("clock").folder / "evaluated").iterdir()) == before


def encoded(data):
    return base64.b64encode(data).decode()


@pytest.mark.process
def test_an_own_file_is_read_once_and_then_named(ask):
    read = ask("own_text", {"name": "tower.txt", "data": encoded("The tower said “nine”.".encode("utf-16"))})
    assert (read["name"], read["characters"]) == ("tower.txt", 22)
    query = {"run": "clock", "source": "own", "file": read["file"]}
    assert "".join(token["t"] for token in ask("passage", query)["tokens"]) == "The tower said “nine”."
    assert ask("row", query)["loss"] == ask("row", {**query, "file": "", "text": "The tower said “nine”."})["loss"]


def test_a_later_passage_of_an_own_file_comes_with_the_tokens_before_it_that_it_may_see(ask, context):
    read = ask("own_text", {"name": "tower.txt", "data": encoded(b"The tower said nine. " * 100)})
    query = {"run": "clock", "source": "own", "file": read["file"]}
    first, later = (ask("passage", {**query, "start": start}) for start in (0, 200))
    visible = context.store.open("clock").spec.model.context_length
    assert first["before"] == []
    assert later["before"] == [{"i": token["i"], "t": token["t"]} for token in first["tokens"][-visible:]]
    assert ask("passage", {"run": "clock", "source": "train", "start": 20})["before"] == []


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [
        ("own_text", {"name": "a.txt", "data": "%"}, "did not arrive as a whole"),
        ("own_text", {"name": "a.txt", "data": ""}, "a.txt"),
        ("own_text", {"name": "a.png", "data": encoded(b"\x89PNG\r\n\x1a\n" + bytes(64))}, "a.png"),
        ("own_text", {"name": "a.txt", "data": encoded(b"a" * 5_000_001)}, "a.txt"),
        ("passage", {"run": "clock", "source": "own", "file": "0" * 64}, "choose it again"),
        ("passage", {"run": "clock", "source": "own", "file": "../x"}, "not understood"),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_a_sentence(ask, name, query, sentence):
    assert sentence in ask(name, query)["error"]
