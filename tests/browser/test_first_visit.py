"""The first visit of a new server: there is a run to look at and to write with before anything was trained."""

import re

import pytest

from playground.training.runs.recorded import NAME

from .conftest import SIZES, Server


@pytest.fixture(scope="module", params=[(), ("--public",)], ids=["private", "public"])
def new_server(request, tmp_path_factory):
    """A server with an empty folder of runs, as a user starts it."""
    running = Server(tmp_path_factory.mktemp("new") / "checkpoints", *request.param, recorded_run=True)
    yield running
    running.stop()


def test_with_reduced_motion_it_opens_on_the_last_step(new_page, new_server):
    page = new_page(reduced_motion="reduce")
    page.goto(new_server.url)
    page.wait_for_function("document.querySelector('.pb-slider')?.max > 10")
    page.wait_for_timeout(1000)
    assert page.input_value(".pb-slider") == page.get_attribute(".pb-slider", "max")
    assert page.inner_text(".lv-replay") == "Replay"
    assert "moment=" not in page.url


@pytest.mark.parametrize("size", SIZES)
def test_the_page_opens_on_the_recorded_run(new_page, new_server, shoot, size):
    width, height = SIZES[size]
    page = new_page(width, height)
    page.goto(new_server.url)
    page.locator(".lv-name", has_text=NAME).wait_for()
    page.wait_for_function("document.querySelector('.plot-thin')?.getAttribute('d')?.length > 500")
    page.locator(".pb-sample", has_text="Every effort moves you").wait_for()
    assert page.locator(".lv-empty").is_hidden()
    assert f"run={NAME}" in page.url
    assert page.inner_text(".lv-read") == "This model has read one short story 20 times. Drag to watch it learn."
    buttons = page.locator(".lv-recorded")
    assert re.fullmatch(r"Train it yourself \(\d+ s\)\s+Use my text", buttons.inner_text())
    box = buttons.bounding_box()
    assert box["y"] + box["height"] <= height
    page.locator(".lv-replay", has_text="Stop replay").wait_for()
    first, step = page.inner_text(".pb-sample"), page.input_value(".pb-slider")
    page.wait_for_function("step => +document.querySelector('.pb-slider').value > +step + 2", arg=step)
    assert page.inner_text(".pb-sample") != first, "the prose rewrites itself beside the curve"
    buttons.get_by_role("button", name="Use my text").click()
    assert page.inner_text(".lv-replay") == "Replay", "a touch stops it"
    page.locator("#pg-file").wait_for()
    page.keyboard.press("Escape")
    shoot(page, f"first-visit-{size}")


def test_decoding_and_runs_offer_it_and_generate_writes_with_it(page, new_server):
    page.goto(new_server.url)
    page.get_by_role("tab", name="Runs").click()
    page.locator(".rv-table tbody tr .rv-c-name", has_text=NAME).wait_for()
    page.get_by_role("tab", name="Generate").click()
    page.wait_for_function("name => document.querySelector('.hd-run')?.value === name", arg=NAME)
    page.locator(".desk-write").click()
    page.locator(".desk-more:enabled").wait_for()
    assert len(page.locator("#desk .strip.written").inner_text().split()) > 10
    page.get_by_role("tab", name="Decoding").click()
    page.locator("#lab-source").get_by_text("A trained model").click()
    page.locator("#lab-picture .row").nth(15).wait_for()  # of the model: there are nine words


def test_decoding_shows_the_guesses_that_train_showed(new_page, new_server):
    page = new_page(reduced_motion="reduce")
    page.goto(new_server.url)
    page.locator(".lv-ways:not(.lv-away)").wait_for()
    rows = page.locator(".pb-rows li:not(.pb-rest)").all_inner_texts()
    guesses = [(word, float(share.removesuffix(" %"))) for word, share in (row.split("\n") for row in rows)]
    assert len(guesses) == 8
    page.get_by_role("button", name="See its next token").click()
    page.locator("#lab-picture .row", has_text=guesses[0][0]).first.wait_for()
    shown = [row.split("\n") for row in page.locator("#lab-picture .row").all_inner_texts()[1:9]]
    for (word, share), (name, before, _) in zip(guesses, shown, strict=True):
        assert name == word
        assert abs(float(before.removesuffix(" %")) - share) < 0.1
