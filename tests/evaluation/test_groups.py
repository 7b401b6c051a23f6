"""Losses by frequency and by place."""

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluation.groups import by_count, by_place, token_counts


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(0, 1000)), min_size=1, max_size=60))
def test_every_token_is_in_one_group_by_count(rows):
    losses, counts = torch.tensor([row[0] for row in rows]), torch.tensor([row[1] for row in rows])
    groups = by_count(losses, counts)
    assert sum(group.n for group in groups) == len(rows)
    assert sum(group.n * group.loss for group in groups) == pytest.approx(float(losses.double().sum()), abs=1e-4)
    assert all(group.high < after.low for group, after in itertools.pairwise(groups))


@given(st.lists(st.integers(1, 1024), min_size=1, max_size=60))
def test_every_token_is_in_one_group_by_place(context):
    groups = by_place(torch.ones(len(context)), torch.tensor(context))
    assert sum(group.n for group in groups) == len(context)
    assert len(groups) <= 32
    assert groups[-1].high == max(context)


def test_tokens_are_counted_in_the_training_text():
    assert token_counts(torch.tensor([3, 3, 1], dtype=torch.uint16), 5).tolist() == [0, 1, 0, 2, 0]


def test_no_tokens_make_no_groups():
    nothing = torch.empty(0)
    assert by_count(nothing, nothing) == by_place(nothing, nothing) == []
