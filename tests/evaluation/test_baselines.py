"""Unigram and bigram models: equal to a counter written in ten lines."""

import itertools
import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluation.baselines import Baselines

texts = st.lists(st.integers(0, 6), min_size=2, max_size=40)


def counted(train, passage, size):
    """The losses of a passage under both models, from counters."""
    ones, pairs = Counter(train), Counter(itertools.pairwise(train))
    befores = Counter(train[:-1])
    unigram = {token: (ones[token] + 1) / (len(train) + size) for token in range(size)}
    first = [-math.log(unigram[b]) for b in passage[1:]]
    second = [-math.log((pairs[a, b] + unigram[b]) / (befores[a] + 1)) for a, b in itertools.pairwise(passage)]
    return first, second


@given(train=texts, passage=texts)
def test_losses_equal_those_of_a_counter(train, passage):
    baselines = Baselines(torch.tensor(train), 7)
    first, second = counted(train, passage, 7)
    assert baselines.unigram_losses(torch.tensor(passage)).tolist() == pytest.approx(first)
    assert baselines.bigram_losses(torch.tensor(passage)).tolist() == pytest.approx(second)


@given(train=texts)
def test_distributions_sum_to_one_and_give_the_same_losses(train):
    baselines = Baselines(torch.tensor(train), 7)
    rows = baselines.bigram(torch.arange(7))
    assert float(baselines.unigram().sum()) == pytest.approx(1)
    assert rows.sum(-1).tolist() == pytest.approx([1] * 7)
    losses = baselines.bigram_losses(torch.tensor(train))
    assert losses.tolist() == pytest.approx((-rows[train[:-1], train[1:]].log()).tolist())


def test_a_bigram_model_knows_what_follows():
    baselines = Baselines(torch.tensor([0, 1] * 50), 3)
    ids = torch.tensor([0, 1, 0, 1])
    assert baselines.bigram_losses(ids).mean() < 0.1 < baselines.unigram_losses(ids).mean() < math.log(3)
