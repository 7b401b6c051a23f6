"""Judging a text that is there: the same numbers as while writing it, also past the context."""

import pytest

from playground.config import DecodeConfig
from playground.errors import SettingsError, TextError
from playground.model.gpt import GPTModel
from playground.sampling import read_text, stream


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
def test_reading_may_start_anywhere(tiny, start):
    text = [(i * 7) % 61 for i in range(30)]
    assert all(
        same(a, b) for a, b in zip(read_text(tiny, text, start=start), read_text(tiny, text)[start - 1 :], strict=True)
    )


def test_without_stages_nothing_changes(tiny):
    assert all(step.probability == pytest.approx(step.probability_after) for step in read_text(tiny, [1, 2, 3]))


def test_a_single_token_has_nothing_before_it(tiny):
    assert read_text(tiny, [5]) == []
    assert read_text(tiny, [5, 6], start=2) == []


def test_fault_61_what_cannot_be_read_is_refused(tiny):
    with pytest.raises(TextError, match="empty"):
        read_text(tiny, [])
    with pytest.raises(SettingsError, match=r"model.eval\(\)"):
        read_text(GPTModel(tiny.config), [1, 2])
