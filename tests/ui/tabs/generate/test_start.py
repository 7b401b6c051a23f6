"""Where a text starts: the model that is loaded, and what is refused."""

import pytest
import torch

from playground.config import DecodeConfig, ModelConfig
from playground.errors import RunError, SettingsError, TextError
from playground.ui.tabs.generate.start import Start, load_model, parse_checkpoint

TEXT = "so it goes, and so it went, and nobody asked the river why. " * 20
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)


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
