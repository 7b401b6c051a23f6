import hashlib
import socket

import pytest

from playground.config import DataConfig
from playground.errors import DownloadError, SettingsError, TextError
from playground.text import samples
from playground.text.corpus import build_corpus, check_long_enough, corpus_stats
from playground.text.samples import SAMPLES, load_sample


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(samples.pooch, "os_cache", lambda name: tmp_path / name)
    return tmp_path / "gpt-playground"


def test_the_story_is_about_as_long_as_the_chapters_text():
    story = load_sample("story")
    assert 19_500 <= len(story) <= 21_000
    assert story.isascii()
    stats = corpus_stats(build_corpus(story, DataConfig()), DataConfig(), 256)
    assert (stats.train_batches, stats.val_batches) == (9, 1)


def test_the_story_contains_the_chapters_start_context_and_repetitions():
    train_text = build_corpus(load_sample("story"), DataConfig()).train_text
    for phrase in ("Every effort moves you", "neither bank can hear", "as an old dog goes round a table", "Mrs. Quill"):
        assert train_text.count(phrase) >= 2, phrase


def test_the_standard_library_is_cut_to_size_and_always_the_same():
    text = load_sample("stdlib", max_bytes=300_000)
    assert 290_000 < len(text.encode()) <= 300_000
    assert text == load_sample("stdlib", max_bytes=300_000)
    assert load_sample("stdlib", max_bytes=400_000).startswith(text)
    assert "import" in text
    check_long_enough(build_corpus(text, DataConfig()), DataConfig(), 256)


def test_without_library_source_there_is_a_message(monkeypatch, tmp_path):
    monkeypatch.setattr(samples.sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(TextError, match="no standard library source"):
        load_sample("stdlib")


def test_a_story_is_cut_to_size():
    assert load_sample("story", max_bytes=100) == "The Middle of the River\n\n"


def test_an_unknown_sample_is_refused_with_the_list_of_samples():
    with pytest.raises(SettingsError, match="choose one of: story, stdlib, verdict"):
        load_sample("novel")
    assert list(SAMPLES) == ["story", "stdlib", "verdict"]


def test_fault_62_without_network_there_is_one_sentence_and_no_partial_file(empty_cache, monkeypatch):
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        monkeypatch.setattr(
            samples, "VERDICT_URL", f"http://127.0.0.1:{nobody_listens.getsockname()[1]}/the-verdict.txt"
        )
        with pytest.raises(DownloadError, match="could not be fetched"):
            load_sample("verdict")
    assert list(empty_cache.iterdir()) == []


def _serve(monkeypatch, body: bytes, stated_length: int):
    """Replace the download by `body`, with the given length in its header."""

    class Downloader:
        def __init__(self, timeout):
            assert timeout <= 10

        def __call__(self, url, output_file, pooch_):
            with open(output_file, "wb") as file:
                file.write(body)
            if len(body) < stated_length:
                raise samples.RequestException("connection broken")

    monkeypatch.setattr(samples.pooch, "HTTPDownloader", Downloader)


def test_fault_62_an_interrupted_download_is_not_kept(empty_cache, monkeypatch):
    _serve(monkeypatch, b"I had always", stated_length=20_000)
    with pytest.raises(DownloadError):
        load_sample("verdict")
    assert list(empty_cache.iterdir()) == []


def test_a_download_with_another_hash_is_refused(empty_cache, monkeypatch):
    _serve(monkeypatch, b"<html>log in to the hotel's network</html>", stated_length=0)
    with pytest.raises(DownloadError):
        load_sample("verdict")
    assert list(empty_cache.iterdir()) == []


def test_a_downloaded_sample_is_read_from_disk(empty_cache, monkeypatch):
    body = b"a stand-in for the story"
    monkeypatch.setattr(samples, "VERDICT_SHA256", hashlib.sha256(body).hexdigest())
    with pytest.raises(DownloadError, match="switched off"):
        load_sample("verdict", allow_download=False)
    _serve(monkeypatch, body, stated_length=0)
    assert load_sample("verdict") == body.decode()
    _serve(monkeypatch, b"", stated_length=1)
    assert load_sample("verdict", allow_download=False) == body.decode()
