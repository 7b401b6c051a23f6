"""The Evaluate tab as a reader walks through it: the loss opened, models compared, words learned, costs, exercises."""

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

from .conftest import SIZES

RUNS = ["tower-1", "tower-2", "tower-3"]
MODEL = ModelConfig(context_length=16, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0)


def text():
    """Sentences that repeat, so that some can be learned by heart, and a validation part that is new."""
    known = "The old clock in the tower said a quarter past nine, and nobody believed it.\n" * 40
    return known + "Every morning a red bird sat on the wall and looked at the sea for a while.\n" * 6


@pytest.fixture(scope="module")
def runs(server):
    """Three small runs in the shared folder, removed afterwards."""
    store = RunStore(server.checkpoints)
    for i, name in enumerate(RUNS):
        train = TrainConfig(epochs=2 + i, lr=1e-2, threads=1, sample_tokens=12, eval_freq=10, snapshot_freq=20)
        list(run_training(store.create(name, text(), MODEL, DataConfig(batch_size=4), train)))
    yield RUNS
    for name in RUNS:
        store.delete(name)


@pytest.fixture
def open_tab(new_page, server, runs):
    """Open the tab with a passage, and with more parameters of the address, on a page of a size."""

    def make(passage="", size="1280", **parameters):
        page = new_page(*SIZES[size])
        rest = "".join(f"&{name}={quote(value)}" for name, value in parameters.items())
        page.goto(f"{server.url}/?tab=evaluate&run={runs[-1]}&passage={quote(passage)}{rest}")
        page.locator(".mi-text .tok").first.wait_for()
        return page

    return make


@pytest.mark.parametrize("size", SIZES)
def test_a_passage_of_each_part_opens_token_by_token_down_to_the_six_steps(open_tab, shoot, size):
    page = open_tab(size=size)
    validation = page.locator(".mi-beside dd.mi-mine").inner_text()
    token = page.locator(".mi-text .tok").nth(6)
    token.click()
    page.locator(".mi-token ol li").nth(9).wait_for()
    assert page.locator(".mi-name").inner_text() == page.locator(".mi-steps thead th").nth(1).inner_text()
    assert page.locator(".mi-steps tbody tr").count() == 6
    token.press("ArrowRight")
    page.wait_for_function("location.search.includes('at%22%3A7')")
    page.locator(".mi-sources").get_by_text("Training part").click()
    page.wait_for_function("old => document.querySelector('.mi-beside dd.mi-mine').innerText !== old", arg=validation)
    training = page.locator(".mi-beside dd.mi-mine").inner_text()
    assert float(training.split(",")[0]) < float(validation.split(",")[0])
    page.get_by_role("button", name="Later").click()
    page.locator(".mi-where", has_text="Tokens 201 to 400").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, f"evaluate-{size}")


def test_three_runs_stand_in_one_table_that_is_saved_as_csv(open_tab, runs):
    rows = {"models": [[name, "last"] for name in runs], "reading": "sliding"}
    page = open_tab(rows=json.dumps(rows))
    page.locator("#ev-table").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelectorAll('.et tbody tr').length === 6")
    page.wait_for_function("!document.querySelector('.et tbody').innerText.includes('…')", timeout=180_000)
    page.get_by_role("button", name="Loss", exact=True).click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as CSV").click()
    table = list(csv.DictReader(io.StringIO(Path(saving.value.path()).read_text())))
    losses = [float(row["Loss"]) for row in table]
    assert losses == sorted(losses)
    assert {row["Run"] for row in table} == set(runs)
    assert {(row["Text"], row["Window"], row["Stride"]) for row in table} == {
        ("train", "16", "8"),
        ("validation", "16", "8"),
    }


def test_when_words_were_learned_and_memorising_began_is_seen_over_the_steps(open_tab, shoot):
    page = open_tab()
    page.locator("#ev-learning").scroll_into_view_if_needed()
    page.locator(".le-part").nth(1).wait_for(timeout=60_000)
    train, validation = page.locator(".le-sentence").all_inner_texts()
    learned = [int(re.match(r"(\d+) of", sentence)[1]) for sentence in (train, validation)]
    assert learned[0] > learned[1]
    slider = page.locator(".le-time input")
    slider.focus()
    slider.press("Home")
    page.locator(".le-step", has_text=re.compile("^Step 0$")).wait_for()
    page.locator(".le-heat").first.click(position={"x": 200, "y": 20})
    page.locator(".le-token", has_text=re.compile("learned")).wait_for()
    page.locator(".le-curve .plot-line").wait_for()
    page.locator("#ev-over-time").scroll_into_view_if_needed()
    page.locator(".ot-said", has_text=re.compile("[Mm]emorising")).wait_for(timeout=60_000)
    assert page.locator(".ot-memory .plot-line").count() == 2
    assert page.locator(".ot-places .plot-line").count() == 5
    page.locator("#ev-honesty").scroll_into_view_if_needed()
    page.locator(".ho-reliability circle").first.wait_for(timeout=60_000)
    shoot(page, "evaluate-over-time")


def test_what_it_costs_and_that_a_saved_training_goes_on_without_a_jump(open_tab, shoot):
    page = open_tab()
    page.locator("#ev-cost").scroll_into_view_if_needed()
    page.locator(".co-conclusion", has_text="Llama 2 7B took").wait_for(timeout=60_000)
    assert "162,419,712" in page.locator(".co-name").inner_text()
    assert "$691,200" in page.locator(".co-scale").inner_text()
    page.locator(".co-sizes label").first.click()
    assert page.locator(".co-name").inner_text().startswith("nano:")
    page.locator(".ch-continue .ch-b").click()
    page.locator(".ch-continue .ch-said", has_text="to the last bit").wait_for(timeout=120_000)
    assert page.locator(".ch-continue .plot-line").count() == 3
    page.locator(".ch-gpt2-124M .ch-b").first.click()
    page.get_by_role("button", name="Get published weights").click()
    page.wait_for_function("new URLSearchParams(location.search).get('tab') === 'runs'")


def test_the_chapter_s_figures_stand_on_the_page_beside_those_found_here(open_tab):
    page = open_tab()
    page.locator(".mi-sources").get_by_text("The chapter's two sentences").click()
    page.locator(".mi-sum", has_text="e^10.7940 = 48,725.8").wait_for(timeout=120_000)
    assert "10.7940" in page.locator(".mi-steps tbody tr").nth(5).inner_text()
    page.locator(".ch-figures .ch-b").click()
    page.locator(".ch-figures .ch-said", has_text="All 14 figures").wait_for(timeout=120_000)
    assert "Laur inhab DistrinetalkQueue bear confidentlyggyenium" in page.locator(".ch-figures table").inner_text()


def test_fault_16_an_own_text_is_shown_as_characters_also_from_a_file_and_a_link(open_tab, new_page):
    page = open_tab()
    page.locator(".mi-sources").get_by_text("Own text").click()
    page.locator(".mi-own textarea").fill("She said: <img src=x onerror=alert(1)> 👩‍👩‍👧")
    page.wait_for_function("document.querySelector('.mi-text').textContent.includes('onerror=alert(1)')")
    page.wait_for_function("location.search.includes('onerror')")
    other = new_page()
    other.goto(page.url)
    other.wait_for_function("document.querySelector('.mi-text')?.textContent.includes('onerror=alert(1)')")
    assert other.locator(".mi-text img").count() == 0
    name = "<img src=x onerror=alert(2)>.txt"
    file = {"name": name, "mimeType": "text/plain", "buffer": b"It said <b>nine</b>."}
    page.locator(".mi-file input").set_input_files(file)
    page.wait_for_function("document.querySelector('.mi-text').textContent.includes('<b>nine</b>')")
    assert page.locator(".mi-file-name").inner_text() == name
    assert page.locator(".mi-own img").count() == 0
