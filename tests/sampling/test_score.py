"""The steps of a given text equal those of writing it, also past the context; and the scores of a text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.config import DecodeConfig
from playground.errors import SettingsError, TextError
from playground.model.gpt import GPTModel
from playground.sampling import read_text, stream
from playground.sampling.score import distinct_ngrams, score_text


def same(a, b):
    return (
        (a.id, a.position, a.rank, a.seen_from) == (b.id, b.position, b.rank, b.seen_from)
        and a.probability == pytest.approx(b.probability, rel=1e-4)
        and a.probability_after == pytest.approx(b.probability_after, rel=1e-4)
        and a.entropy_bits == pytest.approx(b.entropy_bits, rel=1e-4)
        and [other.id for other in a.alternatives] == [other.id for other in b.alternatives]
    )


@pytest.mark.parametrize("length", [1, 8, 9, 40, 100])
def test_a_text_is_read_as_it_was_written(tiny, length):
    decode = DecodeConfig(max_new_tokens=length, temperature=1.4, top_k=25)
    written = list(stream(tiny, [7, 3, 60, 1], decode, top_n=5))
    text = [7, 3, 60, 1] + [step.id for step in written]
    read = read_text(tiny, text, start=4, decode=decode, top_n=5)
    assert len(read) == length
    assert all(same(a, b) for a, b in zip(read, written, strict=True))
    assert [step.position for step in read_text(tiny, text)] == list(range(1, len(text)))


@pytest.mark.parametrize("start", [1, 11, 12, 13, 14, 29])
def test_reading_can_start_at_any_position(tiny, start):
    text = [(i * 7) % 61 for i in range(30)]
    assert all(
        same(a, b) for a, b in zip(read_text(tiny, text, start=start), read_text(tiny, text)[start - 1 :], strict=True)
    )


def test_without_stages_nothing_changes(tiny):
    assert all(step.probability == pytest.approx(step.probability_after) for step in read_text(tiny, [1, 2, 3]))


def test_a_single_token_has_nothing_before_it(tiny):
    assert read_text(tiny, [5]) == []
    assert read_text(tiny, [5, 6], start=2) == []


def test_fault_61_an_empty_text_and_a_model_in_training_mode_are_refused(tiny):
    with pytest.raises(TextError, match="empty"):
        read_text(tiny, [])
    with pytest.raises(SettingsError, match=r"model.eval\(\)"):
        read_text(GPTModel(tiny.config), [1, 2])


def test_perplexity_equals_the_chapters():
    # the logarithms of the six target probabilities in the chapter's example
    log_probs = [-9.5043, -10.3796, -11.3676, -11.4798, -9.7765, -12.2561]
    score = score_text([3626, 6100, 345, 1107, 588, 11311], log_probs)
    assert score.mean_log_prob == pytest.approx(-10.7940, abs=5e-5)
    assert score.perplexity == pytest.approx(48725.8, rel=1e-4)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_shares_stay_between_zero_and_one(ids):
    score = score_text(ids, [-1.0] * len(ids))
    assert all(0 < share <= 1 for share in score.distinct)
    assert 0 <= score.repetition < 1
    assert score.distinct[0] == len(set(ids)) / len(ids)


def test_repetition_of_a_loop_and_of_distinct_tokens():
    assert score_text([1, 2, 3] * 20, [-1.0] * 60).repetition == pytest.approx(1 - 3 / 57)
    assert score_text(list(range(60)), [-1.0] * 60).repetition == 0
    assert distinct_ngrams([1, 2], 3) == 1


@pytest.mark.parametrize("log_prob", [-math.inf, -1e4])
def test_an_impossible_text_has_infinite_perplexity(log_prob):
    assert score_text([1], [log_prob]).perplexity == math.inf


@pytest.mark.parametrize(
    ("ids", "log_probs"), [([], []), ([1], []), ([1], [math.nan]), ([1], [0.5]), ([1, 2], [-1, math.nan])]
)
def test_missing_or_invalid_log_probabilities_are_refused(ids, log_probs):
    with pytest.raises(TextError):
        score_text(ids, log_probs)
