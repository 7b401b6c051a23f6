"""A public server in a real browser: it refuses in one sentence, shown where the user acted."""

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

from .conftest import SIZES, Server

TEXT = "The rain had stopped, and nobody in the house said a word about the letter. " * 60
TOO_MANY = "2 trainings of yours are at work or waiting; stop one, or wait for its end."


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """A public server with one run, whose name its owner knows."""
    running = Server(tmp_path_factory.mktemp("public") / "checkpoints", "--public")
    model = ModelConfig(context_length=32, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0)
    train = TrainConfig(epochs=2, lr=1e-2, sample_tokens=0, threads=1)
    list(run_training(RunStore(running.checkpoints).create("mine", TEXT, model, DataConfig(batch_size=4), train)))
    yield running
    running.stop()


def open_run(page, server):
    """Open the Runs tab and choose the owner's run."""
    page.goto(f"{server.url}/?tab=runs&run=mine")
    choose_run(page)
    return page


def choose_run(page):
    row = page.locator(".rv-table tbody tr").filter(has=page.get_by_label("choose mine", exact=True))
    row.locator(".rv-c-name").click()
    page.locator(".rv-chosen", has_text="mine").wait_for()


def fork(page):
    """Start a fork that takes long to train."""
    page.locator("[data-do=fork]").click()
    form = page.locator(".rk")
    form.locator("[name=lr]").wait_for()
    form.locator("[name=epochs]").fill("50000")
    form.get_by_role("button").click()


@pytest.mark.parametrize("size", SIZES)
def test_fault_43_a_fork_beyond_the_quota_is_refused_in_its_form(new_page, public, shoot, size):
    width, height = SIZES[size]
    page = open_run(new_page(width, height), public)
    while len(RunStore(public.checkpoints).names()) < 3:
        before = page.locator(".rv-table tbody tr").count()
        fork(page)
        page.wait_for_function("before => document.querySelectorAll('.rv-table tbody tr').length > before", arg=before)
        choose_run(page)
    fork(page)
    refusal = page.locator(".rk .rv-refused")
    refusal.wait_for()
    assert refusal.inner_text() == TOO_MANY
    button = page.locator(".rk button").bounding_box()
    assert 0 <= refusal.bounding_box()["y"] - button["y"] - button["height"] <= 24
    assert page.locator(".rv-message").is_hidden()
    assert page.locator(".rk [name=new_name]").is_hidden()
    shoot(page, f"public-fork-{size}")
    page.locator("[data-do=fork]").click()
    assert refusal.is_hidden()

    page.get_by_role("tab", name="Train").click()
    page.locator(".lv-buttons").get_by_role("button", name="+1 epoch").click()
    page.locator(".lv", has_text=TOO_MANY).wait_for()
    page.get_by_role("button", name="New run").click()
    page.click("#pg-start")
    page.locator("#pg-start-complaint", has_text=TOO_MANY).wait_for()


def test_fault_06_an_archive_above_the_limit_is_refused_before_it_is_sent(page, public, tmp_path):
    archive = tmp_path / "large.zip"
    with archive.open("wb") as file:
        file.truncate(200_000_001)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    open_run(page, public)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import a run").click()
    chooser.value.set_files(archive)
    page.locator(".rv-message", has_text="large.zip has 200 MB; archives of at most 200 MB are taken here.").wait_for()
    assert not [url for url in sent if "/upload" in url]


def test_fault_79_a_second_visitor_watches_but_does_not_stop_the_training_of_the_first(chromium, public):
    mine, theirs = (chromium.new_context() for _ in range(2))
    try:
        first = mine.new_page()
        first.goto(f"{public.url}/?tab=runs&run=mine")
        for run in RunStore(public.checkpoints).runs():
            if run.status.live:
                RunStore(public.checkpoints).open(run.name).control.stop()
        choose_run(first)
        fork(first)
        first.locator(".rv-table tbody tr[data-state=running]").first.wait_for()
        first.wait_for_function("new URLSearchParams(location.search).get('compare').startsWith('run-')")
        name = first.locator(".rv-chosen").inner_text()
        second = theirs.new_page()
        second.goto(f"{public.url}/?run={name}")
        second.locator(".lv-message", has_text="Another visitor started this training").wait_for()
        assert second.locator("[data-action=stop]").is_disabled()
        assert second.locator("[data-action=pause]").is_disabled()
        first.goto(f"{public.url}/?run={name}")
        first.locator("[data-action=stop]:enabled").click()
        first.locator(".lv-state-text", has_text="Stopped").wait_for()
        second.locator(".lv-state-text", has_text="Stopped").wait_for()
    finally:
        for context in (mine, theirs):
            context.close()
