import random

import pytest

from playground.config import DataConfig
from playground.errors import TextError
from playground.text import estimate
from playground.text.corpus import build_corpus, corpus_stats
from playground.text.estimate import estimate_stats, read_sample
from playground.text.upload import UnclearEncodingError


@pytest.fixture(autouse=True)
def small_samples(monkeypatch):
    monkeypatch.setattr(estimate, "SAMPLE_BYTES", 64_000)


@pytest.fixture
def write(tmp_path):
    def make(data):
        path = tmp_path / "text.txt"
        path.write_bytes(data)
        return path

    return make


def prose(n_words, seed=1):
    """Words with the frequencies of a natural language (Zipf): the k-th one has a probability proportional to 1/k."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("aeiou prstlmn", k=rng.randint(2, 9))) for _ in range(40_000)]
    chosen = rng.choices(words, weights=[1 / k for k in range(1, 40_001)], k=n_words)
    return "\n".join(" ".join(chosen[i : i + 12]) for i in range(0, n_words, 12))


@pytest.mark.parametrize("vocabulary", ["compact", "gpt2", "bytes"])
def test_the_estimate_is_close_to_the_count(write, vocabulary):
    text, data = prose(60_000), DataConfig(vocabulary=vocabulary)
    sample = read_sample(write(text.encode()))
    assert sample.share < 0.25
    guessed = estimate_stats(sample, build_corpus(sample.text, data), data, 64)
    counted = corpus_stats(build_corpus(text, data), data, 64)
    for name in ("characters", "tokens", "train_tokens", "val_tokens", "train_batches", "val_batches"):
        assert getattr(guessed, name) == pytest.approx(getattr(counted, name), rel=0.05), name
    for name in ("different_tokens", "vocab_size"):
        assert getattr(guessed, name) == pytest.approx(getattr(counted, name), rel=0.3), name


def test_a_small_file_is_read_completely(write):
    sample = read_sample(write(b"Every effort moves you."))
    assert (sample.text, sample.share) == ("Every effort moves you.", 1.0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "koi8_r", "cp932"])
@pytest.mark.parametrize("end", ["\n", " ", "\r\n", ".\n"])
def test_no_character_is_cut_in_any_encoding(write, encoding, end):
    words = {"koi8_r": "Чайка летит над рекой", "cp932": "猫は川の上を飛ぶ。だれも聞かない"}.get(
        encoding, "“Grüße” 猫 😀 x"
    )
    lines = (words + end) * 12_000
    sample = read_sample(write(lines.encode(encoding)))
    assert sample.share < 0.5
    assert set(sample.text) <= set(lines)


def test_a_file_without_any_gap_is_sampled_too(write):
    assert set(read_sample(write(b"x" * 300_000)).text) == {"x"}


def test_a_binary_file_is_refused(write):
    with pytest.raises(TextError, match=r"text\.txt is a PDF"):
        read_sample(write(b"%PDF-" + b"x\n" * 100_000))


def test_a_chosen_encoding_is_used(write):
    path = write(("猫 " + "a" * 300 + "\n").encode("shift_jis") * 1000)
    with pytest.raises(UnclearEncodingError):
        read_sample(write("猫\n".encode("shift_jis")))
    path = write("猫\n".encode("shift_jis"))
    assert read_sample(path, "shift_jis").text == "猫\n"
