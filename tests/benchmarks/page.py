"""`python -m tests.benchmarks.page`: a training on the page, with the page open, beside the same one in the terminal.

Both sides in turns; tokens per second of the whole sitting (evaluations, samples and saves included), as medians. The
server's and the browser's own work is part of what the page's side pays for. Needs Chromium.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from playground.training.events import Finished, Stepped
from playground.training.runs import RunStore

CHROMIUM = "/usr/bin/chromium"
PORT = 7899


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = RunStore(Path(folder))
        command = [sys.executable, "app.py", "--checkpoints", folder, "--port", str(PORT)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            _open(page)
            terminal, on_page = [], []
            for i in range(rounds):
                terminal.append(_train_in_terminal(store, f"terminal-{i}"))
                on_page.append(_train_on_page(store, page, f"page-{i}"))
            browser.close()
            server.terminate()
    table = Table("side", "tokens/s, median", "each", title=f"mini on the bundled story, {rounds} rounds")
    for name, speeds in (("terminal", terminal), ("page", on_page)):
        table.add_row(name, f"{statistics.median(speeds):,.0f}", "  ".join(f"{speed:,.0f}" for speed in speeds))
    Console().print(table)
    print(json.dumps({"page_over_terminal": statistics.median(on_page) / statistics.median(terminal)}))


def _open(page: Page) -> None:
    url = f"http://127.0.0.1:{PORT}"
    for _ in range(300):
        try:
            urllib.request.urlopen(url).close()
            break
        except OSError:
            time.sleep(0.2)
    page.goto(url)
    page.get_by_role("button", name="Start", exact=True).wait_for()


def _train_in_terminal(store: RunStore, name: str) -> float:
    command = [sys.executable, "-m", "playground", "train", "sample:story", "--preset", "mini", "--name", name]
    subprocess.run([*command, "--json", "--checkpoints", str(store.root)], check=True, stdout=subprocess.DEVNULL)
    return _tokens_per_s(store, name)


def _train_on_page(store: RunStore, page: Page, name: str) -> float:
    page.get_by_label("Name of the run").fill(name)
    page.get_by_role("button", name="Start", exact=True).click()
    while name not in store.names() or store.open(name).status().state not in ("completed", "failed", "interrupted"):
        page.wait_for_timeout(500)
    return _tokens_per_s(store, name)


def _tokens_per_s(store: RunStore, name: str) -> float:
    events, _ = store.open(name).events()
    finished = next(event for event in events if isinstance(event, Finished))
    tokens = max(event.tokens_seen for event in events if isinstance(event, Stepped))
    return tokens / finished.elapsed_s


if __name__ == "__main__":
    main()
