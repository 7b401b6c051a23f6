"""The commands for existing runs, in this process, with a model that trains in a second."""

import json

import pytest
from typer.testing import CliRunner

from playground.cli.main import app
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, SettingsError
from playground.training.jobs.session import run_training
from playground.training.runs.status import Status
from playground.training.runs.store import RunStore

TEXT = "The river does not care who crosses it. " * 60


@pytest.fixture
def store(tmp_path):
    made = RunStore(tmp_path / "checkpoints")
    for name, lr in (("one", 1e-3), ("two", 1e-2)):
        model = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
        train = TrainConfig(epochs=2, lr=lr, threads=1, sample_tokens=0, eval_freq=4, save_freq=4)
        list(run_training(made.create(name, TEXT, model, DataConfig(batch_size=8), train, text_name="river")))
    return made


@pytest.fixture
def run(store):
    def call(*arguments, **more):
        result = CliRunner().invoke(app, [*arguments, "--checkpoints", str(store.root)], **more)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


def records(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_runs_prints_a_table_or_json(run, store):
    store.open("one").set_pinned(True)
    rows = records(run("runs", "--json"))
    assert [row["name"] for row in rows] == ["one", "two"]
    assert rows[0]["pinned"]
    assert rows[0]["state"] == "completed"
    assert rows[0]["val_loss"] > 0
    assert rows[0]["text_name"] == "river"
    shown = run("runs").stdout
    assert "*one" in shown
    assert f"{rows[1]['val_loss']:.3f}" in shown


def test_an_empty_folder_has_no_runs(tmp_path):
    result = CliRunner().invoke(app, ["runs", "--checkpoints", str(tmp_path / "nothing")])
    assert "no runs" in result.stdout


def test_resume_continues_and_more_epochs_train_a_completed_run_longer(run, store):
    assert not [event for event in records(run("resume", "one", "--json")) if event["type"] == "stepped"]
    events = records(run("resume", "one", "--epochs", "3", "--json"))
    assert events[0]["step"] == 2 * events[0]["steps_per_epoch"]
    assert events[0]["exact"]
    assert store.open("one").status().step == 3 * events[0]["steps_per_epoch"]


def test_fork_accepts_a_step_and_every_training_setting(run, store):
    step = store.open("one").steps()[0]
    events = records(
        run("fork", "one", "--step", str(step), "--name", "hot", "--lr", "0.02", "--drop-rate", "0.3", "--json")
    )
    assert events[0]["step"] == step
    assert events[-1]["reason"] == "completed"
    spec = store.open("hot").spec
    assert (spec.train.lr, spec.model.drop_rate, spec.parent.name, spec.parent.step) == (0.02, 0.3, "one", step)
    with pytest.raises(RunError, match="no checkpoint at step 9999"):
        run("fork", "one", "--step", "9999")


def test_stop_requests_a_stop_from_another_process(run, store):
    opened = store.open("one")
    assert "not being trained" in run("stop", "one").stdout
    opened.set_status(Status(state="running").by_this_process())
    assert "stops after its current step" in run("stop", "one").stdout
    assert opened.control.read().command == "stop"


def test_compare_shows_different_settings_and_the_results(run):
    rows = {row["setting"]: row for row in records(run("runs", "compare", "one", "two", "--json"))}
    assert (rows["lr"]["one"], rows["lr"]["two"]) == (1e-3, 1e-2)
    assert "emb_dim" not in rows
    assert rows["val_loss"]["one"] != rows["val_loss"]["two"]
    shown = run("runs", "compare", "one", "two").stdout
    assert "0.001" in shown
    assert "val_loss" in shown


def test_export_and_import_copy_a_run(run, store, tmp_path):
    file = tmp_path / "one.zip"
    assert "packed" in run("runs", "export", "one", str(file)).stdout
    assert "one-2 is here" in run("runs", "import", str(file)).stdout
    assert "mine is here" in run("runs", "import", str(file), "--name", "mine").stdout
    assert store.open("mine").steps() == store.open("one").steps()
    with pytest.raises(RunError, match="cannot be imported"):
        run("runs", "import", str(tmp_path / "missing.zip"))


def test_rename_pin_delete_and_undo(run, store):
    run("runs", "rename", "one", "first")
    run("runs", "pin", "first")
    with pytest.raises(RunError, match="pinned"):
        run("runs", "delete", "first")
    run("runs", "pin", "first", "--off")
    run("runs", "delete", "first")
    assert store.names() == ["two"]
    assert "first is back" in run("runs", "undo").stdout
    step = store.open("first").steps()[0]
    run("runs", "pin", "first", "--step", str(step))
    assert store.open("first").marks().checkpoints == [step]
    run("runs", "delete", "two")
    run("runs", "undo")
    with pytest.raises(RunError, match="nothing to bring back"):
        run("runs", "undo")


def test_options_before_a_subcommand_are_refused(store):
    result = CliRunner().invoke(app, ["runs", "--checkpoints", str(store.root), "compare", "one", "two"])
    assert isinstance(result.exception, SettingsError)


def test_export_as_a_page_writes_one_html_file(run, tmp_path):
    file = tmp_path / "one.html"
    assert "open it in any browser" in run("runs", "export", "one", "--as-page", str(file)).stdout
    page = file.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<title>one</title>" in page
    assert not list(tmp_path.glob("*.zip"))


def test_a_page_that_cannot_be_written_is_an_error_of_one_sentence(run, tmp_path):
    with pytest.raises(SettingsError, match="cannot be written: No such file or directory; choose another file"):
        run("runs", "export", "one", "--as-page", str(tmp_path / "nowhere" / "one.html"))
    with pytest.raises(SettingsError, match="leave the archive's name out"):
        run("runs", "export", "one", "one.zip", "--as-page", str(tmp_path / "one.html"))
