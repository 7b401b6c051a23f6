"""Rounded weights: the models in memory, writing with them, and how far they change the model."""

import json
import re

import pytest

from playground.config import DecodeConfig
from playground.errors import PlaygroundError, SettingsError
from playground.model.shrink import Int8Linear, shrink
from playground.sampling import stream
from playground.ui.context import LoadedModels
from playground.ui.tabs.generate.log import line, read_log
from playground.ui.tabs.generate.receipts import receipt_of_log
from playground.ui.tabs.generate.start import Start
from playground.ui.tabs.generate.streams import LogStreams
from playground.ui.tabs.generate.weights import rounding_effect
from playground.ui.tabs.generate.writer import Writer

DECODE = DecodeConfig(max_new_tokens=9, temperature=1.4, top_k=25, seed=7)


def last(logs):
    return list(logs)[-1]


def test_each_kind_of_weights_is_a_model_of_its_own_and_loaded_once(context):
    models = LoadedModels(context.store)
    small, full = models.get("tale", weights="int8")[0], models.get("tale")[0]
    assert isinstance(small.out_head, Int8Linear)
    assert not isinstance(full.out_head, Int8Linear)
    assert models.get("tale", weights="int8")[0] is small
    assert len(models) == 2
    models.forget("tale")
    assert len(models) == 0


def test_rounded_weights_take_less_of_the_memory_for_models(context):
    full_bytes = sum(weights.nbytes for weights in context.models.get("tale")[0].state_dict().values())
    models = LoadedModels(context.store, max_bytes=2 * full_bytes - 1)  # too little for two models in float32
    models.get("tale", 1), models.get("tale", 2)
    assert len(models) == 1
    models.get("tale", 2, "int8")
    assert len(models) == 2


def test_unknown_weights_are_refused_and_leave_no_model_in_memory(context):
    models = LoadedModels(context.store)
    with pytest.raises(SettingsError, match="choose float32"):
        models.get("tale", weights="int4")
    assert len(models) == 0


@pytest.mark.parametrize("weights", ["bfloat16", "int8"])
def test_a_text_is_written_and_continued_with_the_chosen_weights(context, weights):
    writer = Writer(context, LogStreams())
    log = last(writer.write(None, Start("tale", "last", "The rain had", lambda: DECODE, weights)))
    read = read_log(log)
    assert read.head.weights == weights
    model, n_prompt = shrink(context.models.get("tale")[0], weights), read.branch.n_prompt
    drawn = [token for token in map(json.loads, log.splitlines()) if "q" in token]
    expected = list(stream(model, read.branch.prompt, DECODE))
    assert [token["p"] for token in drawn] == pytest.approx([step.probability for step in expected], rel=1e-4)
    log = last(writer.more(log, lambda: DECODE))
    log = last(writer.ask(log + line(kind="ask", branch=0, at=n_prompt + 12, id=65), lambda: DECODE))
    receipt = receipt_of_log(context, log)
    assert receipt.weights == weights
    again = last(Writer(context, LogStreams()).restore(None, receipt.to_json()))
    assert "error" not in again
    assert read_log(again).branch.ids == read_log(log).branch.ids


def test_the_effect_of_rounding_is_given_in_bits(context):
    says = rounding_effect(context, "tale", "last", "int8")
    assert re.match(r"0\.\d{4} bits per token away from float32 .* of 16 tokens of the validation text\.$", says)
    assert rounding_effect(context, "tale", "last", "float32").startswith("0.0000 bits")


@pytest.mark.parametrize(
    ("run", "checkpoint", "weights"), [("x", "last", "int8"), ("tale", "9", "int8"), ("tale", "last", "")]
)
def test_an_effect_that_cannot_be_measured_is_one_sentence(context, run, checkpoint, weights):
    with pytest.raises(PlaygroundError):
        rounding_effect(context, run, checkpoint, weights)
