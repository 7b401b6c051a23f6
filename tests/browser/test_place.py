"""One current run, step and prompt for all tabs, kept in the page's address: links, Back and Forward."""

from urllib.parse import parse_qs, urlsplit

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

from .conftest import Server

TEXT = "The rain had stopped, and nobody in the house said a word about the letter.\n" * 40
MODEL = ModelConfig(context_length=32, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0)


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory):
    """A server with two small trained runs, of which `newer` is the newest."""
    checkpoints = tmp_path_factory.mktemp("place") / "checkpoints"
    for name in ("older", "newer"):
        train = TrainConfig(
            epochs=4, lr=1e-2, threads=1, sample_tokens=8, eval_freq=2, snapshot_freq=4, start_context=f"The {name}"
        )
        list(run_training(RunStore(checkpoints).create(name, TEXT, MODEL, DataConfig(batch_size=8), train)))
    running = Server(checkpoints)
    yield running
    running.stop()


def place(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def wait_for_run(page, name):
    page.wait_for_function("name => document.querySelector('.hd-run')?.value === name", arg=name)
    page.wait_for_function("document.querySelector('.hd-step').options.length > 2")


def wait_for_prompt(page, text):
    page.wait_for_function("text => document.querySelector('#desk-prompt textarea')?.value === text", arg=text)


def test_a_newer_visit_opens_the_latest_run(page, two_runs):
    page.goto(two_runs.url)
    page.locator(".lv-name", has_text="newer").wait_for()
    wait_for_run(page, "newer")
    assert place(page) == {"run": "newer"}


def test_one_run_and_its_prompt_hold_for_all_tabs(page, two_runs):
    page.goto(two_runs.url)
    wait_for_run(page, "newer")
    page.locator(".hd-run").select_option("older")
    page.locator(".lv-name", has_text="older").wait_for()
    page.get_by_role("tab", name="Generate").click()
    wait_for_prompt(page, "The older")
    page.locator("#desk-prompt textarea").fill("The rain had")
    page.locator(".desk-write").click()
    page.locator(".desk-more:enabled").wait_for()
    with page.expect_download() as saved:
        page.locator("[data-copy=save]:visible").click()
    assert '"run": "older"' in saved.value.path().read_text()
    page.get_by_role("tab", name="Decoding").click()
    page.locator("#lab-source").get_by_text("A trained model").click()
    page.wait_for_function("document.querySelector('#lab-source textarea').value === 'The rain had'")
    assert place(page)["run"] == "older"
    assert place(page)["prompt"] == "The rain had"


def test_a_link_opens_tab_run_step_and_prompt(page, new_page, two_runs):
    page.goto(two_runs.url)
    wait_for_run(page, "newer")
    page.locator(".hd-run").select_option("older")
    wait_for_run(page, "older")
    page.locator(".hd-step").select_option("0")
    page.get_by_role("tab", name="Generate").click()
    page.locator("#desk-prompt textarea").fill("A letter & 故事")
    page.locator("#desk-prompt textarea").blur()
    page.wait_for_function("location.search.includes('prompt=')")
    other = new_page()
    other.goto(page.url)
    wait_for_run(other, "older")
    wait_for_prompt(other, "A letter & 故事")
    assert other.locator(".hd-step option:checked").inner_text() == "Step 0, untrained"


def test_back_and_forward_return_to_tab_and_run(page, two_runs):
    page.goto(two_runs.url)
    wait_for_run(page, "newer")
    page.locator(".hd-run").select_option("older")
    wait_for_run(page, "older")
    page.get_by_role("tab", name="Runs").click()
    page.locator(".rv-table tbody tr").first.wait_for()
    page.go_back()
    page.locator("#pg-live").wait_for()
    page.go_back()
    wait_for_run(page, "newer")
    page.locator(".lv-name", has_text="newer").wait_for()
    page.go_forward()
    page.locator(".lv-name", has_text="older").wait_for()
    page.go_forward()
    page.locator(".rv-table").wait_for()
    assert place(page) == {"run": "older", "tab": "runs"}


def test_an_address_that_names_a_run_that_is_not_there_says_so(page, two_runs):
    page.goto(f"{two_runs.url}/?run=gone")
    page.get_by_text("There is no run “gone” here: it may have been deleted. Choose another.").wait_for()
    page.locator(".hd-run").select_option("older")
    page.locator(".lv-name", has_text="older").wait_for()
    page.locator(".hd-message").wait_for(state="hidden")


def test_a_link_to_a_moment_of_the_training_shows_it(page, new_page, two_runs):
    page.goto(f"{two_runs.url}/?run=newer")
    page.wait_for_function("Number(document.querySelector('.pb-slider')?.max) > 2")
    page.locator(".pb-slider").fill("1")
    page.wait_for_function("location.search.includes('moment=')")
    shown = page.locator(".pb-moment").inner_text()
    other = new_page()
    other.goto(page.url)
    other.locator(".pb-moment", has_text=shown).wait_for()


def test_copy_link_leaves_out_what_belongs_to_other_tabs(new_page, two_runs):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{two_runs.url}/?run=newer&tab=generate&moment=2")
    wait_for_run(page, "newer")
    page.locator(".hd-copy").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{two_runs.url}/?run=newer&tab=generate"


def test_on_a_phone_the_pages_buttons_are_in_a_menu(new_page, two_runs):
    page = new_page(375, 720)
    page.goto(two_runs.url)
    wait_for_run(page, "newer")
    assert page.locator(".hd-copy").is_hidden()
    page.get_by_role("button", name="Menu").click()
    assert page.locator(".hd-copy").is_visible()
    heights = page.eval_on_selector_all(".hd :is(button, select)", "all => all.map((e) => e.offsetHeight)")
    assert min(heights) >= 44
