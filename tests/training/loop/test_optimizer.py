from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.config import TrainConfig
from playground.errors import SettingsError
from playground.training.loop.optimizer import lr_at, make_optimizer, with_lr


def test_a_constant_schedule_is_constant():
    assert {lr_at(step, 10, TrainConfig(lr=0.01)) for step in range(10)} == {0.01}


def test_warmup_rises_linearly_to_the_peak_and_then_keeps_it():
    config = TrainConfig(lr=0.1, warmup_pct=40)
    assert [lr_at(step, 10, config) for step in range(10)] == pytest.approx([0.025, 0.05, 0.075] + [0.1] * 7)


@given(
    total=st.integers(1, 500), warmup=st.floats(0, 100), floor=st.floats(0, 0.01), step=st.integers(0, 10_000)
)  # fmt: skip
def test_every_learning_rate_lies_between_zero_and_the_peak(total, warmup, floor, step):
    config = TrainConfig(lr=0.01, min_lr=floor, lr_schedule="cosine", warmup_pct=warmup)
    assert 0 <= lr_at(step, total, config) <= 0.01
    if step >= total > round(total * warmup / 100):
        assert lr_at(step, total, config) == pytest.approx(floor, abs=1e-12)


def test_cosine_falls_without_a_jump_after_the_warmup():
    config = TrainConfig(lr=0.01, min_lr=0.001, lr_schedule="cosine", warmup_pct=20)
    lrs = [lr_at(step, 1000, config) for step in range(1000)]
    assert lrs[199] == lrs[200] == 0.01
    assert all(before > after for before, after in pairwise(lrs[200:]))
    assert max(before - after for before, after in pairwise(lrs[199:])) < 2e-5
    assert lrs[-1] == pytest.approx(0.001, abs=1e-6)


def test_adamw_has_all_weights_in_one_group_with_the_settings():
    model = torch.nn.Linear(3, 2)
    config = TrainConfig(lr=0.02, weight_decay=0.3, beta1=0.8, beta2=0.95)
    (group,) = make_optimizer(model, config).param_groups
    assert len(group["params"]) == 2
    assert (group["lr"], group["weight_decay"], group["betas"]) == (0.02, 0.3, (0.8, 0.95))
    assert group["fused"]


def test_without_a_lowest_rate_the_decay_ends_at_a_tenth_of_the_rate():
    config = TrainConfig(lr=0.01, min_lr=None, lr_schedule="cosine")
    same = config.replace(min_lr=0.01 / 10)
    assert [lr_at(step, 100, config) for step in range(120)] == [lr_at(step, 100, same) for step in range(120)]
    assert lr_at(100, 100, config) == pytest.approx(0.001)
    assert with_lr(config, 0.0001).min_lr is None


@given(lr=st.floats(1e-8, 1), new=st.floats(1e-8, 1), floor=st.floats(0, 1))
def test_a_learning_rate_below_the_floor_takes_the_floor_along(lr, new, floor):
    config = TrainConfig(lr=lr, min_lr=min(lr, floor), lr_schedule="cosine").replace(lr=new)
    assert config.lr == new
    assert config.lowest_lr <= new
    if new >= min(lr, floor):
        assert config.min_lr == min(lr, floor)


def test_a_floor_that_is_set_above_the_learning_rate_is_refused():
    with pytest.raises(SettingsError, match="min_lr"):
        TrainConfig(lr=0.01).replace(lr=0.001, min_lr=0.002)
