"""The published GPT-2 weights, fetched from the hub into the user's own cache of huggingface_hub.

A download says its size first, is stopped by its progress callback, goes on where it was stopped, and is checked
against its digest before it gets its name. The environment variables of huggingface_hub hold: `HF_ENDPOINT` (a mirror),
`HF_HUB_OFFLINE`, `HF_HOME`, proxies.
"""

import hashlib
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from playground.config import ModelConfig
from playground.errors import DownloadError, SettingsError, reason_of
from playground.model.presets import PRESETS, count_parameters

FILE = "model.safetensors"
Progress = Callable[[int, int], None]
"""(bytes fetched, bytes in all); may raise to stop: what was fetched stays, and the next call goes on from there."""

_SHA256 = re.compile("[0-9a-f]{64}")
_SPARE_BYTES = 100_000_000
_WAIT_S = 0.2
_HASHED_BYTES = 8 << 20


@dataclass(frozen=True)
class Published:
    """One of the four published sizes."""

    name: str
    """Also that of its preset."""
    repository: str
    file_bytes: int
    """Size of `model.safetensors` on the hub; about, where no digest is known."""
    sha256: str | None = None
    """Its digest, where it is known for sure; for the others, the hub's own is used."""

    @property
    def config(self) -> ModelConfig:
        """The configuration, with the whole context."""
        return PRESETS[self.name].model.replace(context_length=1024, qkv_bias=True)

    @property
    def run_bytes(self) -> int:
        """What its run takes on the disk: float32 weights, with the head that is tied to the embedding once."""
        parts = count_parameters(self.config)
        return 4 * (parts["total"] - parts["output head"])


_SIZES = (
    Published(
        "gpt2-124M",
        "openai-community/gpt2",
        548_105_171,
        "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707",
    ),
    Published("gpt2-355M", "openai-community/gpt2-medium", 1_520_000_000),
    Published("gpt2-774M", "openai-community/gpt2-large", 3_247_000_000),
    Published("gpt2-1558M", "openai-community/gpt2-xl", 6_432_000_000),
)
PUBLISHED = {size.name: size for size in _SIZES}
"""The published sizes by name, smallest first."""


def find_published(name: str) -> Published:
    """The published size of a name; raises `SettingsError`, which lists them.

    >>> find_published("gpt2-124M").run_bytes
    497759232
    """
    if name not in PUBLISHED:
        raise SettingsError(f"There are no published weights named {name[:60]!r}; choose {', '.join(PUBLISHED)}.")
    return PUBLISHED[name]


def fetch(
    published: Published, progress: Progress | None = None, *, endpoint: str | None = None, cache: Path | None = None
) -> Path:
    """The path of the weights in the user's cache, fetched if they are not there yet, with their digest checked.

    `endpoint` and `cache` are those of huggingface_hub by default. Raises `DownloadError` in one sentence if there is
    no connection, no room, or what arrives is not the file.
    """
    from huggingface_hub import constants, try_to_load_from_cache

    cache = cache or Path(constants.HF_HUB_CACHE)
    found = try_to_load_from_cache(published.repository, FILE, cache_dir=cache)
    if isinstance(found, str):
        return _intact(Path(found), published)
    try:
        return _fetch(published, progress or (lambda done, total: None), endpoint, cache)
    except OSError as error:
        if error.errno is None:
            raise _not_fetched(published, "what arrived is not the whole file") from None
        raise _not_fetched(published, reason_of(error)) from None


def cached(published: Published, cache: Path | None = None) -> bool:
    """Whether the weights are in the user's cache already."""
    from huggingface_hub import constants, try_to_load_from_cache

    found = try_to_load_from_cache(published.repository, FILE, cache_dir=cache or Path(constants.HF_HUB_CACHE))
    return isinstance(found, str)


def free_bytes(folder: Path) -> int:
    """Free bytes on the disk of a folder that need not exist."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _fetch(published: Published, progress: Progress, endpoint: str | None, cache: Path) -> Path:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import repo_folder_name

    url = hf_hub_url(published.repository, FILE, endpoint=endpoint)
    facts = _facts(published, url)
    digest = published.sha256 or facts.etag
    blobs = cache / repo_folder_name(repo_id=published.repository, repo_type="model") / "blobs"
    blobs.mkdir(parents=True, exist_ok=True)
    part = blobs / f"{facts.etag}.part"
    have = part.stat().st_size if part.is_file() else 0
    needed, free = facts.size - have + _SPARE_BYTES, free_bytes(blobs)
    if needed > free:
        raise _not_fetched(published, f"it needs {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free on the disk")
    with _locked(part, progress, facts.size):
        if not (blobs / facts.etag).exists():
            _download(published, url, part, facts.size, progress)
            if _SHA256.fullmatch(digest) and _digest(part) != digest:
                part.unlink()
                raise _not_fetched(published, "what arrived does not match its digest, and was deleted")
            os.replace(part, blobs / facts.etag)
    return _named(published, blobs / facts.etag, endpoint, cache)


@dataclass(frozen=True)
class _Facts:
    size: int
    etag: str


def _facts(published: Published, url: str) -> _Facts:
    """What the hub says about the file before it sends it; raises `DownloadError`."""
    from huggingface_hub import get_hf_file_metadata
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        found = get_hf_file_metadata(url)
    except OfflineModeIsEnabled:
        raise _not_fetched(published, "HF_HUB_OFFLINE is set") from None
    except HfHubHTTPError as error:
        raise _not_fetched(published, f"the server answers {error.response.status_code}") from None
    except Exception as error:  # whatever the HTTP library raises where there is no connection
        raise _not_fetched(published, f"there is no connection to the server ({type(error).__name__})") from None
    if found.commit_hash is None or not found.etag or not found.size:
        raise _not_fetched(published, "something else than the hub answered, such as a proxy's page")
    if not re.fullmatch(r"[\w.-]{1,100}", found.etag):
        raise _not_fetched(published, "the server gives no usable digest")
    return _Facts(found.size, found.etag)


def _download(published: Published, url: str, part: Path, size: int, progress: Progress) -> None:
    """Fetch the rest of the file into `part`; a dropped connection is taken up again some times."""
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils._headers import build_hf_headers
    from huggingface_hub.utils.tqdm import silent_tqdm

    if part.is_file() and part.stat().st_size > size:
        part.unlink()
    with _CountedFile(part, size, progress) as file:
        start = file.tell()
        try:
            http_get(
                url,
                file,  # a raw file, so that a stop loses nothing
                resume_size=start,
                headers=build_hf_headers(),
                expected_size=size,
                tqdm_class=silent_tqdm,
            )
        except HfHubHTTPError as error:
            raise _not_fetched(published, f"the server answers {error.response.status_code}") from None
        except OSError as error:
            if error.errno is None:  # of another size: a proxy's page, for example
                file.truncate(start)
            raise
        except Exception as error:
            if file.stopped is error:
                raise
            raise _not_fetched(published, f"the connection broke off ({type(error).__name__})") from None
        finally:
            os.fsync(file.fileno())


class _CountedFile(io.FileIO):
    """The part of a file that has arrived, opened at its end; reports every piece that is written."""

    def __init__(self, path: Path, size: int, progress: Progress) -> None:
        super().__init__(path, "ab+")
        self.seek(0, os.SEEK_END)
        self.stopped: BaseException | None = None
        self._size, self._progress = size, progress
        self._report()

    def write(self, data: Any, /) -> int:
        """Write all of a piece."""
        view = memoryview(data)
        while view:
            view = view[super().write(view) :]
        self._report()
        return len(data)

    def _report(self) -> None:
        try:
            self._progress(self.tell(), self._size)
        except BaseException as error:
            self.stopped = error
            raise


@contextmanager
def _locked(part: Path, progress: Progress, size: int) -> Iterator[None]:
    """Only one process fetches a file; meanwhile, the others report its bytes."""
    lock = FileLock(part.with_suffix(".lock"))
    while not lock.is_locked:
        try:
            lock.acquire(timeout=_WAIT_S)
        except Timeout:
            progress(part.stat().st_size if part.is_file() else 0, size)
    try:
        yield
    finally:
        lock.release()


def _named(published: Published, blob: Path, endpoint: str | None, cache: Path) -> Path:
    """The file under its name in the cache, as huggingface_hub keeps it; if that fails, as it is."""
    from huggingface_hub import hf_hub_download

    with suppress(Exception):
        return Path(hf_hub_download(published.repository, FILE, endpoint=endpoint, cache_dir=cache))
    return blob


def _intact(path: Path, published: Published) -> Path:
    """The path, if the file there matches the digest that huggingface_hub has named it by."""
    digest = published.sha256 or path.resolve().name
    if _SHA256.fullmatch(digest) and _digest(path) != digest:
        raise DownloadError(
            f"{published.name} in the cache of huggingface_hub is damaged; delete {path.resolve().name[:12]}… there "
            f"and import it again."
        )
    return path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _not_fetched(published: Published, why: str) -> DownloadError:
    return DownloadError(
        f"{published.name} cannot be fetched: {why}. Put {FILE} of {published.repository} into a folder and import "
        f"that folder, or name a mirror with HF_ENDPOINT."
    )
