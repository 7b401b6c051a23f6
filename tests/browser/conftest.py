"""The page in a browser: the app on a free port with runs of its own, and Chromium through Playwright."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from ..conftest import LAUNCH

ROOT = Path(__file__).parents[2]
STORED = "cookies,local_storage,indexeddb,service_workers"  # all that a page keeps but its cache
SIZES = {"1280": (1280, 800), "375": (375, 720)}


class Server:
    """The app in a process of its own; it can be killed and restarted on the same port with the same runs.

    Its folder of runs is empty at first; with `recorded_run`, it has the run that comes with the package.
    """

    def __init__(self, checkpoints: Path, *flags: str, recorded_run: bool = False) -> None:
        self.checkpoints = checkpoints
        self.flags = flags if recorded_run else (*flags, "--no-recorded-run")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = checkpoints.with_name(f"{checkpoints.name}.log")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        flags = ["--checkpoints", str(self.checkpoints), "--port", str(self.port), *self.flags]
        command = [sys.executable, "app.py", *flags]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=self._environment())
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.url, timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"The app did not start:\n{self.log.read_text()[-3000:]}")

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "GRADIO_TEMP_DIR": str(self.checkpoints.with_name("uploads"))}

    def kill(self) -> None:
        """End it like a crash."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it with SIGTERM, or kill it if that takes too long."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One app for all tests of a worker, with an empty folder of runs."""
    running = Server(tmp_path_factory.mktemp("app") / "checkpoints")
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path):
    """An app that a test may kill."""
    running = Server(tmp_path / "checkpoints")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def url(server):
    """The address of the shared app."""
    return server.url


@pytest.fixture(scope="session")
def profile(tmp_path_factory):
    """The folder of a Chromium profile whose cache is kept from test to test."""
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="module")
def warm_context(chromium_type, profile):
    """A browser context with the profile: a page opens in it in two thirds of the time, with compiled scripts."""

    def remember_origin(page) -> None:
        context.origins.add("/".join(page.url.split("/")[:3]))

    with chromium_type.launch_persistent_context(profile, **LAUNCH) as context:
        context.origins = set()  # whose pages were opened in it
        context.kept = []  # pages that stay open
        context.on("page", lambda page: page.on("domcontentloaded", remember_origin))
        yield context


def listen(page) -> list[str]:
    """Collect what the page logs or throws as an error in `page.complaints`."""
    page.complaints = []
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page.complaints


@pytest.fixture
def new_page(request, warm_context):
    """Makes pages; the test fails if one of them logs or throws an error. `page.complaints` may be cleared.

    Each page belongs to another visitor, with cookies and storage of its own. The first one of a test, unless it is
    `cold` or has settings of its own, is opened in the warm context, which is emptied afterwards, except for its cache.
    """
    opened = []

    def make(width: int = 1280, height: int = 800, *, cold: bool = False, **settings):
        warm = not cold and not settings and all(page.context is not warm_context for page in opened)
        chromium = None if warm else request.getfixturevalue("chromium")
        page = (chromium.new_context(**settings) if chromium else warm_context).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(30_000)
        listen(page)
        opened.append(page)
        return page

    yield make
    complaints = [complaint for page in opened for complaint in page.complaints]
    for page in opened:
        if page.context is warm_context:
            _forget(warm_context)
        else:
            page.context.close()
    assert not complaints, complaints


@pytest.fixture(scope="module")
def kept_page(warm_context):
    """A page of 1280 × 800 pixels that all tests of a module look at, for those that leave it as it was."""
    page = warm_context.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.set_default_timeout(30_000)
    warm_context.kept.append(page)
    complaints = listen(page)
    yield page
    assert not complaints, complaints


def _forget(context) -> None:
    """Close the pages of a warm context except for its first and for kept ones, and remove what they stored."""
    blank, *others = context.pages
    session = context.new_cdp_session(blank)
    for origin in context.origins:
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
    for page in others:
        if page not in context.kept:
            page.close()


@pytest.fixture
def page(new_page):
    """A page of 1280 × 800 pixels."""
    return new_page()


@pytest.fixture
def shoot():
    """`shoot(page, name)` saves the page wide and narrow, light and dark, where PLAYGROUND_SHOTS names a folder."""
    folder = os.environ.get("PLAYGROUND_SHOTS")

    def take(page, name: str) -> None:
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        was_dark = page.evaluate("document.body.classList.contains('dark')")
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for dark in (False, True):
                page.evaluate(
                    "dark => [document.body, document.documentElement].forEach(e => e.classList.toggle('dark', dark))",
                    dark,
                )
                page.wait_for_timeout(250)
                path = Path(folder) / f"{name}-{size}-{'dark' if dark else 'light'}.png"
                page.screenshot(path=path, full_page=True)
        page.set_viewport_size(before)
        page.evaluate(
            "dark => [document.body, document.documentElement].forEach(e => e.classList.toggle('dark', dark))", was_dark
        )

    return take
