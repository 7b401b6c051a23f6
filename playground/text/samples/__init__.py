"""Sample texts by name: two that need no network, and the chapter's own, which is downloaded on request."""

import os
import sysconfig
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import pooch
from requests.exceptions import RequestException

from playground.errors import DownloadError, SettingsError, TextError

SAMPLES: dict[str, str] = {
    "story": "The Middle of the River, a short story written for this playground; about 20,000 characters.",
    "stdlib": "The source code of Python's own standard library, as it is on this machine; many megabytes.",
    "verdict": "The Verdict by Edith Wharton (1908), the chapter's text, fetched on request; 20,479 characters.",
}
"""Name of each sample → one line about it."""

VERDICT_URL = "https://raw.githubusercontent.com/rasbt/LLMs-from-scratch/main/ch02/01_main-chapter-code/the-verdict.txt"
VERDICT_SHA256 = "b41e41a68f0398a3154ae69e2e4c0e2694e17fe0d66730536837f1b01935b31f"
STDLIB_BYTES = 5_000_000
_TIMEOUT_S = 10


def load_sample(name: str, max_bytes: int | None = None, allow_download: bool = True) -> str:
    """The text of a sample, cut at the end of a line to at most `max_bytes` (stdlib: 5 MB by default).

    Raises `SettingsError` for an unknown name, `DownloadError` when `verdict` must be downloaded and cannot be.

    >>> load_sample("story").splitlines()[0]
    'The Middle of the River'
    """
    if name == "story":
        text = files(__name__).joinpath("story.txt").read_text("utf-8")
    elif name == "stdlib":
        return "".join(iter_stdlib(STDLIB_BYTES if max_bytes is None else max_bytes))
    elif name == "verdict":
        text = _verdict(allow_download)
    else:
        raise SettingsError(f"There is no sample {name!r}; choose one of: {', '.join(SAMPLES)}.")
    return text if max_bytes is None else "".join(_up_to(text.splitlines(keepends=True), max_bytes))


def iter_stdlib(max_bytes: int) -> Iterator[str]:
    """The source code of the standard library, line by line, in the same order on every machine with the same Python.

    Tests, byte code and installed packages are left out. Raises `TextError` if this Python comes without source.

    >>> sum(len(line) for line in iter_stdlib(1000)) <= 1000
    True
    """
    root = Path(sysconfig.get_path("stdlib"))
    lines = _up_to(_stdlib_lines(root), max_bytes)
    first = next(lines, None)
    if first is None:
        raise TextError(f"This Python has no standard library source in {root}; use another text.")
    yield first
    yield from lines


def _stdlib_lines(root: Path) -> Iterator[str]:
    left_out = {"test", "tests", "idle_test", "site-packages", "dist-packages", "__pycache__"}
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - left_out)
        for name in sorted(names):
            if name.endswith(".py") and not name.startswith("_sysconfigdata"):
                try:
                    source = (Path(folder) / name).read_text("utf-8")
                except (OSError, UnicodeDecodeError):
                    continue  # a broken link, or one of lib2to3's test files in another encoding
                if "\0" not in source:
                    yield from source.splitlines(keepends=True)
                    yield "\n"


def _up_to(lines: Iterator[str] | list[str], max_bytes: int) -> Iterator[str]:
    for line in lines:
        max_bytes -= len(line.encode())
        if max_bytes < 0:
            return
        yield line


def _verdict(allow_download: bool) -> str:
    folder = Path(pooch.os_cache("gpt-playground"))
    path = folder / "the-verdict.txt"
    if not (path.is_file() and pooch.file_hash(path) == VERDICT_SHA256):
        if not allow_download:
            raise DownloadError(
                "The Verdict is not on this machine and fetching it is switched off; use the sample story."
            )
        _fetch_verdict(folder)
    return path.read_text("utf-8")


def _fetch_verdict(folder: Path) -> None:
    """Download into a temporary folder, check, then move: a partial file never has the final name."""
    downloader = pooch.HTTPDownloader(timeout=_TIMEOUT_S)
    pooch.get_logger().setLevel("WARNING")  # by default it reports the download on stderr
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as unchecked:
            fetched = pooch.retrieve(VERDICT_URL, VERDICT_SHA256, "the-verdict.txt", unchecked, downloader=downloader)
            os.replace(fetched, folder / "the-verdict.txt")
    except (RequestException, OSError, ValueError):  # no network, a full disk, or another file than expected
        raise DownloadError(
            "The Verdict could not be fetched from the book's repository; check the network, or use the sample story."
        ) from None
