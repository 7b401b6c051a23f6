"""What all stages have in common: at least one token remains, and settings are checked."""

import pytest
import torch

from playground.errors import SettingsError
from playground.sampling import (
    XTC,
    Ban,
    Dry,
    FrequencyPenalty,
    LogitBias,
    NoRepeatNGram,
    Pipeline,
    RepetitionPenalty,
    Temperature,
    TopK,
    TopNSigma,
    TopP,
    Typical,
)
from playground.sampling.stages.base import REMOVED


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
