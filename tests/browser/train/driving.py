"""Helpers that use the Train tab like a user: fill in, start, watch, stop."""

import re

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.sampling.generate import write_sample
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

NANO = "nano"


LONG = "The river ran on, and the lamp burned low over the harbour. " * 200


def train_here(server, name, epochs=6):
    """Train a run of the server to its end in this process; its name."""
    model = ModelConfig(context_length=32, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0.0)
    train = TrainConfig(epochs=epochs, lr=0.003, eval_freq=5, sample_tokens=10, threads=1)
    data = DataConfig(batch_size=8)
    run = RunStore(server.checkpoints).create(name, LONG, model, data, train, preset=NANO, text_name="river")
    for _ in run_training(run, write_sample):
        pass
    return name


def run_names(server):
    """The names of the server's runs."""
    return {row.name for row in RunStore(server.checkpoints).runs()}


def open_train(page, url, run=None):
    page.goto(f"{url}/?run={run}" if run else url)
    page.wait_for_selector("[data-drawer=train]:visible")
    page.wait_for_function("document.querySelector('#pg-cost dd')?.textContent.length > 1")


def open_settings(page):
    """Open the drawer with the settings, unless it is open."""
    if page.locator(".pg-new-run.pg-open").count() == 0:
        page.locator("[data-drawer=train]:visible").first.click()
    page.wait_for_selector("#pg-start")


def choose_preset(page, name):
    open_settings(page)
    page.click("#pg-preset input")
    page.get_by_role("option", name=re.compile(f"^{name}", re.IGNORECASE)).click()
    page.wait_for_function("document.querySelector('#pg-epochs input').value === '15'")


def choose_source(page, name):
    open_settings(page)
    page.locator("#pg-source label", has_text=name).click()


def upload(page, file):
    """Choose a file after the page has said what it takes, as a user would."""
    choose_source(page, "Upload")
    page.locator("#pg-text-facts .fa-note", has_text="A text file").wait_for()
    page.set_input_files("#pg-file input[type=file]", file)


def fill(page, name, value):
    open_settings(page)
    page.fill(f"#pg-{name} input", str(value))
    page.keyboard.press("Tab")


def start(page, name, epochs=None, **settings):
    """Start a small run of the given name and wait until it is attached."""
    choose_preset(page, NANO)
    if epochs:
        fill(page, "epochs", epochs)
    for setting, value in settings.items():
        fill(page, setting, value)
    fill(page, "name", name)
    page.click("#pg-start")
    page.wait_for_function("name => document.querySelector('.lv-name')?.textContent === name", arg=name)


def state(page):
    return page.get_attribute(".lv", "data-state")


def wait_for_state(page, *states, timeout=90_000):
    page.wait_for_function(
        "states => states.includes(document.querySelector('.lv')?.dataset.state)", arg=list(states), timeout=timeout
    )


def step(page):
    found = re.search(r"step ([\d,]+)", page.inner_text(".cv-r-where"))
    return int(found[1].replace(",", "")) if found else 0


def wait_for_step(page, at_least, timeout=90_000):
    page.wait_for_function(
        "least => +(/step ([\\d,]+)/.exec(document.querySelector('.cv-r-where')?.textContent)?.[1] ?? '0')"
        ".replaceAll(',', '') >= least",
        arg=at_least,
        timeout=timeout,
    )


def press(page, name):
    page.locator(".lv-buttons").get_by_role("button", name=name, exact=True).click()


def end(page):
    """Stop the run, so that the next test starts without an active one."""
    if state(page) in ("running", "paused", "queued"):
        press(page, "Stop")
        wait_for_state(page, "stopped", "completed")
