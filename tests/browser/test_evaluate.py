"""The Evaluate tab: a text with the loss of every token, and the six steps from logits to the loss."""

from urllib.parse import quote

import pytest

from playground.training.runs.recorded import NAME

from .conftest import SIZES, Server


@pytest.fixture(scope="module")
def new_server(tmp_path_factory):
    """A server with the recorded run only."""
    running = Server(tmp_path_factory.mktemp("evaluate") / "checkpoints", recorded_run=True)
    yield running
    running.stop()


@pytest.fixture
def open_tab(new_page, new_server):
    """Open the tab with a passage on a page of a size."""

    def make(passage="", size="1280"):
        page = new_page(*SIZES[size])
        page.goto(f"{new_server.url}/?tab=evaluate&run={NAME}&passage={quote(passage)}")
        page.locator(".mi-text .tok").first.wait_for()
        return page

    return make


@pytest.mark.parametrize("size", SIZES)
def test_a_token_opens_to_what_else_could_have_stood_there(open_tab, shoot, size):
    page = open_tab(size=size)
    token = page.locator(".mi-text .tok").nth(6)
    token.click()
    page.locator(".mi-token ol li").nth(9).wait_for()
    assert page.locator(".mi-name").inner_text() == page.locator(".mi-steps thead th").nth(1).inner_text()
    token.press("ArrowRight")
    page.wait_for_function("location.search.includes('at%22%3A7')")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, f"evaluate-{size}")


def test_the_two_sentences_of_the_chapter_give_its_loss_and_perplexity(open_tab):
    page = open_tab()
    page.locator(".mi-sources").get_by_text("The chapter's two sentences").click()
    page.locator(".mi-sum", has_text="e^10.7940 = 48,725.8").wait_for(timeout=60_000)
    rows = page.locator(".mi-steps tbody tr").all_inner_texts()
    assert "−9.5042" in rows[3]
    assert "10.7940" in rows[5]


def test_the_training_part_costs_less_than_the_validation_part_and_can_be_paged(open_tab):
    page = open_tab()
    validation = page.locator(".mi-beside dd.mi-mine").inner_text()
    page.locator(".mi-sources").get_by_text("Training part").click()
    page.wait_for_function(
        "before => document.querySelector('.mi-beside dd.mi-mine').innerText !== before", arg=validation
    )
    training = page.locator(".mi-beside dd.mi-mine").inner_text()
    assert float(training.split(",")[0]) < float(validation.split(",")[0])
    page.get_by_role("button", name="Later").click()
    page.locator(".mi-where", has_text="Tokens 201 to 400").wait_for()


def test_fault_16_an_own_text_is_shown_as_characters_and_a_link_opens_it(open_tab, new_page):
    page = open_tab()
    page.locator(".mi-sources").get_by_text("Own text").click()
    page.locator(".mi-own textarea").fill("She said: <img src=x onerror=alert(1)> 👩‍👩‍👧")
    page.wait_for_function("document.querySelector('.mi-text').textContent.includes('onerror=alert(1)')")
    page.wait_for_function("location.search.includes('onerror')")
    other = new_page()
    other.goto(page.url)
    other.wait_for_function("document.querySelector('.mi-text')?.textContent.includes('onerror=alert(1)')")
    assert other.locator(".mi-text img").count() == 0
