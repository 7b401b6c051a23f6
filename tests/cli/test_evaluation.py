"""The command `evaluate`, with a model that trains in a second."""

import json

import pytest
from typer.testing import CliRunner

from playground.cli.main import app
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, TextError
from playground.evaluation.evaluate import evaluate
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

TEXT = "The river does not care who crosses it. " * 60
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = RunStore(tmp_path_factory.mktemp("runs") / "checkpoints")
    for name in ("one", "two"):
        train = TrainConfig(epochs=2, threads=1, sample_tokens=0, eval_freq=4)
        list(run_training(made.create(name, TEXT, MODEL, DataConfig(batch_size=8), train)))
    return made


@pytest.fixture
def call(store):
    def invoke(*arguments, **more):
        result = CliRunner().invoke(app, ["evaluate", *arguments, "--checkpoints", str(store.root)], **more)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    return invoke


def records(output):
    return [json.loads(line) for line in output.splitlines()]


def test_both_parts_of_every_run_are_measured(call, store):
    rows = records(call("one", "two", "--json"))
    assert [(row["run"], row["text"]) for row in rows] == [
        (run, part) for run in ("one", "two") for part in ("train", "validation")
    ]
    assert rows[1]["loss"] == pytest.approx(evaluate(store.open("one")).loss)
    assert {row["reading"] for row in rows} == {"sliding"}


def test_an_own_text_a_step_and_the_reading_can_be_chosen(call, tmp_path):
    path = tmp_path / "own.md"
    path.write_text("# The river\n\nIt does not care who crosses it, and it never did. " * 3)
    (row,) = records(call("one", "--text", str(path), "--step", "0", "--reading", "chapter", "--json"))
    assert (row["text"], row["step"], row["reading"], row["context_length"]) == ("own", 0, "chapter", 16)
    (piped,) = records(call("one", "--text", "-", "--step", "0", "--json", input="It does not care."))
    assert piped["text"] == "stdin"


def test_people_see_a_table(call):
    shown = call("one")
    assert "bits/byte" in shown
    assert "validation" in shown


def test_what_does_not_exist_is_refused(call):
    with pytest.raises(RunError, match="gone"):
        call("gone")
    with pytest.raises(TextError, match="no file"):
        call("one", "--text", "nowhere.txt")
