from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.config import DataConfig
from playground.errors import TextError
from playground.text import pieces as cutting
from playground.text import token_file
from playground.text.corpus import build_corpus, corpus_stats
from playground.text.pieces import pieces
from playground.text.token_file import open_corpus
from playground.text.tokenizer import find_vocabulary

SPACES = [" ", "  ", "\n", "\n\n", "\t", " \n ", "\x85", "\u3000", "\u2028"]
SCRIPTS = ["né", "漢字かな", "😀", "e\u0301", "<|endoftext|>", "<|endof", "a" * 40, " " * 300]
WORDS = st.lists(st.sampled_from(["the", "'s", "...", "42", "ferry", "(x)", *SPACES, *SCRIPTS]), max_size=80).map(
    "".join
)
LINE = "The river was in no hurry, said the ferryman. 漢字 😀\n"


@contextmanager
def pieces_of_16_bytes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(token_file, "LARGE_TEXT_BYTES", 0)
        patch.setattr(cutting, "PIECE_BYTES", 16)
        yield


@pytest.fixture
def small_pieces():
    with pieces_of_16_bytes():
        yield


@pytest.fixture
def text_file(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes((LINE * 100).encode())
    return path


def assert_same(mapped, whole):
    assert torch.equal(mapped.train_ids.long(), whole.train_ids)
    assert torch.equal(mapped.val_ids.long(), whole.val_ids)
    assert mapped.vocabulary == whole.vocabulary
    assert mapped.text == whole.text
    assert (mapped.split, mapped.characters, mapped.sha256) == (whole.split, whole.characters, whole.sha256)


@settings(max_examples=60, deadline=None)
@given(WORDS, st.sampled_from(["compact", "gpt2", "bytes"]), st.floats(0.01, 0.99))
def test_encoding_a_file_in_pieces_gives_the_ids_of_the_whole_text(words, kind, ratio):
    text = "".join([*words, "."])
    data = DataConfig(vocabulary=kind, train_ratio=ratio)
    with TemporaryDirectory() as folder, pieces_of_16_bytes():
        path = Path(folder) / "text.txt"
        path.write_bytes(text.encode())
        assert_same(open_corpus(path, data, cache=Path(folder) / "tokens"), build_corpus(text, data))


@given(st.binary(max_size=200))
def test_pieces_joined_are_the_file(data):
    with TemporaryDirectory() as folder, pieces_of_16_bytes():
        path = Path(folder) / "text.txt"
        path.write_bytes(data)
        assert b"".join(pieces(path, 3, len(data))) == data[3:]


def test_a_text_of_real_size_in_real_pieces(tmp_path, text_file, monkeypatch):
    text_file.write_bytes((LINE * 45_000).encode())  # 2.6 MB: three pieces, the split in the last
    monkeypatch.setattr(token_file, "LARGE_TEXT_BYTES", 1_000_000)
    corpus = open_corpus(text_file, DataConfig(), cache=tmp_path / "tokens")
    assert corpus.train_ids.dtype == torch.uint16
    assert_same(corpus, build_corpus(LINE * 45_000, DataConfig()))


def test_a_small_file_is_not_cached(tmp_path, text_file):
    corpus = open_corpus(text_file, DataConfig(), cache=tmp_path / "tokens")
    assert_same(corpus, build_corpus(LINE * 100, DataConfig()))
    assert not (tmp_path / "tokens").exists()


def test_the_second_start_with_the_same_text_uses_the_cache(small_pieces, tmp_path, text_file, monkeypatch):
    first = open_corpus(text_file, DataConfig(), cache=tmp_path / "tokens")
    other = tmp_path / "copy.txt"
    other.write_bytes(text_file.read_bytes())
    monkeypatch.setattr(token_file, "encode_to_array", None)
    seen = []
    for vocabulary in (None, first.vocabulary):  # a new run, and one that is resumed
        again = open_corpus(
            other, DataConfig(), vocabulary, cache=tmp_path / "tokens", progress=lambda *at: seen.append(at)
        )
        assert torch.equal(again.train_ids.long(), first.train_ids.long())
    size = other.stat().st_size
    assert seen == [(size, size)] * 2


@pytest.mark.parametrize(
    "change", [{"vocabulary": "bytes"}, {"train_ratio": 0.5}, {"vocabulary": "gpt2"}], ids=lambda change: str(change)
)
def test_other_settings_do_not_reuse_the_ids(small_pieces, tmp_path, text_file, change):
    open_corpus(text_file, DataConfig(), cache=tmp_path / "tokens")
    data = DataConfig(**change)
    assert_same(open_corpus(text_file, data, cache=tmp_path / "tokens"), build_corpus(LINE * 100, data))


def test_a_vocabulary_of_another_text_is_kept(small_pieces, tmp_path, text_file):
    vocabulary = find_vocabulary("compact", "other words")
    for _ in range(2):
        open_corpus(text_file, DataConfig(), cache=tmp_path / "tokens")
        corpus = open_corpus(text_file, DataConfig(), vocabulary, cache=tmp_path / "tokens")
        assert_same(corpus, build_corpus(LINE * 100, DataConfig(), vocabulary))


@pytest.mark.parametrize("damage", ["flip", "cut", "vocabulary", "entry", "gone"])
def test_a_damaged_entry_is_replaced(small_pieces, tmp_path, text_file, damage):
    cache = tmp_path / "tokens"
    open_corpus(text_file, DataConfig(), cache=cache)
    (entry,) = cache.iterdir()
    ids = entry / "ids.bin"
    if damage == "flip":
        data = bytearray(ids.read_bytes())
        data[101] ^= 4
        ids.write_bytes(data)
    elif damage == "cut":
        ids.write_bytes(ids.read_bytes()[:-2])
    elif damage == "gone":
        ids.unlink()
    else:
        (entry / f"{damage}.json").write_text("{")
    assert_same(open_corpus(text_file, DataConfig(), cache=cache), build_corpus(LINE * 100, DataConfig()))
    assert list(cache.iterdir()) == [entry]


def test_progress_counts_bytes_up_to_the_end(small_pieces, tmp_path, text_file):
    seen = []
    open_corpus(text_file, DataConfig(), cache=tmp_path / "tokens", progress=lambda *at: seen.append(at))
    done = [at for at, _ in seen]
    assert done == sorted(done)
    assert len(done) > 100
    assert seen[-1] == (text_file.stat().st_size,) * 2


def test_statistics_of_a_memory_mapped_corpus(small_pieces, tmp_path, text_file):
    mapped = corpus_stats(open_corpus(text_file, DataConfig(), cache=tmp_path / "tokens"), DataConfig(), 16)
    whole = corpus_stats(build_corpus(LINE * 100, DataConfig()), DataConfig(), 16)
    assert mapped.train_batches == whole.train_batches
    assert abs(mapped.tokens - whole.tokens) <= 2  # the split lies inside a word


def test_the_cache_keeps_the_texts_used_last(small_pieces, tmp_path, text_file, monkeypatch):
    monkeypatch.setattr(token_file, "KEPT_ENTRIES", 2)
    for kind in ("bytes", "gpt2", "compact"):
        open_corpus(text_file, DataConfig(vocabulary=kind), cache=tmp_path / "tokens")
    assert sorted(path.name.split("-")[1] for path in (tmp_path / "tokens").iterdir()) == ["compact", "gpt2"]


def test_a_file_that_is_not_utf8_is_refused_and_leaves_nothing_in_the_cache(small_pieces, tmp_path, text_file):
    text_file.write_bytes("Grüße ".encode("latin-1") * 50)
    with pytest.raises(TextError, match=r"text\.txt is not UTF-8"):
        open_corpus(text_file, DataConfig(), cache=tmp_path / "tokens")
    assert list((tmp_path / "tokens").iterdir()) == []


def test_a_full_disk_gives_one_sentence(small_pieces, tmp_path, text_file):
    (tmp_path / "tokens").write_text("a file where the folder should be")
    with pytest.raises(TextError, match="cannot be written"):
        open_corpus(text_file, DataConfig(), cache=tmp_path / "tokens")
