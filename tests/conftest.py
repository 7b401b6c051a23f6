"""Settings and fixtures of all tests: no network, few threads, the same numbers on every run.

Markers are set here: `browser` on what needs Chromium or the served app, `process` on what starts other processes, and
`quick` on everything else. `process` is also set by hand; a test that starts a process without it fails.
"""

import multiprocessing.process
import os
import shutil
import subprocess
from pathlib import Path
from unittest.mock import patch

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin while they wait slow down a busy machine
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import hypothesis
import pytest
import torch

BROWSER_TESTS = Path(__file__).parent / "browser"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
LAUNCH = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
"""How Playwright starts Chromium; as root it runs without its sandbox only."""
MAX_WORKERS = 4
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))

hypothesis.settings.register_profile("playground", deadline=None, derandomize=True, print_blob=False)
hypothesis.settings.load_profile("playground")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers more than cores when all tests run, since many wait; none when the command line names tests."""
    from playground.device import available_cores

    runs_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return min(available_cores() + 2, MAX_WORKERS) if runs_all else 0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Set the markers `browser`, `process` and `quick`; `quick` set by hand stays."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.path.is_relative_to(BROWSER_TESTS) or "chromium" in fixtures:
            item.add_marker("browser")
        elif "make_jobs" in fixtures:
            item.add_marker("process")
        if not any(item.get_closest_marker(name) for name in ("browser", "process", "slow")):
            item.add_marker("quick")


@pytest.fixture(autouse=True)
def _threads():
    """Two PyTorch threads at most, one where workers share the cores, so that they do not slow each other down."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1 if WORKERS > 1 else min(2, threads))
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def _processes_only_where_marked(request):
    """A test that starts a process and is not marked so fails: the quick check leaves out those that are."""
    if any(request.node.get_closest_marker(name) for name in ("browser", "process")):
        yield
        return

    def refuse(*_, **__):
        pytest.fail(f"{request.node.name} starts a process: mark it with @pytest.mark.process.")

    with (
        patch.object(subprocess.Popen, "__init__", refuse),
        patch.object(multiprocessing.process.BaseProcess, "start", refuse),
    ):
        yield


@pytest.fixture(scope="session")
def verdict() -> str:
    """The chapter's text, from the file that PLAYGROUND_VERDICT names."""
    path = os.environ.get("PLAYGROUND_VERDICT")
    if not path:
        pytest.skip("The Verdict is not in the project: set PLAYGROUND_VERDICT to its file")
    return Path(path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chromium_type():
    """Starts Chromium; without it the tests are skipped, except in CI, where they fail.

    One for each module: Playwright runs an event loop in this thread until it is closed, and other tests need their
    own.
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
        yield playwright.chromium


@pytest.fixture(scope="module")
def chromium(chromium_type):
    """A Chromium that keeps nothing: each of its contexts is another visitor."""
    with chromium_type.launch(**LAUNCH) as browser:
        yield browser
