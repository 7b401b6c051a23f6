"""XTC and Mirostat, on numbers that can be checked by hand."""

import pytest
import torch

from playground.sampling import XTC, DrawState, Mirostat
from tests.sampling.stages.logits import kept, logits_of


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
