"""Where a text starts: the runs and checkpoints that are offered, and what is refused."""

import pytest
import torch

from playground.config import DataConfig, DecodeConfig, ModelConfig, TrainConfig
from playground.errors import RunError, SettingsError, TextError
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore
from playground.ui.context import Context, Limits
from playground.ui.tabs.generate.start import Start, checkpoint_choices, load_model, parse_checkpoint, run_choices

TEXT = "so it goes, and so it went, and nobody asked the river why. " * 20
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)


def test_runs_and_checkpoints_are_offered(context):
    assert run_choices(context) == [("tale", "tale")]
    assert [value for _, value in checkpoint_choices(context, "tale")][:3] == ["last", "best", "2"]
    assert checkpoint_choices(context, "missing") == checkpoint_choices(context, None) == [("Last", "last")]


def test_a_public_server_offers_no_runs(context):
    assert run_choices(Context.open(context.store.root, limits=Limits.public())) == []


def test_all_steps_are_offered_whose_weights_exist(tmp_path):
    store = RunStore(tmp_path)
    train = TrainConfig(max_steps=12, eval_freq=5, snapshot_freq=10, save_freq=3, sample_tokens=0, threads=1)
    run = store.create("few", TEXT, MODEL, DataConfig(batch_size=8), train.replace(epochs=9, keep_checkpoints=9))
    assert list(run_training(run))[-1].reason == "completed"
    store.create("untrained", TEXT, MODEL)
    context = Context.open(store.root)
    choices = checkpoint_choices(context, "few")
    assert [label for label, _ in choices[:2]] == ["Last", f"Best (step {run.find_step('best')})"]
    assert choices[2] == ("Step 12", "12")
    assert choices[-1] == ("Step 0, untrained", "0")
    assert {value for _, value in choices[2:]} == {str(step) for step in run.model_steps()}
    assert dict(run_choices(context)) == {"few": "few"}
    context.jobs.shutdown()


def test_a_checkpoint_is_a_name_or_a_step():
    choices = ("last", "best", "12", 12, "Step 12", None)
    assert [parse_checkpoint(choice) for choice in choices] == ["last", "best", 12, 12, 12, "last"]


@pytest.mark.parametrize("choice", ["newest", "-1", "1.5", "²", "9" * 40])
def test_what_is_no_checkpoint_is_refused(choice):
    with pytest.raises(SettingsError, match="choose last, best"):
        parse_checkpoint(choice)


def test_a_start_is_loaded_with_its_model_and_ids(context):
    settings = DecodeConfig(top_k=3)
    loaded = Start("tale", "best", "The rain", lambda: settings, "int8").load(context)
    assert (loaded.run, loaded.settings, loaded.weights) == ("tale", settings, "int8")
    assert loaded.step == context.store.open("tale").find_step("best")
    assert loaded.ids == loaded.tokenizer.encode("The rain")


@pytest.mark.parametrize(
    ("start", "error"),
    [
        (Start(None, "last", "x", DecodeConfig), RunError),
        (Start("gone", "last", "x", DecodeConfig), RunError),
        (Start("tale", "last", "", DecodeConfig), TextError),
        (Start("tale", "last", "x" * 20_001, DecodeConfig), TextError),
        (Start("tale", "last", "x", lambda: DecodeConfig(max_new_tokens=3000)), SettingsError),
        (Start("tale", "last", "x", DecodeConfig, "int4"), SettingsError),
    ],
)
def test_a_start_that_cannot_be_loaded_is_refused(context, start, error):
    with pytest.raises(error):
        start.load(context)


def test_a_small_model_computes_on_one_core(context, monkeypatch):
    torch.set_num_threads(2)
    load_model(context, "tale", "last")
    assert torch.get_num_threads() == 1
    monkeypatch.setattr("playground.ui.tabs.generate.start.SMALL_MODEL_WEIGHTS", 1)
    monkeypatch.setattr("playground.ui.tabs.generate.start.available_cores", lambda: 2)
    load_model(context, "tale", "last")
    assert torch.get_num_threads() == 2
