import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.config import DataConfig
from playground.errors import TextError
from playground.text.corpus import TextTooShortError, build_corpus, check_long_enough, corpus_stats, count_windows
from playground.text.tokenizer import encode, find_vocabulary, load_tokenizer

LINE = "Every effort moves you, said the ferryman; and the river was in no hurry.\n"
VERDICT = os.environ.get("PLAYGROUND_VERDICT")
needs_the_verdict = pytest.mark.skipif(not VERDICT, reason="PLAYGROUND_VERDICT names no file")


@pytest.fixture
def verdict() -> str:
    return Path(VERDICT).read_text("utf-8")


@needs_the_verdict
@pytest.mark.parametrize(("kind", "vocab_size"), [("gpt2", 50_257), ("compact", 2_616)])
def test_the_chapters_text_has_the_chapters_figures(verdict, kind, vocab_size):
    assert hashlib.sha256(verdict.encode()).hexdigest().startswith("b41e41a6")
    data = DataConfig(vocabulary=kind)
    corpus = build_corpus(verdict, data)
    stats = corpus_stats(corpus, data, 256)
    assert (stats.characters, stats.tokens, stats.different_tokens) == (20_479, 5_145, 1_416)
    assert (len(corpus.train_text), len(corpus.val_text)) == (18_431, 2_048)
    assert (stats.train_windows, stats.train_batches) == (18, 9)
    assert (stats.val_windows, stats.val_batches) == (2, 1)
    assert stats.vocab_size == vocab_size


def test_the_split_is_by_characters_and_may_cut_a_word():
    corpus = build_corpus("the river and the ferryman and the river", DataConfig(train_ratio=0.55))
    assert (corpus.train_text, corpus.val_text) == ("the river and the ferr", "yman and the river")
    words = (
        [corpus.tokenizer.decode([i]) for i in corpus.train_ids],
        [corpus.tokenizer.decode([i]) for i in corpus.val_ids],
    )
    assert words[0][:4] == ["the", " river", " and", " the"]
    assert words[1][-3:] == [" and", " the", " river"]
    assert "".join(words[0] + words[1]) == corpus.text


def test_a_resumed_run_keeps_its_vocabulary():
    vocabulary = find_vocabulary("compact", "other words")
    corpus = build_corpus(LINE * 9, DataConfig(), vocabulary)
    assert corpus.vocabulary is vocabulary
    assert corpus.tokenizer.decode(corpus.train_ids.tolist()) == corpus.train_text


def test_the_hash_is_that_of_the_cleaned_text():
    corpus = build_corpus("\ufeff" + LINE.replace("\n", "\r\n") * 5, DataConfig())
    assert corpus.text == LINE * 5
    assert corpus.sha256 == hashlib.sha256((LINE * 5).encode()).hexdigest()


@pytest.mark.parametrize("text", ["", "\ufeff", " \n\t \u3000"])
def test_fault_50_an_empty_or_blank_text_is_refused(text):
    with pytest.raises(TextError, match=r"empty|nothing but blanks"):
        build_corpus(text, DataConfig())


@given(st.integers(0, 300), st.integers(1, 40), st.integers(1, 40) | st.none())
def test_windows_are_counted_as_the_book_cuts_them(n_tokens, context_length, stride):
    starts = range(0, n_tokens - context_length, stride or context_length)
    assert count_windows(n_tokens, context_length, stride) == len(starts)


@pytest.mark.parametrize(("drop_last", "batches"), [(True, 6), (False, 7)])
def test_statistics_count_the_batches_of_an_epoch(drop_last, batches):
    data = DataConfig(drop_last=drop_last, batch_size=8)
    corpus = build_corpus(LINE * 200, data)
    stats = corpus_stats(corpus, data, 64)
    assert (stats.train_tokens, stats.val_tokens) == (len(corpus.train_ids), len(corpus.val_ids)) == (3420, 380)
    assert (stats.train_windows, stats.val_windows) == (53, 5)
    assert (stats.train_batches, stats.val_batches) == (batches, 1)
    assert stats.tokens == 3800
    assert stats.different_tokens == len(set(encode(LINE, corpus.tokenizer)))


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("abc  \n.é漢'"), min_size=1, max_size=60), st.floats(0.01, 0.99))
def test_tokens_are_counted_in_the_unsplit_text(text, ratio):
    text = f"x{text}<|endoftext|>{text}"
    ids = encode(text, load_tokenizer())
    stats = corpus_stats(build_corpus(text, DataConfig(train_ratio=ratio)), DataConfig(), 4)
    assert (stats.tokens, stats.different_tokens) == (len(ids), len(set(ids)))


def test_fault_52_a_short_text_is_refused_with_the_missing_tokens_and_a_context_that_works():
    data = DataConfig()
    corpus = build_corpus(LINE * 30, data)
    with pytest.raises(TextTooShortError) as caught:
        check_long_enough(corpus, data, 256)
    assert caught.value.longest_context_length == 56
    assert str(caught.value) == (
        "Too short: the validation part has 57 tokens and needs 257, so 200 are missing; "
        "use a longer text, or a context length of at most 56."
    )
    check_long_enough(corpus, data, 56)
    with pytest.raises(TextError):
        check_long_enough(corpus, data, 57)


def test_fault_52_a_text_of_one_word_is_refused_without_a_context_that_works():
    data = DataConfig()
    with pytest.raises(TextTooShortError, match=r"are missing; use a longer text\.$") as caught:
        check_long_enough(build_corpus("word", data), data, 256)
    assert caught.value.longest_context_length is None


@settings(max_examples=150, deadline=None)
@given(
    n_lines=st.integers(1, 60),
    ratio=st.floats(0.05, 0.95),
    batch_size=st.integers(1, 9),
    stride=st.none() | st.integers(1, 90),
    drop_last=st.booleans(),
    context_length=st.integers(1, 120),
)
def test_fault_52_is_refused_exactly_when_a_part_would_have_no_batch(
    n_lines, ratio, batch_size, stride, drop_last, context_length
):
    data = DataConfig(train_ratio=ratio, batch_size=batch_size, stride=stride, drop_last=drop_last)
    corpus = build_corpus(LINE * n_lines, data)
    stats = corpus_stats(corpus, data, context_length)
    too_short = None
    try:
        check_long_enough(corpus, data, context_length)
    except TextTooShortError as error:
        too_short = error
    assert (too_short is not None) == (stats.train_batches == 0 or stats.val_batches == 0)
    if too_short and too_short.longest_context_length:
        assert f"at most {too_short.longest_context_length}." in str(too_short)
        assert too_short.longest_context_length < context_length
        check_long_enough(corpus, data, too_short.longest_context_length)
