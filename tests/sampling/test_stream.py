"""Streaming steps: the book's draws, the numbers in every step, with and without a cache, several samples at once."""

import json
import math

import pytest
import torch

from playground.config import DecodeConfig
from playground.errors import SettingsError, TextError
from playground.model.gpt import GPTModel
from playground.sampling import (
    XTC,
    Ban,
    Mirostat,
    NoRepeatNGram,
    Pipeline,
    RepetitionPenalty,
    Temperature,
    TopK,
    entropy_bits,
    generate,
    next_token_logits,
    stream,
    stream_samples,
)
from playground.sampling.reader import Reader

PROMPT = [7, 3, 60, 1]
LONG = DecodeConfig(max_new_tokens=30, temperature=1.4, top_k=25)
EVERYTHING = Pipeline([RepetitionPenalty(1.3), NoRepeatNGram(3), XTC(0.1), Mirostat(3.0), TopK(20), Temperature(1.2)])


def ids_of(steps):
    return [step.id for step in steps]


class WithoutCache(torch.nn.Module):
    """A wrapper that hides the model's type, so that the reader uses no cache."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        return self.model(ids)


@pytest.mark.parametrize("decode", [LONG, LONG.replace(top_k=None), LONG.replace(temperature=0), LONG.replace(seed=7)])
def test_it_draws_what_the_books_code_draws(tiny, decode):
    torch.manual_seed(decode.seed)
    written = generate(tiny, torch.tensor([PROMPT]), 30, 12, decode.temperature, decode.top_k)
    assert ids_of(stream(tiny, PROMPT, decode)) == written[0, 4:].tolist()


def test_it_does_not_change_the_global_random_state(tiny):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    list(stream(tiny, PROMPT, LONG))
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize("decode", [LONG, DecodeConfig(max_new_tokens=30, stages=EVERYTHING.to_json())])
def test_a_cache_gives_the_same_tokens_as_none(tiny, decode):
    with_cache = list(stream(tiny, PROMPT, decode))
    without = list(stream(WithoutCache(tiny).eval(), PROMPT, decode, context_size=12))
    assert ids_of(with_cache) == ids_of(without)
    assert [a.probability for a in with_cache] == pytest.approx([b.probability for b in without], rel=1e-4)


def test_each_step_has_the_distribution_it_was_drawn_from(tiny):
    text = list(PROMPT)
    for step in stream(tiny, PROMPT, LONG, top_n=7):
        logits = next_token_logits(tiny, text)
        before = logits.softmax(-1)
        after = Pipeline.from_decode(LONG)(logits).softmax(-1)
        assert step.position == len(text)
        assert step.seen_from == max(0, len(text) - 12)
        assert step.probability == pytest.approx(before[step.id].item(), rel=1e-4)
        assert step.probability_after == pytest.approx(after[step.id].item(), rel=1e-4)
        assert step.log_probability == pytest.approx(math.log(step.probability), abs=1e-5)
        assert step.surprise_bits == pytest.approx(-math.log2(step.probability), abs=1e-5)
        assert step.rank == (before > before[step.id]).sum() + 1
        assert step.entropy_bits == pytest.approx(-(before * before.log2()).sum().item(), abs=1e-4)
        assert step.entropy_bits_after == pytest.approx(entropy_bits(after).item(), abs=1e-4)
        top = before.topk(7)
        assert [other.id for other in step.alternatives] == top.indices.tolist()
        assert [other.probability for other in step.alternatives] == pytest.approx(top.values.tolist(), rel=1e-4)
        assert [other.probability_after for other in step.alternatives] == pytest.approx(
            after[top.indices].tolist(), rel=1e-4
        )
        text.append(step.id)


def test_a_step_is_one_line_of_json(tiny):
    (step,) = stream(tiny, PROMPT, LONG.replace(max_new_tokens=1), top_n=2)
    back = json.loads(json.dumps(step.to_dict()))
    assert back["id"] == step.id
    assert back["alternatives"][0] == step.alternatives[0]._asdict()


def test_fault_59_a_step_is_marked_when_the_stages_removed_everything(tiny):
    pipeline = Pipeline([Ban(list(range(61))), Temperature(2.0)])
    steps = list(stream(tiny, PROMPT, DecodeConfig(max_new_tokens=5, stages=pipeline.to_json())))
    assert all(step.rescued and step.rank == 1 and step.probability_after == 1 for step in steps)
    assert not any(step.rescued for step in stream(tiny, PROMPT, LONG))


def test_fault_61_empty_and_long_prompts(tiny):
    with pytest.raises(TextError, match="The prompt is empty"):
        list(stream(tiny, []))
    long = [i % 61 for i in range(100)]
    first = next(stream(tiny, long, LONG))
    assert (first.position, first.seen_from) == (100, 88)
    assert first.id == next(stream(tiny, long[-12:], LONG)).id


def test_it_stops_before_the_end_token(tiny):
    free = ids_of(stream(tiny, PROMPT, LONG))
    eos_id = free[8]
    assert ids_of(stream(tiny, PROMPT, LONG, eos_id=eos_id)) == free[: free.index(eos_id)]


@pytest.mark.parametrize("stages", [None, EVERYTHING.to_json()])
def test_samples_in_a_batch_equal_single_samples(tiny, stages):
    decode = DecodeConfig(max_new_tokens=25, temperature=1.2, stages=stages)
    seeds = [123, 5, 6, 7, 8]
    eos_id = ids_of(stream(tiny, PROMPT, decode.replace(seed=5)))[6]
    rows = list(zip(*stream_samples(tiny, PROMPT, decode, seeds=seeds, eos_id=eos_id), strict=True))
    for seed, row in zip(seeds, rows, strict=True):
        alone = list(stream(tiny, PROMPT, decode.replace(seed=seed), eos_id=eos_id))
        together = [step for step in row if step is not None]
        assert ids_of(together) == ids_of(alone)
        assert row[len(alone) :] == (None,) * (len(row) - len(alone))
        assert [a.probability for a in together] == pytest.approx([b.probability for b in alone], rel=1e-4)
    assert len({tuple(ids_of(filter(None, row))) for row in rows}) == len(seeds)


def test_samples_may_have_prompts_of_their_own(tiny):
    prompts = torch.tensor([[1, 2, 3], [4, 5, 6]])
    rows = list(zip(*stream_samples(tiny, prompts, LONG, seeds=[1, 2]), strict=True))
    for prompt, seed, row in zip(prompts, (1, 2), rows, strict=True):
        assert ids_of(row) == ids_of(stream(tiny, prompt, LONG.replace(seed=seed)))


@pytest.mark.parametrize("stages", [None, XTC(0.05, 0.5), Mirostat(1.0, 1.0), Temperature(0)])
@pytest.mark.parametrize("stop", [1, 7, 20])
def test_a_stopped_text_continues_as_if_it_had_not_stopped(tiny, stop, stages):
    decode = LONG if stages is None else LONG.replace(stages=Pipeline([stages, Temperature(1.1)]).to_json())
    whole = list(stream(tiny, PROMPT, decode))
    text = PROMPT + ids_of(whole[:stop])
    rest = list(stream(tiny, text, decode.replace(max_new_tokens=30 - stop), drawn=stop))
    assert ids_of(rest) == ids_of(whole[stop:])
    probabilities = [step.probability_after for step in whole[stop:]]
    assert [step.probability_after for step in rest] == pytest.approx(probabilities, rel=1e-4)


@pytest.mark.parametrize("cut", [2, 4, 5, 9, 14])
def test_a_truncated_cache_gives_the_same_tokens_as_a_new_one(tiny, cut):
    reader = Reader(tiny)
    written = PROMPT + ids_of(stream(tiny, PROMPT, LONG.replace(max_new_tokens=7), reader=reader))
    for turn in ([*written[:cut], 50], [*written[:cut], 50, 51], [*written[:1], 9]):
        branch = list(stream(tiny, turn, LONG, reader=reader))
        fresh = list(stream(tiny, turn, LONG))
        assert ids_of(branch) == ids_of(fresh)
        assert [a.probability for a in branch] == pytest.approx([b.probability for b in fresh], rel=1e-4)


def test_a_chosen_token_has_the_step_it_would_have_if_drawn(tiny):
    steps = list(stream(tiny, PROMPT, LONG, top_n=61))
    before, drawn = PROMPT + ids_of(steps[:2]), steps[2]
    for other in drawn.alternatives:
        (chosen,) = stream(tiny, before, LONG.replace(max_new_tokens=1), drawn=2, first=other.id)
        assert (chosen.id, chosen.position) == (other.id, 6)
        assert chosen.probability == pytest.approx(other.probability, rel=1e-4)
        assert chosen.probability_after == pytest.approx(other.probability_after, rel=1e-4)
        assert chosen.rank == 1 + sum(third.probability > other.probability for third in drawn.alternatives)


@pytest.mark.parametrize("decode", [LONG, LONG.replace(stages=EVERYTHING.to_json())])
def test_choosing_the_drawn_token_changes_nothing(tiny, decode):
    whole = ids_of(stream(tiny, PROMPT, decode))
    rest = stream(tiny, PROMPT + whole[:2], decode.replace(max_new_tokens=28), drawn=2, first=whole[2])
    assert ids_of(rest) == whole[2:]


def test_after_a_chosen_token_the_random_numbers_continue_at_their_positions(tiny):
    branch = ids_of(stream(tiny, [*PROMPT, 9, 50], LONG, drawn=2))
    assert ids_of(stream(tiny, [*PROMPT, 9], LONG, drawn=1, first=50))[1:] == branch[:29]


def test_a_chosen_token_outside_the_vocabulary_is_refused(tiny):
    with pytest.raises(SettingsError, match="there is no token 61"):
        next(stream(tiny, PROMPT, LONG, first=61))


def test_a_reader_reads_each_token_once(tiny, monkeypatch):
    read, hidden = [], GPTModel.hidden
    monkeypatch.setattr(
        GPTModel,
        "hidden",
        lambda model, ids, *how, **more: (read.append(ids.shape[1]), hidden(model, ids, *how, **more))[1],
    )
    reader = Reader(tiny)
    list(stream(tiny, PROMPT, LONG.replace(max_new_tokens=6), reader=reader))
    assert read == [4, 1, 1, 1, 1, 1]
    assert reader.cached == 9
    read.clear()
    list(stream(tiny, [*PROMPT, 9], LONG.replace(max_new_tokens=2), reader=reader))
    assert read == [1, 1]  # the prompt was in the cache
    read.clear()
    list(stream(tiny, PROMPT * 4, LONG.replace(max_new_tokens=2), reader=reader))
    assert read == [12, 12]  # past the context every window is new


def test_a_cache_grows_with_the_text():
    torch.manual_seed(3)
    model = GPTModel({"vocab_size": 30, "context_length": 300, "emb_dim": 8, "n_heads": 2, "n_layers": 2}).eval()
    decode = DecodeConfig(max_new_tokens=200, temperature=1.0)
    assert ids_of(stream(model, [1], decode)) == ids_of(
        stream(WithoutCache(model).eval(), [1], decode, context_size=300)
    )


def test_a_model_in_training_mode_is_refused(tiny):
    with pytest.raises(SettingsError, match=r"call model.eval\(\) first"):
        next(stream(GPTModel(tiny.config), PROMPT))


def test_nan_is_reported(tiny):
    broken = GPTModel(tiny.config).eval()
    torch.nn.init.constant_(broken.out_head.weight, float("nan"))
    with pytest.raises(SettingsError, match="NaN"):
        next(stream(broken, PROMPT))


def test_arguments_that_do_not_match_are_refused(tiny):
    with pytest.raises(SettingsError, match="seeds: 2 seeds do not fit 3 texts"):
        next(stream_samples(tiny, torch.zeros(3, 2), LONG, seeds=[1, 2]))
    with pytest.raises(SettingsError, match="continues one text, not 3"):
        next(stream(tiny, torch.zeros(3, 2), LONG))
    with pytest.raises(SettingsError, match="drawn: 4 tokens"):
        next(stream(tiny, PROMPT, LONG, drawn=4))


def test_a_pipeline_replaces_the_settings(tiny):
    assert len(list(stream(tiny, PROMPT, Pipeline([TopK(3)])))) == DecodeConfig().max_new_tokens
