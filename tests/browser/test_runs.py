"""The Runs tab in a real browser."""

import shutil
import time

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

TEXT = "The rain had stopped, and nobody in the house said a word about the letter. " * 60
MODEL = ModelConfig(context_length=32, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0)


def make(server, name, stop_at=None, **settings):
    settings = {"epochs": 4, "lr": 1e-2, "sample_tokens": 0, "threads": 1, "eval_freq": 2, "save_freq": 4, **settings}
    store = RunStore(server.checkpoints)
    run = store.create(name, TEXT, MODEL, DataConfig(batch_size=4), TrainConfig(**settings), text_name="rain")
    training = run_training(run)
    for event in training:
        if stop_at is not None and event.step >= stop_at:
            training.close()
            break
    return run


NAMES = ("slow", "fast", "broken")


@pytest.fixture
def runs(server):
    """Three runs: two completed, one interrupted."""
    for name in (*NAMES, "steady", "forked", "fast-2", "plain", "live", "fast-lr-0.0025", "twin"):
        shutil.rmtree(server.checkpoints / name, ignore_errors=True)
    make(server, "slow", lr=1e-3)
    make(server, "fast")
    make(server, "broken", stop_at=9, epochs=6)
    return server


@pytest.fixture
def tab(page, runs):
    return open_tab(page, runs)


def open_tab(page, server):
    page.goto(f"{server.url}/?tab=runs")
    row(page, "broken").wait_for()
    return page


def row(page, name):
    return page.locator(".rv-table tbody tr").filter(has=page.get_by_label(f"choose {name}", exact=True))


def choose(page, *names):
    for name in names:
        row(page, name).get_by_role("checkbox").check()


def order(page):
    return [name for name in page.locator(".rv-c-name").all_inner_texts() if name in (*NAMES, "steady")]


def do(page, name):
    page.locator(f"[data-do={name}]").click()


def import_archive(page, path):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import a run").click()
    chooser.value.set_files(path)


def message(page, words):
    page.locator(".rv-message", has_text=words).wait_for()


def test_the_table_lists_and_sorts_the_runs(tab, shoot):
    assert order(tab) == ["broken", "fast", "slow"]
    assert "Interrupted" in row(tab, "broken").inner_text()
    heading = tab.get_by_role("columnheader", name="Validation, last")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    losses = [float(row(tab, name).locator(".rv-c-val_loss").inner_text()) for name in order(tab)]
    assert losses == sorted(losses)
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    shoot(tab, "runs")


def test_the_comparison_is_saved_as_it_is_drawn(tab, new_page, tmp_path):
    choose(tab, "slow", "fast")
    tab.wait_for_function("document.querySelectorAll('.rc-plot path.plot-line').length === 2")
    for suffix in ("svg", "png"):
        tab.locator(".rc .sv summary").click()
        with tab.expect_download() as saved:
            tab.get_by_role("button", name=f"Chart as drawn, {suffix.upper()}").click()
        assert saved.value.suggested_filename == f"slow-fast-chart.{suffix}"
        saved.value.save_as(tmp_path / f"chart.{suffix}")
        assert tab.locator(".rc .sv-list").is_hidden()
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    alone = new_page(offline=True)
    alone.goto((tmp_path / "chart.svg").as_uri())
    texts = alone.locator("text").all_text_contents()
    assert {"Validation loss over steps", "slow", "fast", "Steps"} <= set(texts)
    assert any(text.startswith("With learning rate 0.01 instead of 0.001 ") for text in texts)
    assert alone.locator("path").count() == 2


def test_on_a_phone_the_comparison_and_its_menu_stay_inside_the_page(new_page, runs):
    page = new_page(375, 720)
    page.goto(f"{runs.url}/?tab=runs")
    choose(page, "slow", "fast")
    page.locator(".rc-scroll table td").first.wait_for()
    page.locator(".rc .sv summary").click()
    choices = [page.locator(".rc .sv summary"), *page.locator(".rc .sv-list button").all()]
    boxes = [choice.bounding_box() for choice in choices]
    assert all(box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 375 for box in boxes), boxes
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_a_run_is_saved_as_one_page(tab, new_page, tmp_path):
    row(tab, "fast").locator(".rv-c-name").click()
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="Save as one page").click()
    message(tab, "The page of fast is saved")
    saved.value.save_as(tmp_path / "fast.html")
    alone = new_page(offline=True)
    alone.goto((tmp_path / "fast.html").as_uri())
    alone.locator(".tok").first.wait_for()
    assert alone.title() == "fast"
    assert alone.locator(".cv-losses .plot-line").count() == 4


def test_chosen_runs_are_drawn_in_one_plot_and_compared(tab, shoot):
    choose(tab, "slow", "fast")
    plot = tab.locator(".rc-plot path.plot-line")
    tab.wait_for_function("document.querySelectorAll('.rc-plot path.plot-line').length === 2")
    assert tab.locator(".rc-legend li").all_inner_texts()[0].startswith("slow")
    assert "lr" in tab.locator(".rc-scroll").inner_text()
    assert "0.001" in tab.locator(".rc-scroll").inner_text()
    before = plot.first.get_attribute("d")
    for setting in ("Epochs", "Tokens", "Time"):
        tab.locator(".rc-choice").get_by_text(setting, exact=True).click()
        tab.locator(".rc-plot .plot-title", has_text=setting if setting != "Time" else "Seconds").wait_for()
    tab.locator(".rc-choice").get_by_text("Each batch", exact=True).click()
    each = plot.first.get_attribute("d")
    assert each != before
    tab.locator(".rc-smooth input").fill("0.9")
    assert plot.first.get_attribute("d") != each
    assert tab.locator(".rc-smooth b").inner_text() == "0.90"
    rough = plot.first.get_attribute("d")
    tab.locator(".rc-log input").check()
    assert plot.first.get_attribute("d") != rough
    shoot(tab, "runs-compared")


def test_a_run_is_renamed_pinned_deleted_and_restored(tab, runs):
    row(tab, "slow").locator(".rv-c-name").click()
    do(tab, "rename")
    tab.locator(".rv-rename input").fill("../evil")
    tab.locator(".rv-rename button").click()
    tab.locator(".rv-rename .rv-refused", has_text="is not allowed").wait_for()
    tab.locator(".rv-rename input").fill("steady")
    tab.locator(".rv-rename button").click()
    message(tab, "is now called steady")
    row(tab, "steady").wait_for()
    tab.wait_for_function("document.querySelector('.rv-chosen').textContent === 'steady'")
    do(tab, "pin")
    message(tab, "is pinned")
    tab.locator(".rv-pinned").wait_for()
    assert order(tab)[0] == "steady"
    assert tab.locator("[data-do=delete]").is_disabled()
    do(tab, "pin")
    message(tab, "is unpinned")
    tab.wait_for_function("!document.querySelector('[data-do=delete]').disabled")
    do(tab, "delete")
    message(tab, "steady is deleted")
    row(tab, "steady").wait_for(state="detached")
    tab.locator(".rv-undo").click()
    message(tab, "steady is back")
    row(tab, "steady").wait_for()


def test_fault_16_a_name_or_text_that_is_markup_is_shown_as_characters(page, runs):
    store = RunStore(runs.checkpoints)
    evil = "<img src=x onerror=window.hit=1>{{window.hit=1}}${window.hit=1}"
    store.create("plain", TEXT, MODEL, DataConfig(batch_size=4), TrainConfig(threads=1), preset=evil, text_name=evil)
    open_tab(page, runs)
    assert "<img" in row(page, "plain").inner_text()
    row(page, "plain").click()
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None


def test_fault_36_an_interrupted_run_is_resumed_with_one_click(tab):
    row(tab, "broken").click()
    assert "interrupted" in tab.locator(".rv-why").inner_text()
    do(tab, "resume")
    row(tab, "broken").filter(has_text="Finished").wait_for()


def test_a_fork_starts_at_the_chosen_checkpoint_with_changed_settings(tab, runs, shoot):
    row(tab, "fast").click()
    do(tab, "fork")
    form = tab.locator(".rk")
    form.locator("[name=lr]").wait_for()
    form.locator("[name=lr]").fill("0.003")
    form.locator("[name=step]").select_option(index=1)
    step = int(form.locator("[name=step]").input_value())
    form.locator("[name=new_name]").fill("forked")
    shoot(tab, "runs-fork")
    form.get_by_role("button").click()
    row(tab, "forked").filter(has_text="Finished").wait_for()
    spec = RunStore(runs.checkpoints).open("forked").spec
    assert (spec.parent.name, spec.parent.step, spec.train.lr) == ("fast", step, 0.003)
    choose(tab, "fast")
    tab.wait_for_function("document.querySelectorAll('.rc-plot path.plot-line').length === 2")
    assert "forked from" in tab.locator(".rc-scroll").inner_text()


def test_what_if_trains_with_one_setting_changed_and_lays_both_curves_over_each_other(tab, runs, shoot):
    row(tab, "fast").get_by_role("button", name="What if?").click()
    form = tab.locator(".rw")
    form.locator("[name=value]").wait_for()
    assert form.locator(".rw-old").inner_text() == "0.01"
    assert form.locator("[name=value]").input_value() == "0.0025"
    shoot(tab, "what-if")
    form.get_by_role("button", name="Train it").click()
    row(tab, "fast-lr-0.0025").filter(has_text="Finished").wait_for()
    tab.locator(
        ".rc-verdict", has_text="With learning rate 0.0025 instead of 0.01 the validation loss was lowest"
    ).wait_for()
    assert tab.locator(".rc-plot path.plot-line").count() == 2
    assert tab.locator(".rc-scroll tbody th").all_inner_texts() == ["lr"]
    shoot(tab, "what-if-after")
    tab.reload()  # the comparison is in the address
    tab.locator(".rc-verdict", has_text="With learning rate 0.0025 instead of 0.01").wait_for()


def test_what_if_is_reached_by_a_link_and_refuses_in_its_form(page, runs):
    page.goto(f"{runs.url}/?tab=runs&whatif=slow")
    form = page.locator(".rw")
    form.locator("[name=value]").fill("0.001")
    form.get_by_role("button", name="Train it").click()
    form.locator(".rv-refused", has_text="it is 0.001 in the run already").wait_for()


def test_identical_curves_are_told_apart(page, runs):
    make(runs, "twin")
    open_tab(page, runs)
    choose(page, "fast", "twin")
    page.locator(".rc-legend", has_text="twin (identical to fast)").wait_for()
    page.locator(".rc-plot path.plot-line.plot-dash, .rc-plot path.dash").first.wait_for()


def test_a_run_is_downloaded_and_imported_again(tab, runs, tmp_path):
    row(tab, "fast").click()
    with tab.expect_download() as started:
        do(tab, "download")
    path = tmp_path / "fast.zip"
    started.value.save_as(path)
    import_archive(tab, path)
    message(tab, "fast-2 is here")
    row(tab, "fast-2").wait_for()
    assert RunStore(runs.checkpoints).open("fast-2").steps() == RunStore(runs.checkpoints).open("fast").steps()
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK no archive at all")
    import_archive(tab, bad)
    message(tab, "is not a run's archive")


@pytest.mark.parametrize("which", ["best", "last"])
def test_the_best_and_the_last_checkpoint_are_one_click_from_generate(tab, which):
    row(tab, "slow").click()
    do(tab, which)
    tab.locator("#desk-prompt textarea").wait_for()
    tab.wait_for_function("document.querySelector('.hd-run').value === 'slow'")
    tab.wait_for_function("which => document.querySelector('.hd-step').value === which", arg=which)


def test_watch_opens_the_run_on_the_train_tab(tab):
    row(tab, "slow").click()
    do(tab, "follow")
    tab.locator(".lv-name", has_text="slow").wait_for()
    assert "run=slow" in tab.url


def test_an_active_run_is_updated_in_the_table(tab, runs):
    make(runs, "live", epochs=3000, stop_at=4)
    row(tab, "live").wait_for()
    row(tab, "live").click()
    do(tab, "resume")
    row(tab, "live").filter(has_text="Training").wait_for()
    cell = row(tab, "live").locator(".rv-c-step")
    first = cell.inner_text()
    deadline = time.monotonic() + 30
    while cell.inner_text() == first:
        assert time.monotonic() < deadline
        tab.wait_for_timeout(100)
    assert tab.locator("[data-do=delete]").is_disabled()
    do(tab, "stop")
    row(tab, "live").filter(has_text="Stopped").wait_for()


def test_the_table_can_be_used_with_the_keyboard(tab):
    tab.get_by_role("columnheader", name="Run", exact=True).get_by_role("button").focus()
    tab.keyboard.press("Enter")
    assert order(tab) == ["broken", "fast", "slow"]
    tab.keyboard.press("Enter")
    assert order(tab) == ["slow", "fast", "broken"]
    row(tab, "fast").get_by_role("checkbox").focus()
    tab.keyboard.press("Space")
    assert tab.locator(".rv-chosen").inner_text() == "fast"


def test_the_table_says_of_each_loss_and_perplexity_whether_it_is_the_last_or_the_best(tab):
    titles = tab.locator(".rv-table thead th").all_inner_texts()
    assert [title for title in titles if "Validation" in title or "Perplexity" in title] == [
        "Validation, last",
        "Validation, best",
        "Perplexity, best",
    ]


TOO_SMALL = """() => [...document.querySelectorAll('.rv button, .rv select, .rv [name=value], .rv [name=new_name]')]
  .filter((each) => each.offsetParent && each.getBoundingClientRect().height < 44)
  .map((each) => each.outerHTML.slice(0, 80))"""


def test_on_a_phone_the_list_has_no_scroller_of_its_own_and_targets_of_44_pixels(new_page, runs):
    page = open_tab(new_page(375, 720), runs)
    box = page.locator(".rv-scroll")
    assert (
        box.evaluate("(box) => getComputedStyle(box).overflowY + ' ' + (box.scrollHeight - box.clientHeight)")
        == "visible 0"
    )
    row(page, "fast").get_by_role("button", name="What if?").click()
    page.locator(".rw [name=value]").wait_for()
    assert page.evaluate(TOO_SMALL) == []


def test_nothing_overflows_the_window_of_a_phone(new_page, runs):
    page = open_tab(new_page(375, 720), runs)
    choose(page, "slow", "fast")
    page.locator(".rc-legend li").nth(1).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
