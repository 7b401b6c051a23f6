"""Texts longer than the context: where the window starts, and that all functions see the same window."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.config import DecodeConfig, ModelConfig
from playground.errors import SettingsError
from playground.model.gpt import GPTModel
from playground.model.inside import SwitchedOff, logits_without
from playground.model.shrink import shrink
from playground.sampling import (
    BeamConfig,
    Mirostat,
    Pipeline,
    Temperature,
    beam_search,
    next_token_logits,
    race,
    read_text,
    stream,
    stream_samples,
)
from playground.sampling.reader import Reader, window_start

PROMPT = [7, 3, 60, 1]
JUMP = DecodeConfig(max_new_tokens=45, temperature=1.4, top_k=25, past_context="jump")


def ids_of(steps):
    return [step.id for step in steps]


def first_multiple_that_fits(length, size):
    half = (size + 1) // 2
    return next(start for start in range(0, length + half, half) if length - start <= size)


@given(length=st.integers(1, 300), size=st.integers(1, 40))
def test_a_jumping_window_starts_at_the_first_multiple_of_half_a_context_that_fits(length, size):
    start = window_start(length, size, "jump")
    assert start == first_multiple_that_fits(length, size)
    assert min(length, size // 2 + 1) <= length - start <= size
    assert window_start(length, size) == max(0, length - size)


def plain(model, text, n, size=12):
    """Greedy without a cache: the whole window is read for every token."""
    logits = []
    for _ in range(n):
        logits.append(model(torch.tensor([text[first_multiple_that_fits(len(text), size) :]]))[0, -1])
        text = [*text, int(logits[-1].argmax())]
    return text, torch.stack(logits)


def test_a_cache_gives_what_a_model_without_cache_gives(tiny):
    expected, logits = plain(tiny, PROMPT, 60)
    steps = list(stream(tiny, PROMPT, DecodeConfig(max_new_tokens=60, temperature=0, past_context="jump"), top_n=61))
    assert PROMPT + ids_of(steps) == expected
    for step, row in zip(steps, logits.softmax(-1), strict=True):
        assert step.probability == pytest.approx(row[step.id].item(), rel=1e-4)
        assert step.seen_from == first_multiple_that_fits(step.position, 12)


def test_a_jump_rereads_half_a_context_once_per_half_context(tiny, monkeypatch):
    read = []
    next_logits = GPTModel.next_logits
    monkeypatch.setattr(
        GPTModel,
        "next_logits",
        lambda model, ids, cache=None: read.append(ids.shape[1]) or next_logits(model, ids, cache),
    )
    list(stream(tiny, [i % 61 for i in range(12)], JUMP.replace(max_new_tokens=19)))
    assert read == [12, *(([7] + [1] * 5) * 3)]


def test_within_the_context_nothing_changes(tiny):
    short = JUMP.replace(max_new_tokens=8)
    assert list(stream(tiny, PROMPT, short)) == list(stream(tiny, PROMPT, short.replace(past_context="crop")))
    longer = [ids_of(stream(tiny, PROMPT, JUMP.replace(past_context=past))) for past in ("jump", "crop")]
    assert longer[0] != longer[1]


@pytest.mark.parametrize("stages", [None, Pipeline([Mirostat(3.0), Temperature(1.2)]).to_json()])
def test_continuing_in_the_middle_gives_the_rest_of_one_long_text(tiny, stages):
    decode = JUMP.replace(stages=stages)
    whole = ids_of(stream(tiny, PROMPT, decode))
    for kept in (1, 8, 9, 15, 30, 44):
        rest = stream(tiny, PROMPT + whole[:kept], decode.replace(max_new_tokens=45 - kept), drawn=kept)
        assert whole[:kept] + ids_of(rest) == whole


def test_a_reader_that_has_read_other_texts_gives_the_same_logits(tiny):
    reader, text = Reader(tiny), torch.tensor([[(i * 7) % 61 for i in range(40)]])
    for length, past in [
        (40, "jump"),
        (9, "jump"),
        (25, "crop"),
        (26, "jump"),
        (12, "crop"),
        (27, "jump"),
        (28, "jump"),
    ]:
        fresh = Reader(tiny).logits(text[:, :length], past)
        assert torch.allclose(reader.logits(text[:, :length], past), fresh, atol=1e-4)


@pytest.mark.parametrize("weights", ["bfloat16", "int8"])
@pytest.mark.parametrize("past", ["crop", "jump"])
def test_smaller_weights_read_kept_tokens_in_the_steps_they_were_written_in(weights, past):
    torch.manual_seed(2)
    config = ModelConfig(vocab_size=61, context_length=48, emb_dim=64, n_heads=2, n_layers=2, drop_rate=0)
    model, decode = shrink(GPTModel(config).eval(), weights), JUMP.replace(max_new_tokens=90, past_context=past)
    whole = list(stream(model, PROMPT, decode))
    for kept in (1, 20, 40, 47, 70, 85):
        rest = stream(model, PROMPT + ids_of(whole[:kept]), decode.replace(max_new_tokens=90 - kept), drawn=kept)
        assert list(rest) == whole[kept:]  # bit for bit


def test_branches_samples_and_races_see_the_same_windows(tiny):
    reader = Reader(tiny)
    alone = ids_of(stream(tiny, PROMPT, JUMP))
    assert ids_of(stream(tiny, PROMPT, JUMP, reader=reader)) == alone
    branch, rest = PROMPT + alone[:20] + [(alone[20] + 1) % 61], JUMP.replace(max_new_tokens=20)
    assert ids_of(stream(tiny, branch, rest, drawn=21, reader=reader)) == ids_of(stream(tiny, branch, rest, drawn=21))
    samples = zip(*stream_samples(tiny, PROMPT, JUMP, seeds=[5, 123]), strict=True)
    assert ids_of(list(samples)[1]) == alone
    lanes = zip(*race(tiny, PROMPT, [JUMP, JUMP.replace(temperature=0)], max_new_tokens=45), strict=True)
    assert ids_of(next(lanes)) == alone


@pytest.mark.parametrize("start", [1, 11, 12, 13, 18, 19, 30])
def test_a_text_is_read_as_it_was_written(tiny, start):
    written = list(stream(tiny, PROMPT, JUMP))
    read = read_text(tiny, PROMPT + ids_of(written), start=start, decode=JUMP)
    for a, b in zip(read[max(0, 4 - start) :], written[max(0, start - 4) :], strict=True):
        assert (a.id, a.position, a.rank, a.seen_from) == (b.id, b.position, b.rank, b.seen_from)
        assert a.probability == pytest.approx(b.probability, rel=1e-4)
        assert a.probability_after == pytest.approx(b.probability_after, rel=1e-4)


def test_next_token_logits_see_the_same_window(tiny):
    text = [(i * 7) % 61 for i in range(29)]
    expected = tiny(torch.tensor([text[18:]]))[0, -1]
    assert torch.allclose(next_token_logits(tiny, text, past_context="jump"), expected, atol=1e-4)


def test_a_beam_of_one_is_greedy_past_the_context(tiny):
    found = beam_search(tiny, PROMPT, BeamConfig(width=1, max_new_tokens=40, past_context="jump"))
    assert PROMPT + list(found.best.ids) == plain(tiny, PROMPT, 40)[0]


@pytest.mark.parametrize("off", ["head:1.0", "attention:0 feed-forward:1", "token:2 head:0.1"])
def test_parts_that_are_switched_off_are_off_with_and_without_a_cache(tiny, off):
    parts, text = SwitchedOff.parse(off), torch.tensor([[5, 9, 14, 3, 8]])
    reader = Reader(tiny)
    whole = reader.logits(text).clone()
    reader.switch_off(parts)
    torch.testing.assert_close(reader.logits(text)[0], logits_without(tiny, text[0], parts))
    longer = torch.cat([text, torch.tensor([[7]])], dim=1)
    torch.testing.assert_close(reader.logits(longer)[0], logits_without(tiny, longer[0], parts), atol=1e-4, rtol=1e-4)
    assert not torch.allclose(reader.logits(text), whole, atol=1e-3)
    reader.switch_off(SwitchedOff())
    torch.testing.assert_close(reader.logits(text), whole)


def test_a_token_is_masked_only_while_the_model_sees_it(tiny):
    text = torch.randint(61, (1, 20), generator=torch.Generator().manual_seed(2))
    reader = Reader(tiny)
    whole = reader.logits(text).clone()
    for place, is_seen in ((3, False), (12, True)):
        reader.switch_off(SwitchedOff(tokens=frozenset({place})))
        assert torch.allclose(reader.logits(text), whole, atol=1e-5) is not is_seen


def test_parts_of_another_kind_of_model_cannot_be_switched_off():
    with pytest.raises(SettingsError, match="no parts"):
        Reader(torch.nn.Identity(), context_size=4).switch_off(SwitchedOff(attention=frozenset({0})))
