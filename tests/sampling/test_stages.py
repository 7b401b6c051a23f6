"""Each stage, on numbers that can be checked by hand."""

import math

import pytest
import torch

from playground.errors import SettingsError
from playground.sampling import (
    XTC,
    Ban,
    DrawState,
    Dry,
    FrequencyPenalty,
    LogitBias,
    MinP,
    Mirostat,
    NoRepeatNGram,
    Pipeline,
    PresencePenalty,
    RepetitionPenalty,
    Temperature,
    TopK,
    TopNSigma,
    TopP,
    Typical,
    softmax_with_temperature,
)

REMOVED = -math.inf


def kept(logits):
    return (logits > REMOVED).nonzero().flatten().tolist()


def logits_of(*probabilities):
    return torch.tensor(probabilities).log()


def test_fault_57_top_k_out_of_bounds():
    for k in (0, -1):
        with pytest.raises(SettingsError, match="k: input should be greater than or equal to 1"):
            TopK(k)
    logits = torch.tensor([3.0, 1.0, 2.0])
    assert torch.equal(TopK(4)(logits), logits)
    assert torch.equal(TopK(262_144)(logits), logits)


@pytest.mark.parametrize("temperature", [1e-9, 9.9e-4, -1.0, math.nan, math.inf, 101.0])
def test_fault_58_temperature_out_of_bounds(temperature):
    with pytest.raises(SettingsError, match="emperature"):
        Temperature(temperature)
    with pytest.raises(SettingsError, match="emperature"):
        softmax_with_temperature(torch.tensor([1.0, 2.0]), temperature)


def test_fault_58_temperature_zero_is_greedy():
    logits = torch.tensor([[1.0, 5.0, 5.0], [7.0, 5.0, 5.0]])
    assert softmax_with_temperature(logits, 0).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert Temperature(0)(logits).argmax(-1).tolist() == logits.argmax(-1).tolist()


def test_the_smallest_temperature_gives_finite_probabilities():
    assert softmax_with_temperature(torch.tensor([-50.0, 80.0, 79.9]), 1e-3).tolist() == pytest.approx([0, 1, 0])


def test_fault_59_a_stage_that_would_remove_every_token_keeps_the_likeliest():
    logits = torch.tensor([[1.0, 4.0, 2.0], [3.0, 4.0, 5.0]])
    left = Ban([0, 1, 2])(logits)
    assert left.tolist() == [[REMOVED, 4.0, REMOVED], [REMOVED, REMOVED, 5.0]]
    only_first_row = NoRepeatNGram(1)(logits, torch.tensor([[0, 1, 2], [0, 0, 0]]))
    assert only_first_row.tolist() == [[REMOVED, 4.0, REMOVED], [REMOVED, 4.0, 5.0]]


def test_fault_59_logits_without_a_token_give_one():
    nothing = torch.full((1, 3), REMOVED)
    for stage in (Temperature(0.5), TopK(2), TopP(0.5), TopNSigma(1), XTC(0.1), Typical(0.5)):
        assert stage(nothing).softmax(-1).tolist() == [[1, 0, 0]]
    assert Pipeline()(nothing).softmax(-1).tolist() == [[1, 0, 0]]


def test_top_k_keeps_ties_at_the_kth_value():
    assert kept(TopK(2)(torch.tensor([1.0, 3.0, 2.0, 2.0, 0.0]))) == [1, 2, 3]


def test_top_p_keeps_the_smallest_set_that_reaches_p():
    logits = logits_of(0.5, 0.25, 0.15, 0.1)
    assert kept(TopP(0.5)(logits)) == [0]
    assert kept(TopP(0.51)(logits)) == [0, 1]
    assert kept(TopP(0.76)(logits)) == [0, 1, 2]
    assert kept(TopP(1e-9)(logits)) == [0]


def test_top_p_of_one_keeps_all_tokens_despite_rounding():
    logits = torch.cat([torch.zeros(1), torch.full((5000,), -30.0)])
    assert len(kept(TopP(1.0)(logits))) == 5001


def test_top_p_keeps_ties_at_its_threshold():
    assert kept(TopP(0.6)(logits_of(0.4, 0.3, 0.3))) == [0, 1, 2]


def test_top_p_over_a_large_flat_vocabulary():
    flat = torch.arange(2000.0) * 1e-4
    by_rank = flat.double().softmax(-1).flip(0).cumsum(0)
    expected = int((by_rank < 0.9).sum()) + 1
    assert abs(len(kept(TopP(0.9)(flat))) - expected) <= 1


def test_min_p_is_relative_to_the_likeliest_token():
    logits = logits_of(0.5, 0.3, 0.15, 0.05)
    assert kept(MinP(0.2)(logits)) == [0, 1, 2]
    assert kept(MinP(1.0)(logits)) == [0]
    assert kept(MinP(0)(logits)) == [0, 1, 2, 3]


def test_typical_may_remove_the_likeliest_token():
    # entropy 2.02 bits: the tokens of 1/4 (2 bits) are typical, the likeliest of 3/8 (1.4 bits) is not
    assert kept(Typical(0.4)(logits_of(0.375, 0.25, 0.25, 0.125))) == [1, 2]


def test_top_n_sigma_is_independent_of_the_temperature():
    logits = torch.tensor([8.0, 7.0, 3.0, 2.0, 1.0, 0.5])
    assert kept(TopNSigma(1)(logits)) == [0, 1]
    assert kept(TopNSigma(1)(logits / 7)) == [0, 1]
    assert kept(TopNSigma(0)(logits)) == [0]


def test_top_n_sigma_ignores_removed_tokens():
    logits = torch.tensor([8.0, 7.0, REMOVED, REMOVED, 4.0])
    assert kept(TopNSigma(1)(logits)) == kept(TopNSigma(1)(torch.tensor([8.0, 7.0, 4.0])))


def test_xtc_removes_all_top_choices_but_the_least_likely():
    logits = logits_of(0.4, 0.3, 0.2, 0.1)
    assert kept(XTC(0.2 - 1e-6)(logits)) == [2, 3]
    assert kept(XTC(0.35)(logits)) == [0, 1, 2, 3]  # a single top choice is never cut
    assert kept(XTC(0.01, 0.0)(logits, state=DrawState(seeds=(1,)))) == [0, 1, 2, 3]


def test_xtc_acts_with_its_probability_and_depends_on_seed_and_position():
    stage, logits = XTC(0.1, 0.3), logits_of(0.4, 0.3, 0.2, 0.1)
    acted = [stage.acts(7, place) for place in range(2000)]
    assert 0.26 < sum(acted) / 2000 < 0.34
    rows = stage(logits.expand(2, -1), state=DrawState(seeds=(7, 8), position=3))
    for seed, row in zip((7, 8), rows, strict=True):
        assert (len(kept(row)) < 4) == stage.acts(seed, 3)


def test_mirostat_follows_the_surprise():
    stage, logits = Mirostat(tau=1.0, eta=0.5), logits_of(0.6, 0.2, 0.15, 0.05)
    assert kept(stage(logits)) == [0]  # 2 bits are allowed at first: 0.2 has 2.3
    assert kept(stage(logits, state=DrawState(mu=torch.tensor([2.5])))) == [0, 1]
    left = stage(logits.unsqueeze(0), state=DrawState(mu=torch.tensor([2.5])))
    limit = stage.next_limit(torch.tensor([2.5]), left, torch.tensor([1]))
    assert limit.item() == pytest.approx(2.5 - 0.5 * (2.0 - 1.0))  # 0.2 of 0.8 left: 2 bits
    assert kept(stage(logits, state=DrawState(mu=torch.tensor([-3.0])))) == [0]


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


def test_logit_biases_add_up_and_unknown_tokens_are_named():
    assert LogitBias([(0, 1.5), (0, 1.0), (2, -100)])(torch.zeros(3)).tolist() == [2.5, 0, -100]
    for stage in (LogitBias([(3, 1.0)]), Ban([3])):
        with pytest.raises(SettingsError, match="there is no token 3 in a vocabulary of 3"):
            stage(torch.zeros(3))


def test_removed_tokens_stay_removed():
    out = torch.tensor([1.0, REMOVED, 2.0, 0.5])
    text = torch.tensor([1, 0, 1, 0])
    stages = (Temperature(2), LogitBias([(1, 100.0)]), RepetitionPenalty(0.5), FrequencyPenalty(-5), TopP(1), Dry())
    for stage in stages:
        assert stage(out, text)[1] == REMOVED


def test_the_repr_of_a_stage_is_its_constructor_call():
    for stage in (TopK(3), Temperature(0.5, on=False), XTC(0.2), RepetitionPenalty(window=64), TopP()):
        assert eval(repr(stage)) == stage
    assert repr(TopP()) == "TopP()"


def test_a_stage_refuses_unknown_settings():
    with pytest.raises(SettingsError, match=r"Top-k: it takes 1 settings \(k\), not 2"):
        TopK(3, 4)
    with pytest.raises(SettingsError, match="Top-k, p: extra inputs"):
        TopK(p=0.3)


def test_a_context_with_another_number_of_rows_is_refused():
    with pytest.raises(SettingsError, match="3 rows do not fit 2"):
        RepetitionPenalty(2)(torch.zeros(2, 5), torch.zeros(3, 4, dtype=torch.long))
