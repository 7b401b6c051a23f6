import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from playground.config import DataConfig
from playground.text.corpus import build_corpus
from playground.training.loop.batches import Batches, derive_seed, make_batches


def windows_by_hand(ids, context_length, stride):
    """The book's dataset, chapter 2."""
    starts = range(0, len(ids) - context_length, stride)
    return [(ids[i : i + context_length], ids[i + 1 : i + context_length + 1]) for i in starts]


@given(
    n=st.integers(0, 60), context_length=st.integers(1, 12), stride=st.integers(1, 15), batch_size=st.integers(1, 7),
    drop_last=st.booleans(),
)  # fmt: skip
def test_batches_contain_the_windows_of_the_book(n, context_length, stride, batch_size, drop_last):
    ids = torch.arange(n)
    book = DataLoader(windows_by_hand(ids, context_length, stride), batch_size=batch_size, drop_last=drop_last)
    ours = Batches(ids, context_length, batch_size, stride, drop_last, shuffle=False)
    assert len(ours) == len(book)
    for (inputs, targets), (book_inputs, book_targets) in zip(ours, book, strict=True):
        assert torch.equal(inputs, book_inputs)
        assert torch.equal(targets, book_targets)


def test_windows_are_a_view_of_the_token_ids():
    ids = torch.arange(1000)
    batches = Batches(ids, context_length=16, batch_size=4, stride=1)
    assert batches.windows.untyped_storage().data_ptr() == ids.untyped_storage().data_ptr()


def test_without_a_stride_windows_are_adjacent():
    batches = Batches(torch.arange(21), context_length=5, batch_size=1, shuffle=False)
    assert [inputs[0].tolist() for inputs, _ in batches] == [[5 * i + j for j in range(5)] for i in range(4)]


def test_ids_of_a_smaller_type_are_returned_as_int64():
    inputs, targets = next(iter(Batches(torch.arange(9, dtype=torch.int32), 4, 2)))
    assert inputs.dtype == targets.dtype == torch.int64


def firsts(batches, epoch, start=0):
    return [inputs[:, 0].tolist() for inputs, _ in batches.epoch(epoch, start)]


def test_the_order_is_determined_by_seed_and_epoch_alone():
    def batches(seed):
        return Batches(torch.arange(200), 4, 3, seed=seed)

    torch.manual_seed(0)
    first = firsts(batches(1), 5)
    torch.manual_seed(99)
    again = batches(1)
    firsts(again, 4)  # reading another epoch before changes nothing
    assert firsts(again, 5) == first
    assert firsts(batches(1), 6) != first
    assert firsts(batches(2), 5) != first


def test_an_epoch_uses_every_window_once():
    batches = Batches(torch.arange(203), 4, 3, drop_last=False)
    assert sorted(first for batch in firsts(batches, 2) for first in batch) == list(range(0, 199, 4))


@pytest.mark.parametrize("start", [0, 1, 7, 16, 17])
def test_an_epoch_can_be_read_from_any_batch(start):
    batches = Batches(torch.arange(203), 4, 3, drop_last=False)
    assert firsts(batches, 3, start) == firsts(batches, 3)[start:]


def test_validation_batches_are_not_shuffled_and_keep_the_last_one():
    corpus = build_corpus("abcdefgh" * 50, DataConfig(vocabulary="bytes", train_ratio=0.5))
    train, val = make_batches(corpus, DataConfig(batch_size=7), 8, seed=1)
    assert len(train) == 24 // 7
    assert [len(inputs) for inputs, _ in val] == [7, 7, 7, 3]
    assert torch.equal(torch.cat([inputs for inputs, _ in val]).flatten(), corpus.val_ids[: 24 * 8])


def test_seeds_of_different_purposes_differ():
    seeds = {derive_seed(seed, what, n) for seed in range(10) for what in ("order", "step") for n in range(100)}
    assert len(seeds) == 2000
    assert all(0 <= seed < 2**63 for seed in seeds)
