import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import SettingsError
from playground.ui.forms import Fields, all_of, explain_all, label_of

CONFIGS = (ModelConfig, DataConfig, TrainConfig)


def fields_of(config):
    fields = Fields(config)
    fields.add_rest()
    return fields


@pytest.fixture(scope="module")
def training():
    return fields_of(TrainConfig(lr=0.001, grad_clip=None))


def values_of(fields, **changes):
    return {widget: changes.get(name, widget.value) for name, widget in fields.widgets.items()}


@pytest.mark.parametrize("config", CONFIGS)
def test_every_setting_has_a_label_a_widget_and_its_help(config):
    fields = fields_of(config())
    assert list(fields.widgets) == list(config.model_fields)
    for name, widget in fields.widgets.items():
        assert widget.label == label_of(name)
        assert widget.label.isprintable()
        assert widget.info == config.model_fields[name].description


@pytest.mark.parametrize("config", CONFIGS)
def test_untouched_widgets_read_as_the_initial_config(config):
    fields = fields_of(config())
    assert fields.read(values_of(fields)) == config()


@given(
    epochs=st.integers(1, 1000),
    lr=st.floats(1e-6, 1, allow_nan=False),
    grad_clip=st.none() | st.floats(0.01, 100),
    max_steps=st.none() | st.integers(1, 10**6),
    schedule=st.sampled_from(["constant", "cosine"]),
)
def test_a_written_config_is_read_back(training, epochs, lr, grad_clip, max_steps, schedule):
    config = TrainConfig(epochs=epochs, lr=lr, grad_clip=grad_clip, max_steps=max_steps, lr_schedule=schedule)
    read = training.read(training.write(config))
    assert read.replace(grad_clip=None) == config.replace(grad_clip=None)
    assert read.grad_clip == (None if grad_clip is None else pytest.approx(grad_clip))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "nan", "inf", None, "", "many", 0, -3, 2.5, [], {}])
def test_fault_10_an_invalid_number_is_refused_naming_the_field(training, value):
    with pytest.raises(SettingsError, match=r"epochs"):
        training.read(values_of(training, epochs=value))


@pytest.mark.parametrize("value", [math.nan, "nan", "soon", -1, [], "1e400"])
def test_fault_10_an_optional_number_must_be_a_number_or_empty(training, value):
    with pytest.raises(SettingsError, match=r"grad_clip"):
        training.read(values_of(training, grad_clip=value))
    assert training.read(values_of(training, grad_clip=" ")).grad_clip is None


def test_fault_11_an_unknown_choice_is_refused(training):
    with pytest.raises(SettingsError, match=r"lr_schedule"):
        training.read(values_of(training, lr_schedule="random"))


def test_fault_09_a_start_context_over_the_limit_is_refused(training):
    with pytest.raises(SettingsError, match=r"start_context"):
        training.read(values_of(training, start_context="a" * 2001))


def test_settings_without_a_value_are_taken_from_the_base(training):
    lr = training.widgets["lr"]
    assert training.read({lr: 0.5}, TrainConfig(epochs=3)) == TrainConfig(epochs=3, lr=0.5)


def test_all_wrong_settings_are_named_at_once_in_plain_words(training):
    with pytest.raises(SettingsError) as caught:
        training.read(values_of(training, epochs=0, lr=7, grad_clip="soon", max_steps="2.5", threads=""))
    assert caught.value.problems == {
        "grad_clip": "must be a number or empty",
        "epochs": "must be at least 1",
        "max_steps": "must be a whole number",
        "lr": "must be at most 1",
    }
    sentences = explain_all(caught.value)
    assert "Learning rate must be at most 1." in sentences
    assert "Epochs must be at least 1." in sentences
    assert "input should" not in sentences


def test_a_rule_between_settings_is_named_at_its_field():
    fields = fields_of(ModelConfig())
    with pytest.raises(SettingsError) as caught:
        fields.read(values_of(fields, n_heads=7))
    assert list(caught.value.problems) == ["n_heads"]
    assert explain_all(caught.value).startswith("Heads: 7 heads do not divide")


def test_a_lower_learning_rate_is_taken_where_the_lowest_one_is_left_empty():
    fields = fields_of(TrainConfig(lr=0.004, min_lr=None, lr_schedule="cosine"))
    assert fields.read(values_of(fields, lr=0.0001)).lowest_lr == pytest.approx(0.00001)


def test_the_problems_of_several_forms_are_one_error():
    parts = [
        SettingsError("lr: too large.", {"lr": "must be at most 1"}),
        SettingsError("x.", {"n_heads": "must be above 0"}),
    ]
    error = all_of(parts)
    assert (str(error), list(error.problems)) == ("lr: too large.", ["lr", "n_heads"])
