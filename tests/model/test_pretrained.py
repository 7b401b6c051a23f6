"""Fetching the published weights, from a server on this machine that plays the hub."""

import hashlib
import random
import threading
from pathlib import Path

import huggingface_hub.constants as constants
import huggingface_hub.file_download as file_download
import pytest

from playground.errors import DownloadError, SettingsError
from playground.model.pretrained import PUBLISHED, Published, cached, fetch, find_published
from tests.model.hub_server import Hub, playing_hub

CONTENT = random.Random(1).randbytes(300_000)
TINY = Published("gpt2-124M", "someone/tiny", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
WHAT_TO_DO = "Put model.safetensors of someone/tiny into a folder and import that folder, or name a mirror"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 20_000)
    monkeypatch.setattr(file_download.time, "sleep", lambda _: None)  # before a dropped connection is taken up again
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with playing_hub(CONTENT) as hub:
        yield hub


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "hub"


class StoppedError(Exception):
    pass


def stop_after(n_bytes: int):
    def progress(done: int, total: int) -> None:
        if done >= n_bytes:
            raise StoppedError

    return progress


def leftovers(cache: Path) -> list[str]:
    return [path.name for path in cache.rglob("*.part")]


def refused(hub: Hub, cache: Path, published: Published = TINY) -> str:
    with pytest.raises(DownloadError) as error:
        fetch(published, endpoint=hub.url, cache=cache)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_the_file_arrives_in_the_user_s_cache_with_progress_and_is_not_fetched_twice(hub: Hub, cache: Path):
    seen = []
    path = fetch(TINY, lambda done, total: seen.append((done, total)), endpoint=hub.url, cache=cache)
    assert path.read_bytes() == CONTENT
    assert path.name == "model.safetensors"
    assert cached(TINY, cache)
    assert seen == sorted(seen)
    assert (seen[0][0], seen[-1][0], seen[0][1]) == (0, len(CONTENT), len(CONTENT))
    assert len(seen) > 10
    hub.status = 500
    assert fetch(TINY, endpoint=hub.url, cache=cache) == path
    assert leftovers(cache) == []


def test_a_stopped_download_goes_on_where_it_was(hub: Hub, cache: Path):
    with pytest.raises(StoppedError):
        fetch(TINY, stop_after(100_000), endpoint=hub.url, cache=cache)
    assert leftovers(cache) != []
    seen = []
    path = fetch(TINY, lambda done, total: seen.append(done), endpoint=hub.url, cache=cache)
    assert path.read_bytes() == CONTENT
    assert seen[0] >= 100_000
    assert ("GET", f"bytes={seen[0]}-") in hub.asked


@pytest.mark.parametrize("at", [0, 1, 19_999, 150_001, 299_999])
def test_fault_62_a_connection_that_drops_at_any_byte_is_taken_up_again(hub: Hub, cache: Path, at: int):
    hub.drops = [at, 30_000]
    assert fetch(TINY, endpoint=hub.url, cache=cache).read_bytes() == CONTENT


def test_a_server_that_ignores_ranges_sends_everything_again(hub: Hub, cache: Path):
    hub.ignores_ranges = True
    with pytest.raises(StoppedError):
        fetch(TINY, stop_after(100_000), endpoint=hub.url, cache=cache)
    assert fetch(TINY, endpoint=hub.url, cache=cache).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [401, 403, 404])
def test_fault_62_a_refusal_says_what_to_put_where(hub: Hub, cache: Path, status: int):
    hub.status = status
    sentence = refused(hub, cache)
    assert f"gpt2-124M cannot be fetched: the server answers {status}." in sentence
    assert WHAT_TO_DO in sentence


@pytest.mark.parametrize(
    ("method", "why"), [("HEAD", "something else than the hub answered"), ("GET", "is not the whole file")]
)
def test_fault_62_a_proxy_s_page_is_not_taken_for_the_file(hub: Hub, cache: Path, method: str, why: str):
    hub.page_instead = method
    assert why in refused(hub, cache)
    hub.page_instead = ""
    assert fetch(TINY, endpoint=hub.url, cache=cache).read_bytes() == CONTENT


def test_fault_28_what_does_not_match_its_digest_is_deleted(hub: Hub, cache: Path):
    wrong = Published("gpt2-124M", "someone/tiny", len(CONTENT), "1" * 64)
    assert "does not match its digest, and was deleted" in refused(hub, cache, wrong)
    assert leftovers(cache) == []
    hub.etag = "2" * 64  # where we know none, the hub's own counts
    assert "does not match its digest" in refused(hub, cache, Published("gpt2-355M", "someone/tiny", len(CONTENT)))


def test_fault_28_a_damaged_file_in_the_cache_is_found(hub: Hub, cache: Path):
    path = fetch(TINY, endpoint=hub.url, cache=cache)
    path.resolve().write_bytes(CONTENT[:-1] + b"!")
    assert "in the cache of huggingface_hub is damaged" in refused(hub, cache)


def test_fault_62_without_a_network_one_sentence_says_what_to_do(hub: Hub, cache: Path, monkeypatch):
    url, hub.url = hub.url, "http://127.0.0.1:9"  # nobody listens there
    sentence = refused(hub, cache)
    assert "there is no connection to the server" in sentence
    assert WHAT_TO_DO in sentence
    hub.url = url
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set" in refused(hub, cache)


def test_fault_31_a_full_disk_is_said_before_the_first_byte(hub: Hub, cache: Path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1_000})())
    assert "it needs 0.1 GB, and 0.0 GB are free on the disk" in refused(hub, cache)
    assert [method for method, _ in hub.asked] == ["HEAD"]


def test_two_downloads_of_one_file_fetch_it_once(hub: Hub, cache: Path):
    found: list[Path] = []
    threads = [
        threading.Thread(target=lambda: found.append(fetch(TINY, endpoint=hub.url, cache=cache))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() == CONTENT for path in found] == [True] * 3
    assert [method for method, _ in hub.asked].count("GET") == 1


def test_the_sizes_are_those_of_the_presets():
    assert list(PUBLISHED) == ["gpt2-124M", "gpt2-355M", "gpt2-774M", "gpt2-1558M"]
    assert [size.config.n_heads for size in PUBLISHED.values()] == [12, 16, 20, 25]
    assert all(size.config.context_length == 1024 and size.config.qkv_bias for size in PUBLISHED.values())
    with pytest.raises(SettingsError, match="choose gpt2-124M, gpt2-355M, gpt2-774M, gpt2-1558M"):
        find_published("gpt3")
