import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from playground.config import DataConfig
from playground.sampling import copies
from playground.sampling.copies import CharacterOffsets, CopyIndex, suffix_array
from playground.text.corpus import build_corpus
from playground.text.samples import load_sample
from playground.text.tokenizer import encode, load_tokenizer

FEW = st.lists(st.integers(0, 3), max_size=40)


def stands_in(train: list[int], part: list[int]) -> bool:
    return any(train[i : i + len(part)] == part for i in range(len(train) - len(part) + 1))


@given(st.lists(st.integers(0, 4), max_size=60))
@example([0] * 33)
@example([0, 1] * 16)
@example([50_256, 0, 50_256])
def test_the_suffix_array_is_sorted(ids):
    order = suffix_array(np.array(ids, np.int64)).tolist()
    assert order == sorted(range(len(ids)), key=lambda i: ids[i:])


@given(FEW, FEW)
def test_each_token_has_the_length_of_the_longest_copied_span_around_it(train, text):
    copied = CopyIndex(train).find(text)
    for i in range(len(text)):
        lengths = [b - a for a in range(i + 1) for b in range(i + 1, len(text) + 1) if stands_in(train, text[a:b])]
        assert copied.longest[i] == max(lengths, default=0)


@given(FEW, FEW)
def test_matches_are_found_at_their_position_and_are_maximal(train, text):
    matches = CopyIndex(train).find(text).matches
    for match in matches:
        assert text[match.start : match.end] == train[match.position : match.position + match.length]
        assert match.end == len(text) or not stands_in(train, text[match.start : match.end + 1])
        assert match.start == 0 or not stands_in(train, text[match.start - 1 : match.end])
    assert [match.start for match in matches] == sorted(match.start for match in matches)


@given(FEW, FEW, st.integers(1, 4))
def test_a_very_long_match_is_extended_at_one_position(train, text, long):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copies, "MAX_EXACT", long)
        found = CopyIndex(train).find(text)
    exact = CopyIndex(train).find(text)
    for match in found.matches:
        assert text[match.start : match.end] == train[match.position : match.position + match.length]
    assert np.array_equal(np.minimum(found.longest, long), np.minimum(exact.longest, long))


@given(FEW, FEW, st.integers(1, 6))
def test_the_share_counts_the_tokens_in_the_spans(train, text, min_length):
    copied = CopyIndex(train).find(text)
    inside = {i for span in copied.spans(min_length) for i in range(span.start, span.end)}
    assert copied.share(min_length) == (len(inside) / len(text) if text else 0)


def test_empty_texts():
    assert CopyIndex([]).find([1, 2]).share(1) == 0
    assert CopyIndex([1, 2]).find([]).matches == ()
    assert CopyIndex([1, 2]).find([]).share(1) == 0


def test_the_story_is_found_in_itself_and_invented_words_are_not():
    corpus = build_corpus(load_sample("story"), DataConfig())
    index = CopyIndex(corpus.train_ids)
    recited = corpus.train_ids[1000:2000]
    copied = index.find(recited)
    assert [(span.start, span.end, span.position) for span in copied.spans(100)] == [(0, 1000, 1000)]
    assert copied.share(10) == 1
    invented = encode("Nobody had spoken to the pilot about helium, nor did he ask.", corpus.tokenizer)
    assert index.find(invented).share(5) == 0
    assert index.find(corpus.val_ids).share(8) < 0.5


def test_ids_may_come_as_tensors_of_any_kind():
    train, text = [3, 1, 4, 1, 5, 9], [1, 5, 9, 2]
    expected = CopyIndex(train).find(text)
    mapped = CopyIndex(torch.tensor(train, dtype=torch.uint16)).find(torch.tensor([text]))
    assert mapped.matches == expected.matches


def test_of_a_huge_text_only_the_beginning_is_indexed(monkeypatch):
    monkeypatch.setattr(copies, "MAX_TOKENS", 4)
    index = CopyIndex([1, 2, 3, 4, 5, 6])
    assert index.n_left_out == 2
    assert index.find([3, 4, 5]).longest.tolist() == [2, 2, 0]


def test_a_copied_span_is_located_in_the_training_text():
    corpus = build_corpus(load_sample("story"), DataConfig())
    places = CharacterOffsets(corpus.train_ids, corpus.tokenizer)
    phrase = " as an old dog goes round a table"
    (span,) = CopyIndex(corpus.train_ids).find(encode(phrase, corpus.tokenizer)).matches
    start, end = places.characters(span.position, span.position + span.length)
    assert corpus.train_text[start:end] == phrase


@pytest.mark.parametrize("kind", ["gpt2", "bytes"])
def test_offsets_count_characters_even_where_tokens_split_them(kind):
    text = "né 漢字 😀 <|endoftext|> e\u0301"
    tokenizer = load_tokenizer(kind)
    ids = encode(text, tokenizer)
    places = CharacterOffsets(ids, tokenizer)
    assert places.characters(0, len(ids)) == (0, len(text))
    assert "".join(text[slice(*places.characters(i, i + 1))] for i in range(len(ids))) == text
