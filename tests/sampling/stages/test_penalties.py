"""The stages that depend on the text so far, on numbers that can be checked by hand."""

import pytest
import torch

from playground.sampling import Dry, FrequencyPenalty, NoRepeatNGram, PresencePenalty, RepetitionPenalty
from tests.sampling.stages.logits import kept


def test_repetition_penalty_lowers_negative_logits_too():
    logits = torch.tensor([2.0, -2.0, 1.0])
    assert RepetitionPenalty(2.0)(logits, torch.tensor([0, 1, 1])).tolist() == [1.0, -4.0, 1.0]


def test_penalties_count_within_their_window():
    logits, text = torch.zeros(3), torch.tensor([0, 1, 1, 2])
    assert FrequencyPenalty(1.0)(logits, text).tolist() == [-1, -2, -1]
    assert FrequencyPenalty(1.0, window=2)(logits, text).tolist() == [0, -1, -1]
    assert PresencePenalty(1.0)(logits, text).tolist() == [-1, -1, -1]
    assert RepetitionPenalty(2.0, window=1)(torch.ones(3), text).tolist() == [1, 1, 0.5]


def test_penalties_do_nothing_without_a_text():
    logits = torch.tensor([1.0, 2.0])
    for stage in (RepetitionPenalty(2), FrequencyPenalty(1), PresencePenalty(1), NoRepeatNGram(1), Dry()):
        assert torch.equal(stage(logits), logits)


def test_penalties_ignore_ids_outside_the_vocabulary():
    logits, text = torch.tensor([1.0, 2.0]), torch.tensor([5, -1, 5, -1, 5])
    for stage in (RepetitionPenalty(2), FrequencyPenalty(1), PresencePenalty(1), NoRepeatNGram(2), Dry()):
        assert torch.equal(stage(logits, text), logits)


def test_no_repeat_ngram_removes_tokens_that_would_complete_one():
    text = torch.tensor([0, 1, 2, 3, 0, 1])
    assert kept(NoRepeatNGram(3)(torch.zeros(5), text)) == [0, 1, 3, 4]
    assert kept(NoRepeatNGram(2)(torch.zeros(5), text)) == [0, 1, 3, 4]
    assert kept(NoRepeatNGram(7)(torch.zeros(5), text)) == [0, 1, 2, 3, 4]
    assert kept(NoRepeatNGram(1)(torch.zeros(5), text)) == [4]


def dry_by_hand(text, vocab_size, stage):
    """The definition, literally: for each token, the longest run that it would continue to repeat."""
    penalties = [0.0] * vocab_size
    for end in range(len(text) - 1):
        length = 0
        while length <= end and text[end - length] == text[len(text) - 1 - length]:
            if text[end - length] in stage.breakers:
                break
            length += 1
        if length >= stage.allowed_length:
            following = text[end + 1]
            penalty = stage.multiplier * stage.base ** (min(length, 50) - stage.allowed_length)
            penalties[following] = max(penalties[following], penalty)
    return penalties


@pytest.mark.parametrize("breakers", [(), (2,), (0, 1, 2, 3)])
def test_dry_equals_its_definition(breakers):
    generator = torch.Generator().manual_seed(4)
    stage = Dry(0.7, 1.5, 2, breakers)
    text = torch.randint(0, 4, (20, 60), generator=generator)
    penalised = stage(torch.zeros(20, 4), text)
    for row, ids in zip(penalised, text.tolist(), strict=True):
        assert row.tolist() == pytest.approx([-penalty for penalty in dry_by_hand(ids, 4, stage)])


def test_dry_counts_a_run_up_to_fifty_tokens():
    left = Dry(1.0, 1.1, 1)(torch.zeros(2), torch.zeros(1000, dtype=torch.long))
    assert left.tolist() == pytest.approx([-(1.1**49), 0.0], rel=1e-5)
