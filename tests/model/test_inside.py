"""The inside of a model: the same numbers as transformers gives, and as weights zeroed by hand."""

import copy

import pytest
import torch

from playground.config import ModelConfig
from playground.errors import SettingsError, TextError
from playground.model.cache import KVCache
from playground.model.gpt import GPTModel
from playground.model.inside import (
    SwitchedOff,
    embed,
    layers_inside,
    logits_without,
    masked_in_window,
    read_out,
    without,
)
from playground.model.shrink import shrink
from tests.model.transformers_gpt2 import as_transformers

CLOSE = {"atol": 1e-5, "rtol": 1e-5}


def made(vocab_size=97, qkv_bias=True):
    torch.manual_seed(3)
    config = ModelConfig(
        vocab_size=vocab_size, context_length=24, emb_dim=32, n_heads=4, n_layers=3, drop_rate=0.0, qkv_bias=qkv_bias
    )
    model = GPTModel(config).eval()
    with torch.no_grad():
        for block in model.blocks:
            block.att.qkv.weight.mul_(4)  # attention that is far from even
    return model


@pytest.fixture(scope="module")
def model():
    return made()


@pytest.fixture(scope="module")
def ids():
    return torch.randint(97, (24,), generator=torch.Generator().manual_seed(1))


def logs_of(model, ids, off):
    *_, last = layers_inside(model, embed(model, ids), off)
    return read_out(model, last.after)


@pytest.mark.parametrize("vocab_size", [97, 50257])
@pytest.mark.parametrize("n_tokens", [1, 7, 24])
def test_every_layer_and_head_equals_transformers(vocab_size, n_tokens, ids):
    model = made(vocab_size)
    theirs = as_transformers(model)
    theirs.set_attn_implementation("eager")
    ids = ids[:n_tokens]
    with torch.inference_mode():
        expected = theirs(ids[None], output_attentions=True, output_hidden_states=True)
    found = list(layers_inside(model, embed(model, ids)))
    assert len(found) == len(expected.attentions) == 3
    for mine, attention, before in zip(found, expected.attentions, expected.hidden_states, strict=False):
        torch.testing.assert_close(mine.attention, attention[0], **CLOSE)
        torch.testing.assert_close(mine.before, before[0], **CLOSE)
    with torch.inference_mode():
        torch.testing.assert_close(model.final_norm(found[-1].after), expected.hidden_states[-1][0], **CLOSE)
    torch.testing.assert_close(read_out(model, found[-1].after), expected.logits[0].log_softmax(-1), **CLOSE)


def test_attention_sums_to_one_and_never_looks_ahead(model, ids):
    for found in layers_inside(model, embed(model, ids), SwitchedOff(tokens=frozenset({0, 5}))):
        torch.testing.assert_close(found.attention.sum(-1), torch.ones(4, 24))
        assert not found.attention.triu(1).any()


@pytest.mark.parametrize("off", ["", "token:5 head:1.2", "attention:0"])
def test_the_last_row_alone_is_that_of_the_whole_attention(model, ids, off):
    parts = SwitchedOff.parse(off)
    whole = list(layers_inside(model, embed(model, ids), parts))
    fused = list(layers_inside(model, embed(model, ids), parts, last_row=True))
    for one, other in zip(whole, fused, strict=True):
        assert other.attention.shape == (4, 1, 24)
        torch.testing.assert_close(other.attention, one.attention[:, -1:], **CLOSE)
        torch.testing.assert_close(other.after, one.after, **CLOSE)


@pytest.mark.parametrize("qkv_bias", [True, False])
def test_the_pass_equals_the_model_with_and_without_a_cache(ids, qkv_bias):
    model = made(qkv_bias=qkv_bias)
    cache = KVCache(model.config, batch_size=1)
    with torch.inference_mode():
        whole = model(ids[None])[0].log_softmax(-1)
        steps = torch.cat([model(ids[None, place : place + 1], cache)[0] for place in range(24)]).log_softmax(-1)
    found = logs_of(model, ids, SwitchedOff())
    torch.testing.assert_close(found, whole, **CLOSE)
    torch.testing.assert_close(found, steps, **CLOSE)


def test_switched_off_parts_equal_weights_zeroed_by_hand(model, ids):
    zeroed = copy.deepcopy(model)
    with torch.no_grad():
        zeroed.blocks[0].att.out_proj.weight[:, 8:16] = 0  # head 1 of four, each of width 8
        zeroed.blocks[2].att.out_proj.weight[:, 24:] = 0
        zeroed.blocks[1].att.out_proj.weight.zero_()
        zeroed.blocks[1].att.out_proj.bias.zero_()
        zeroed.blocks[2].ff.down.weight.zero_()
        zeroed.blocks[2].ff.down.bias.zero_()
        expected = zeroed(ids[None])[0].log_softmax(-1)
        unchanged = model(ids[None])[0].log_softmax(-1)
    off = SwitchedOff(heads=frozenset({(0, 1), (2, 3)}), attention=frozenset({1}), feed_forward=frozenset({2}))
    torch.testing.assert_close(logs_of(model, ids, off), expected, **CLOSE)
    assert (expected - unchanged).abs().max() > 1e-3


@pytest.mark.parametrize("weights", ["float32", "int8"])
def test_a_copy_without_parts_gives_the_same_and_the_model_stays_as_it_is(model, ids, weights):
    whole = shrink(model, weights)
    off = SwitchedOff(heads=frozenset({(0, 1), (2, 3)}), attention=frozenset({1}), feed_forward=frozenset({2}))
    with torch.inference_mode():
        before = whole(ids[None])[0]
        found = without(whole, off)(ids[None])[0].log_softmax(-1)
        assert torch.equal(whole(ids[None])[0], before)
    torch.testing.assert_close(found, logs_of(whole, ids, off), **CLOSE)
    assert (found - before.log_softmax(-1)).abs().max() > 1e-3


def test_parts_as_text_are_read_back_and_counted_in_a_window(model, ids):
    off = SwitchedOff.parse("token:3 head:2.1 attention:0 token:9 feed-forward:1")
    assert str(off) == "attention:0 feed-forward:1 head:2.1 token:3 token:9"
    assert SwitchedOff.parse(str(off)) == off
    assert SwitchedOff.parse(None) == SwitchedOff.parse("") == SwitchedOff()
    assert str(masked_in_window(off, 4)) == "attention:0 feed-forward:1 head:2.1 token:5"
    torch.testing.assert_close(logits_without(model, ids, off).log_softmax(-1), logs_of(model, ids, off)[-1], **CLOSE)


@pytest.mark.parametrize("text", ["layer:1", "head:1", "token:1.2", "attention:-1", "attention", "head:²"])
def test_text_that_names_no_part_is_refused(text):
    with pytest.raises(SettingsError, match="no part"):
        SwitchedOff.parse(text)


def test_a_masked_token_changes_nothing_after_it(model, ids):
    other = ids.clone()
    other[4] = (ids[4] + 1) % 97
    off = SwitchedOff(tokens=frozenset({4}))
    torch.testing.assert_close(logs_of(model, ids, off)[5:], logs_of(model, other, off)[5:])
    assert not torch.allclose(logs_of(model, ids, SwitchedOff())[5:], logs_of(model, ids, off)[5:], atol=1e-4)


@pytest.mark.parametrize(
    "off",
    [
        SwitchedOff(heads=frozenset({(0, 4)})),
        SwitchedOff(heads=frozenset({(3, 0)})),
        SwitchedOff(attention=frozenset({-1})),
        SwitchedOff(feed_forward=frozenset({3})),
    ],
)
def test_parts_that_do_not_exist_are_refused(model, ids, off):
    with pytest.raises(SettingsError, match="layers 0 to 2 with heads 0 to 3"):
        logs_of(model, ids, off)


def test_wrong_ids_are_refused(model):
    with pytest.raises(TextError, match="vocabulary"):
        embed(model, torch.tensor([97]))
    with pytest.raises(TextError, match="one row"):
        embed(model, torch.tensor([], dtype=torch.long))
    with pytest.raises(SettingsError, match="25 tokens"):
        embed(model, torch.zeros(25, dtype=torch.long))
    with pytest.raises(SettingsError, match="training mode"):
        embed(made().train(), torch.tensor([1]))
