import json
from itertools import pairwise

import pytest
import tiktoken
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from playground.errors import CheckpointError, PlaygroundError, SettingsError, TextError
from playground.text import tokenizer as module
from playground.text.tokenizer import (
    StreamingDecoder,
    Vocabulary,
    encode,
    find_vocabulary,
    load_tokenizer,
    text_to_token_ids,
    token_ids_to_text,
    token_text,
)

KINDS = ("gpt2", "compact", "bytes")
# Any Unicode, and text-like strings: words, spaces, quotes, the special token.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
SPACES = [" ", "  ", "\n\n", "\t", "\x1c", "\x85", "\u3000"]
SCRIPTS = ["né", "漢字", "😀", "👩\u200d👩\u200d👧", "e\u0301", "<|endoftext|>", "<|endof", "a" * 20, "-" * 26]
WORDS = st.sampled_from(["the", " the", "'s", "n't", "...", "42", " 1999", "ferry", *SPACES, *SCRIPTS])
LIKELY_TEXT = st.lists(WORDS, max_size=60).map("".join)
TEXT = st.one_of(ANY_TEXT, LIKELY_TEXT)
GPT2 = load_tokenizer()


def test_the_chapters_prompts_have_the_chapters_ids():
    assert text_to_token_ids("Hello, I am", GPT2).tolist() == [[15496, 11, 314, 716]]
    assert text_to_token_ids("Every effort moves you", GPT2).tolist() == [[6109, 3626, 6100, 345]]
    assert token_ids_to_text(torch.tensor([[3626, 6100, 345]]), GPT2) == " effort moves you"
    assert GPT2.n_vocab == 50257
    assert GPT2.eot_token == 50256


def test_ids_have_one_row_and_are_int64():
    ids = text_to_token_ids("Every effort", GPT2)
    assert ids.shape == (1, 2)
    assert ids.dtype == torch.long
    assert text_to_token_ids("", GPT2).shape == (1, 0)


def test_ids_with_one_row_or_no_rows_are_decoded_and_two_rows_are_refused():
    ids = text_to_token_ids("moves you", GPT2)
    assert token_ids_to_text(ids[0], GPT2) == token_ids_to_text(ids[0].tolist(), GPT2) == "moves you"
    with pytest.raises(TextError, match="one row"):
        token_ids_to_text(ids.repeat(2, 1), GPT2)


@pytest.mark.parametrize("token_id", [-1, 258, 50257, 2**40])
def test_an_id_outside_the_vocabulary_is_named(token_id):
    with pytest.raises(TextError, match=f"{token_id} is not in this vocabulary of 257"):
        token_ids_to_text([65, token_id], load_tokenizer("bytes"))


def test_the_gpt2_tokenizer_equals_that_of_transformers():
    from transformers.models.gpt2.tokenization_gpt2 import GPT2Tokenizer

    table = module.gpt2_table()[:1500]
    ranks = {token: rank for rank, token in enumerate(table[:256])}
    merges = []
    for rank, token in enumerate(table[256:], start=256):
        merges.append(tuple(map(_gpt2_letters, _last_merge(token, ranks))))
        ranks[token] = rank
    small = {_gpt2_letters(token): rank for token, rank in ranks.items()}
    theirs = GPT2Tokenizer(vocab=small | {"<|endoftext|>": 1500}, merges=merges)
    ours = Vocabulary("compact", tuple(range(1500))).tokenizer
    text = "Every effort moves you; it's 1908,  isn't it?\n\n  «Grüße» 漢字 we'll see... 😀"
    assert theirs(text)["input_ids"] == encode(text, ours)


def _gpt2_letters(token: bytes) -> str:
    """GPT-2's published mapping of bytes to characters: printable ones to themselves, the others from U+0100 on."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return "".join(chr(b) if b in plain else chr(256 + others.index(b)) for b in token)


def _last_merge(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, bytes]:
    """The two parts that a token is merged from: the result of all merges with a better rank."""
    parts = [token[i : i + 1] for i in range(len(token))]
    while len(parts) > 2:
        found = [ranks.get(a + b, 10**9) for a, b in pairwise(parts)]
        i = found.index(min(found))
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return parts[0], parts[1]


@settings(max_examples=300, deadline=None)
@given(TEXT)
@example(" \x1c a\u3000\u3000b\n \n")
@example("'s's'S ''")
def test_a_compact_vocabulary_gives_the_same_tokens_as_gpt2(text):
    vocabulary = find_vocabulary("compact", text)
    to_gpt2 = (*vocabulary.gpt2_ids, 50256)
    assert [to_gpt2[i] for i in encode(text, vocabulary.tokenizer)] == encode(text, GPT2)


@settings(max_examples=100, deadline=None)
@given(TEXT, TEXT)
def test_any_text_is_decoded_exactly_in_every_vocabulary(text, other):
    for kind in KINDS:
        tokenizer = load_tokenizer(kind, other)
        assert token_ids_to_text(text_to_token_ids(text, tokenizer), tokenizer) == text


def test_every_gpt2_token_is_reached_by_existing_merges():
    ranks = module.gpt2_ranks()
    for token in module.gpt2_table()[256::7]:
        steps = list(module._merges_of(token))
        assert steps[-1] == token
        assert all(step in ranks for step in steps)


def test_a_compact_vocabulary_is_minimal():
    vocabulary = find_vocabulary("compact", "the the the")
    names = [module.gpt2_table()[i] for i in vocabulary.gpt2_ids[256:]]
    assert sorted(names) == [b" t", b" the", b"he", b"the"]


def test_sizes_of_the_vocabularies():
    assert [find_vocabulary(kind, "").size for kind in KINDS] == [50257, 257, 257]
    assert find_vocabulary("compact", "the the").size == 257 + 4  # he, the; " t", " the"


def test_unknown_kinds_and_a_compact_vocabulary_without_text_are_refused():
    with pytest.raises(SettingsError, match="compact is made for one text"):
        load_tokenizer("compact")
    with pytest.raises(SettingsError, match="choose compact, gpt2 or bytes"):
        load_tokenizer("gpt4")


@pytest.mark.parametrize("kind", KINDS)
def test_a_vocabulary_round_trips_through_json(kind):
    vocabulary = find_vocabulary(kind, "Every effort moves you")
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary


def _saved(kind, ids):
    return json.dumps({"kind": kind, "gpt2_ids": list(ids)})


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"kind":"compact"}',
        '{"kind":"compact","gpt2_ids":{}}',
        '{"kind":7,"gpt2_ids":[]}',
        _saved("huge", range(256)),
        _saved("bytes", range(255)),
        _saved("bytes", range(257)),
        _saved("gpt2", range(50255)),
        _saved("compact", range(50257)),
        _saved("compact", [*range(256), 300, 299]),
        _saved("compact", [*range(256), 300, 300]),
        _saved("compact", [*range(256), 300.0]),
        _saved("compact", [*range(256), "300"]),
        "[" * 100_000,
    ],
)
def test_an_invalid_vocabulary_is_refused(line):
    with pytest.raises(CheckpointError, match="vocabulary"):
        Vocabulary.from_json(line)


def test_a_damaged_token_table_is_detected(monkeypatch):
    monkeypatch.setattr(module, "_TABLE_SHA256", "0" * 64)
    with pytest.raises(PlaygroundError, match="damaged"):
        module.gpt2_table.__wrapped__()


def test_fault_53_end_of_text_in_a_text_is_the_special_token():
    for kind in KINDS:
        tokenizer = load_tokenizer(kind, "one")
        ids = encode("one<|endoftext|>two", tokenizer)
        assert ids.count(tokenizer.eot_token) == 1
        assert tokenizer.eot_token == tokenizer.n_vocab - 1
        assert token_ids_to_text(ids, tokenizer) == "one<|endoftext|>two"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text", ["^" * 10**6, "a" * 10**6, " " * 10**6, "\n\t" * 500_000 + "x"], ids=["^", "a", "blank", "lines"]
)
def test_fault_54_a_million_equal_characters_are_encoded_in_linear_time(kind, text):
    # A quadratic algorithm takes hours here, and a backtracking one overflows the stack of the regex engine.
    tokenizer = load_tokenizer(kind, text)
    assert token_ids_to_text(encode(text, tokenizer), tokenizer) == text


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([" ", "\n", "\t ", "\u3000", "\x1c"]), st.integers(0, 600)), min_size=1, max_size=4
    ),
    st.sampled_from(["", "a", "'s", "<|endoftext|>", "\x1c"]),
)
def test_splitting_long_runs_of_spaces_changes_no_token(runs, between):
    text = between.join(blank * n for blank, n in runs) + between
    assert encode(text, GPT2) == GPT2.encode(text, allowed_special="all")


def test_fault_55_a_lone_surrogate_becomes_one_replacement_character():
    for lone in ("\ud800", "\udc00", "\udc00\ud800"):
        expected = "a" + "\ufffd" * len(lone) + "b"
        for kind in KINDS:
            tokenizer = load_tokenizer(kind, f"a{lone}b")
            assert token_ids_to_text(encode(f"a{lone}b", tokenizer), tokenizer) == expected
    assert encode("\ud83d\ude00", GPT2) == encode("😀", GPT2)
    assert module.without_surrogates("\ud800") == "\ufffd"


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("漢字かな交じり文😀👩‍👩‍👧é한국어 a"), max_size=40), st.sampled_from(KINDS))
@example("😀", "bytes")
def test_fault_56_a_streaming_decoder_returns_whole_characters(text, kind):
    tokenizer = load_tokenizer(kind, "other words")
    decoder = StreamingDecoder(tokenizer)
    shown = ""
    for token_id in encode(text, tokenizer):
        shown += decoder.push(token_id)
        assert text.startswith(shown)
    assert shown + decoder.finish() == text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 50256), max_size=40))
def test_streamed_texts_join_to_the_whole_decode(ids):
    decoder = StreamingDecoder(GPT2)
    pieces = [decoder.push(i) for i in ids]
    assert "".join(pieces) + decoder.finish() == token_ids_to_text(ids, GPT2) == GPT2.decode(ids)


def test_a_stream_that_ends_inside_a_character_ends_with_a_replacement_character():
    decoder = StreamingDecoder(load_tokenizer("bytes"))
    first, *_ = encode("é", load_tokenizer("bytes"))
    assert decoder.push(first) == ""
    assert decoder.finish() == "\ufffd"
    assert decoder.push(*encode("a", load_tokenizer("bytes"))) == "a"


@pytest.mark.parametrize(
    ("data", "shown"),
    [(b" the", " the"), (b"\xe2\x82", "⟨E2 82⟩"), (b" \xe6", " ⟨E6⟩"), (b"\n", "\n")],
)
def test_part_of_a_character_is_shown_as_its_bytes(data, shown):
    tokenizer = tiktoken.Encoding("test", pat_str=".", mergeable_ranks={data: 0}, special_tokens={"<|endoftext|>": 1})
    assert token_text(0, tokenizer) == shown
    assert token_text(1, tokenizer) == "<|endoftext|>"
