"""Settings and fixtures for every test: no network, few threads, the same numbers on every run."""

import os
import shutil
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin while they wait stand still on a busy machine
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import hypothesis
import pytest
import torch

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"

hypothesis.settings.register_profile("playground", deadline=None, derandomize=True, print_blob=False)
hypothesis.settings.load_profile("playground")


@pytest.fixture(autouse=True)
def _two_threads_at_most():
    threads = torch.get_num_threads()
    torch.set_num_threads(min(2, threads))
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def verdict() -> str:
    """The chapter's text, from the file that PLAYGROUND_VERDICT names."""
    path = os.environ.get("PLAYGROUND_VERDICT")
    if not path:
        pytest.skip("The Verdict is not in the project: set PLAYGROUND_VERDICT to its file")
    return Path(path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chromium():
    """The browser; without one the tests are skipped, but never where CI promised it.

    One a module, for Playwright runs an event loop in this thread until it is closed, and others want one of their own.
    """
    reason = None
    if not Path(CHROMIUM).exists():
        reason = f"no Chromium at {CHROMIUM}"
    else:
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            reason = "playwright is not installed"
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
