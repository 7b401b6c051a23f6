"""Evaluations as plain values for the page."""

import json

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import TextError
from playground.evaluation.evaluate import evaluate
from playground.evaluation.reports import honesty, learned, table_row
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

TEXT = "The old clock in the tower said a quarter past nine, and nobody believed it.\n" * 40
MODEL = ModelConfig(context_length=16, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    train = TrainConfig(epochs=6, lr=1e-2, threads=1, sample_tokens=0, eval_freq=10, snapshot_freq=20)
    made = RunStore(tmp_path_factory.mktemp("runs")).create("clock", TEXT, MODEL, DataConfig(batch_size=4), train)
    list(run_training(made))
    return made


@pytest.fixture
def shares():
    return []


def test_a_row_has_the_measures_of_its_text(run, shares):
    row = table_row(run.folder.parent, "clock", "last", "train", "", "sliding", on_progress=shares.append)
    assert row["loss"] == evaluate(run, part="train").loss
    assert (row["run"], row["step"], row["source"]) == ("clock", run.find_step("last"), "train")
    assert shares[-1] == 1.0
    own = table_row(run.folder.parent, "clock", 0, "own", "The tower said nine.", "sliding", on_progress=shares.append)
    assert own["loss"] == evaluate(run, "The tower said nine.", step=0).loss


def test_honesty_compares_both_parts(run, shares):
    answer = honesty(run.folder.parent, "clock", "last", on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    for part, ids in (("train", run.corpus().train_ids), ("validation", run.corpus().val_ids)):
        found = answer[part]
        assert found["tokens"] == len(ids) - 1
        assert sum(each["n"] for each in found["bins"]) == found["tokens"]
        assert sum(group["n"] for group in found["frequency"]) == found["tokens"]
        assert {group["n"] for group in found["place"]} == {(len(ids) - 1) // 16}  # every place is as frequent
        assert min(found["losses"]) <= found["losses"][found["temperatures"].index(1.0)]
        assert 0 <= found["error"] <= 1
    json.dumps(answer, allow_nan=False)


def test_a_passage_is_followed_over_the_steps(run, shares):
    answer = learned(run.folder.parent, "clock", "train", "", 5, on_progress=shares.append)
    assert answer["steps"] == run.model_steps()
    assert [len(row) for row in answer["losses"]] == [len(answer["tokens"]) - 1] * len(answer["steps"])
    assert [token["i"] for token in answer["tokens"]] == run.corpus().train_ids[5:205].tolist()
    assert sum(answer["losses"][-1]) < sum(answer["losses"][0])
    assert answer["evals"][0][0] < answer["evals"][-1][0]
    assert shares[-1] == 1.0
    json.dumps(answer, allow_nan=False)


def test_a_start_beyond_the_end_is_the_last_passage(run, shares):
    answer = learned(run.folder.parent, "clock", "validation", "", 10**9, on_progress=shares.append)
    assert answer["start"] == len(run.corpus().val_ids) - 2
    assert len(answer["tokens"]) == 2


def test_fault_50_a_text_without_two_tokens_gets_a_sentence(run, shares):
    with pytest.raises(TextError):
        learned(run.folder.parent, "clock", "own", "a", 0, on_progress=shares.append)
