"""Why a token was chosen: the same numbers as the model gives, in a cropped context too."""

import pytest
import torch

from playground.config import ModelConfig
from playground.errors import SettingsError, TextError
from playground.evaluation.inspect import inspect
from playground.model.gpt import GPTModel
from playground.model.inside import SwitchedOff, embed, layers_inside, read_out
from tests.model.transformers_gpt2 import as_transformers

CLOSE = {"atol": 1e-5, "rtol": 1e-5}


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(3)
    config = ModelConfig(vocab_size=97, context_length=12, emb_dim=32, n_heads=4, n_layers=3, qkv_bias=True)
    made = GPTModel(config).eval()
    with torch.no_grad():
        made.out_head.weight.mul_(4)
    return made


@pytest.fixture(scope="module")
def ids():
    return torch.randint(97, (30,), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("place", [1, 12, 20, 30])
def test_a_place_equals_transformers_on_the_context_that_was_seen(model, ids, place):
    found = inspect(model, ids, place, off=[])
    seen = ids[max(0, place - 12) : place]
    theirs = as_transformers(model)
    theirs.set_attn_implementation("eager")
    with torch.inference_mode():
        expected = theirs(seen[None], output_attentions=True)
    assert (found.start, found.seen.tolist()) == (max(0, place - 12), seen.tolist())
    torch.testing.assert_close(found.attention, torch.stack([rows[0, :, -1] for rows in expected.attentions]), **CLOSE)
    torch.testing.assert_close(found.log_probabilities, expected.logits[0, -1].log_softmax(-1), **CLOSE)


def test_the_states_are_read_out_layer_by_layer(model, ids):
    found = inspect(model, ids, 10, off=[])
    *_, last = layers_inside(model, embed(model, ids[:10]))
    logs = read_out(model, last.after_attention[-1])
    assert found.token == int(ids[10])
    assert len(found.states) == 7
    assert found.states[5] == "layer 2 attention"
    assert float(found.probabilities[5]) == pytest.approx(float(logs[found.token].exp()), rel=1e-4)
    assert int(found.ranks[5]) == int((logs > logs[found.token]).sum())
    assert found.top_ids[5].tolist() == logs.topk(10).indices.tolist()


def test_without_a_place_the_likeliest_next_token_is_inspected(model, ids):
    found = inspect(model, ids, off=[])
    with torch.inference_mode():
        assert found.token == int(model.next_logits(ids[None, -12:])[0].argmax())
    assert int(found.ranks[-1]) == 0


def test_effects_are_those_of_a_pass_from_the_start(model, ids):
    found = inspect(model, ids, 10)
    assert len(found.effects) == 3 + 3 + 12 + 8
    for effect in found.effects:
        *_, last = layers_inside(model, embed(model, ids[:10]), effect.off)
        logs = read_out(model, last.after[-1])
        torch.testing.assert_close(effect.log_probabilities, logs, **CLOSE)
        assert effect.difference == pytest.approx(
            float(logs[found.token] - found.log_probabilities[found.token]), abs=1e-5
        )
        for token, gain in effect.gains:
            assert token != found.token
            assert gain == pytest.approx(float(logs[token].exp() - found.log_probabilities[token].exp()), abs=1e-5)


def test_nothing_switched_off_changes_nothing(model, ids):
    (effect,) = inspect(model, ids, 10, off=[SwitchedOff()]).effects
    assert effect.difference == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("place", [0, -1, 31])
def test_a_place_without_a_token_before_it_is_refused(model, ids, place):
    with pytest.raises(SettingsError, match="choose 1 to 30"):
        inspect(model, ids, place)


def test_what_cannot_be_inspected_is_refused(model, ids):
    with pytest.raises(SettingsError, match="places 0 to 8"):
        inspect(model, ids, 10, off=[SwitchedOff(tokens=frozenset({9}))])
    with pytest.raises(SettingsError, match="layers 0 to 2"):
        inspect(model, ids, 10, off=[SwitchedOff(attention=frozenset({3}))])
    with pytest.raises(TextError, match="token 97"):
        inspect(model, [97])
