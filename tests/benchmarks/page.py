"""`python -m tests.benchmarks.page`: training and writing on the page, with the page open, beside the same without it.

Both sides take turns of some seconds, and the ratio is the median over all pairs of neighbouring turns, with its
quartiles. Training: tokens per second of the whole training (evaluations, samples and saves included) beside the
command line's. Writing: tokens per second beside `stream`'s, as the page shows them (while tokens arrive) and from the
click to the last token in the browser. The work of the server and of the browser counts for the page. Needs Chromium.
"""

import argparse
import json
import re
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

from playground.training.loop.events import Finished, Stepped
from playground.training.runs.store import RunStore
from tests.benchmarks.ratio import Ratio

CHROMIUM = "/usr/bin/chromium"
PORT = 7899
PROMPT, NEW_TOKENS = "The ferry", 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6, help="turns of each side (default 6)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = RunStore(Path(folder))
        command = [sys.executable, "app.py", "--checkpoints", folder, "--port", str(PORT)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            _open(page)
            training: dict[str, list[float]] = {"terminal": [], "page": []}
            for i in range(rounds):
                training["terminal"].append(_train_in_terminal(store, f"terminal-{i}"))
                training["page"].append(_train_on_page(store, page, f"page-{i}"))
            writing: dict[str, list[float]] = {"stream": [], "page": [], "page, from the click": []}
            _open_desk(page)
            for i in range(rounds + 1):  # the first one loads the model
                speeds = (_write_in_process(store), *_write_on_page(page))
                for side, speed in zip(writing.values(), speeds, strict=True) if i else ():
                    side.append(speed)
            browser.close()
            server.terminate()
    show("training", training)
    show("writing", writing)


def show(work: str, sides: dict[str, list[float]]) -> None:
    """A table of one kind of work, and each side's speed over the first one's as a line of JSON."""
    first, *others = sides
    ratios = {name: Ratio.of(sides[name], sides[first]) for name in others}
    title = f"{work}, mini on the bundled story, {len(sides[first])} turns"
    table = Table("side", "tokens/s, median", "each", f"over {first}", title=title)
    for name, speeds in sides.items():
        each = "  ".join(f"{speed:,.0f}" for speed in speeds)
        table.add_row(name, f"{statistics.median(speeds):,.0f}", each, str(ratios.get(name, "")))
    Console().print(table)
    print(json.dumps({f"{work}, {name} over {first}": vars(ratio) for name, ratio in ratios.items()}))


def _open(page: Page) -> None:
    url = f"http://127.0.0.1:{PORT}"
    for _ in range(300):
        try:
            urllib.request.urlopen(url).close()
            break
        except OSError:
            time.sleep(0.2)
    page.goto(url)
    page.locator("[data-drawer=train]:visible").first.wait_for()


def _train_in_terminal(store: RunStore, name: str) -> float:
    command = [sys.executable, "-m", "playground", "train", "sample:story", "--preset", "mini", "--name", name]
    subprocess.run([*command, "--json", "--checkpoints", str(store.root)], check=True, stdout=subprocess.DEVNULL)
    return _tokens_per_s(store, name)


def _train_on_page(store: RunStore, page: Page, name: str) -> float:
    if page.get_by_role("button", name="Train", exact=True).is_hidden():
        page.get_by_role("button", name="New run").click()
    page.get_by_label("Name of the run").fill(name)
    page.get_by_role("button", name="Train", exact=True).click()
    while name not in store.names() or store.open(name).status().state not in ("completed", "failed", "interrupted"):
        page.wait_for_timeout(500)
    return _tokens_per_s(store, name)


def _tokens_per_s(store: RunStore, name: str) -> float:
    events, _ = store.open(name).events()
    finished = next(event for event in events if isinstance(event, Finished))
    tokens = max(event.tokens_seen for event in events if isinstance(event, Stepped))
    return tokens / finished.elapsed_s


def _write_in_process(store: RunStore) -> float:
    run = store.open("terminal-0")
    command = [sys.executable, "-c", _STREAM, str(store.root), run.name, PROMPT, str(NEW_TOKENS)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


_STREAM = """
import sys, time
from playground import DecodeConfig, RunStore, stream, text_to_token_ids
import torch
torch.set_num_threads(1)
folder, name, prompt, new_tokens = sys.argv[1:]
run = RunStore(folder).open(name)
model, ids = run.load_model(), text_to_token_ids(prompt, run.tokenizer)
for _ in range(2):
    began_s = time.perf_counter()
    n = len(list(stream(model, ids, DecodeConfig(max_new_tokens=int(new_tokens)))))
print(n / (time.perf_counter() - began_s))
"""


def _open_desk(page: Page) -> None:
    page.get_by_role("tab", name="Generate").click()
    page.locator(".hd-run").select_option("terminal-0")
    page.locator("#desk-prompt textarea").fill(PROMPT)
    page.locator("#desk-max_new_tokens input").fill(str(NEW_TOKENS))
    page.locator("#desk-max_new_tokens input").blur()


def _write_on_page(page: Page) -> tuple[float, float]:
    took_ms = page.evaluate(
        """async () => {
          const strip = document.querySelector('.strip');
          const began = performance.now();
          document.querySelector('.desk-write').click();
          const is = (busy) => new Promise((found) => {
            const look = () => strip.getAttribute('aria-busy') === busy ? found() : requestAnimationFrame(look);
            look();
          });
          await is('true');
          await is('false');
          return performance.now() - began;
        }"""
    )
    shown = re.search(r"([\d,]+) tokens/s", page.inner_text(".status-text"))
    assert shown, "The page does not show how fast it wrote."
    return float(shown[1].replace(",", "")), NEW_TOKENS / (took_ms / 1000)


if __name__ == "__main__":
    main()
