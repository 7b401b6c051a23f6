"""The command `inspect`, with a model that trains in a second."""

import json

import pytest
from typer.testing import CliRunner

from playground.cli.main import app
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, SettingsError
from playground.evaluation.inspect import inspect
from playground.text.tokenizer import text_to_token_ids
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

TEXT = "The river does not care who crosses it. " * 60
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=2)
PROMPT = "The river does not care"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = RunStore(tmp_path_factory.mktemp("runs") / "checkpoints")
    train = TrainConfig(epochs=2, threads=1, sample_tokens=0, eval_freq=4)
    list(run_training(made.create("one", TEXT, MODEL, DataConfig(batch_size=8), train)))
    return made


@pytest.fixture
def call(store):
    def invoke(*arguments):
        result = CliRunner().invoke(app, ["inspect", *arguments, "--checkpoints", str(store.root)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    return invoke


def test_json_has_the_numbers_of_the_python_function(call, store):
    run = store.open("one")
    ids = text_to_token_ids(PROMPT, run.tokenizer)[0]
    for options, place, step in (((), None, "last"), (("--token", "3", "--step", "0"), 3, 0)):
        row = json.loads(call("one", "--prompt", PROMPT, *options, "--json"))
        expected = inspect(run.load_model(step), ids, place)
        assert row["token"]["id"] == expected.token
        assert row["token"]["probability"] == pytest.approx(float(expected.probabilities[-1]))
        assert [state["rank"] - 1 for state in row["layers"]] == expected.ranks.tolist()
        assert sum(row["attention"]["mean"]) == pytest.approx(1, abs=1e-5)
        differences = [effect["log_probability_difference"] for effect in row["switched_off"]]
        assert differences == pytest.approx([effect.difference for effect in expected.effects])


def test_people_see_tables(call):
    shown = " ".join(call("one", "--prompt", PROMPT).split())
    assert "layer 1 feed-forward" in shown
    assert "Looked at" in shown
    assert "switched off" in shown


def test_what_does_not_exist_is_refused(call):
    with pytest.raises(RunError, match="gone"):
        call("gone")
    with pytest.raises(SettingsError, match="choose 1 to"):
        call("one", "--prompt", PROMPT, "--token", "99")
