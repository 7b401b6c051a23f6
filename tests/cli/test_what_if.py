"""The command `what-if`, in this process, with a model that trains in a second."""

import json

import pytest
from typer.testing import CliRunner

from playground.cli.main import app
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, SettingsError
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

TEXT = "The river does not care who crosses it. " * 60


@pytest.fixture
def store(tmp_path):
    made = RunStore(tmp_path / "checkpoints")
    model = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
    train = TrainConfig(epochs=2, lr=1e-2, threads=1, sample_tokens=0, eval_freq=4, save_freq=4)
    list(run_training(made.create("Am Fluß", TEXT, model, DataConfig(batch_size=8), train, text_name="river")))
    return made


@pytest.fixture
def run(store):
    def call(*arguments):
        result = CliRunner().invoke(app, [*arguments, "--checkpoints", str(store.root)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


def test_a_run_is_trained_once_more_with_one_setting_changed_and_the_difference_is_said(run, store):
    shown = run("what-if", "Am Fluß", "--lr", "0.0001", "--name", "slow").stdout
    assert "learning rate 0.0001 instead of 0.01 the validation loss" in " ".join(shown.split())
    assert store.open("slow").spec.train.lr == 0.0001
    assert store.open("slow").status().state == "completed"


def test_a_setting_can_change_at_a_step(run, store):
    step = store.open("Am-Flu").steps()[0]
    events = [
        json.loads(line)
        for line in run("what-if", "Am Fluß", "--lr", "0.02", "--step", str(step), "--json").stdout.splitlines()
    ]
    assert (events[0]["type"], events[0]["step"], events[-1]["reason"]) == ("started", step, "completed")
    with pytest.raises(SettingsError, match="holds from the first step"):
        run("what-if", "Am-Flu", "--emb-dim", "32", "--step", "last")


@pytest.mark.parametrize(
    ("options", "given"),
    [([], "none"), (["--lr", "0.1", "--seed", "5"], "lr, seed"), (["--seed", "5", "--preset", "nano"], "seed, preset")],
)
def test_one_setting_has_to_be_given(run, options, given):
    with pytest.raises(SettingsError, match=f"give one setting to change.*given: {given}"):
        run("what-if", "Am-Flu", *options)


def test_the_value_of_the_run_itself_is_refused(run):
    with pytest.raises(SettingsError, match=r"it is 0\.01 in the run already"):
        run("what-if", "Am-Flu", "--lr", "0.01")


def test_a_run_that_is_not_there_is_refused(run):
    with pytest.raises(RunError, match="no run named tale"):
        run("what-if", "tale", "--seed", "5")
