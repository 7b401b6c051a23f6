import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import TextError
from playground.sampling.score import distinct_ngrams, score_text


def test_perplexity_is_that_of_the_chapter():
    # The six target probabilities of the chapter's example, as logarithms.
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


def test_a_loop_repeats_and_a_list_of_different_tokens_does_not():
    assert score_text([1, 2, 3] * 20, [-1.0] * 60).repetition == pytest.approx(1 - 3 / 57)
    assert score_text(list(range(60)), [-1.0] * 60).repetition == 0
    assert distinct_ngrams([1, 2], 3) == 1


@pytest.mark.parametrize("log_prob", [-math.inf, -1e4])
def test_an_impossible_text_has_infinite_perplexity(log_prob):
    assert score_text([1], [log_prob]).perplexity == math.inf


@pytest.mark.parametrize(
    ("ids", "log_probs"), [([], []), ([1], []), ([1], [math.nan]), ([1], [0.5]), ([1, 2], [-1, math.nan])]
)
def test_what_cannot_be_scored_is_refused(ids, log_probs):
    with pytest.raises(TextError):
        score_text(ids, log_probs)
