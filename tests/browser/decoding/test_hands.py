"""The laboratory used with pointer, keyboard and address in a real browser."""

import os
from urllib.parse import quote

import pytest

from .lab import LESSON, bars, counts, expect, open_lab, open_lesson, set_quickly, wait_for_picture


def test_stages_are_moved_switched_added_and_removed_by_keys_and_pointer(page, url):
    open_lab(page, url)
    names = "#lab-stages .stage .name"
    order = lambda: page.locator(names).all_inner_texts()  # noqa: E731
    assert order() == ["Top-k", "Temperature"]
    page.locator("#lab-stages .grip").first.focus()
    page.keyboard.press("ArrowDown")
    assert order() == ["Temperature", "Top-k"]
    assert page.evaluate("document.activeElement.className") == "grip"
    assert "Top-k is now stage 2 of 2" in page.inner_text("#lab-stages [aria-live]")
    page.get_by_role("button", name="move Top-k up").click()
    assert order() == ["Top-k", "Temperature"]
    grip, target = page.locator("#lab-stages .grip").first, page.locator("#lab-stages .stage").nth(1)
    start, end = grip.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + end["height"] - 6, steps=8)
    page.mouse.up()
    assert order() == ["Temperature", "Top-k"]
    page.get_by_label("use Temperature").uncheck()
    expect(page, "() => document.querySelectorAll('#lab-picture .fall .stage b').length === 2")
    page.select_option("#lab-stages .add", "min_p")
    assert order() == ["Temperature", "Top-k", "Min-p"]
    expect(page, "() => [...document.querySelectorAll('#lab-picture .stage b')].some(b => b.textContent === 'Min-p')")
    page.get_by_role("button", name="take Min-p out").click()
    assert order() == ["Temperature", "Top-k"]
    page.select_option("#lab-stages .orders", "llama.cpp")
    expect(page, "() => document.querySelectorAll('#lab-stages .stage').length === 12")


def test_every_stage_can_be_added_and_shows_a_picture(page, url):
    open_lab(page, url)
    options = page.locator("#lab-stages .add option").evaluate_all("all => all.map(o => o.value).filter(v => v)")
    for name in options:
        page.select_option("#lab-stages .add", name)
    page.wait_for_function(
        "count => document.querySelectorAll('#lab-picture .fall[role=row]').length === count + 3", arg=len(options)
    )
    assert page.locator("#lab-picture .problem").is_hidden()
    page.get_by_label("Banned tokens ids").fill("pizza, you")
    page.get_by_label("Banned tokens ids").press("Tab")
    expect(page, "() => /cut by Banned/.test(document.querySelector('#lab-picture .bars').textContent)")
    page.get_by_label("Logit bias biases").fill("nonsense +2")
    page.get_by_label("Logit bias biases").press("Tab")
    expect(page, "() => /nonsense/.test(document.querySelector('#lab-stages .wrong:not(:empty)')?.textContent)")


def test_the_lesson_shows_that_order_decides(page, url):
    open_lab(page, url)
    page.locator("#lab-stages .lesson").click()
    expect(page, "() => /2 words instead of 1/.test(document.querySelector('#lab-stages .order').textContent)")
    assert {word: after for word, (_, after) in bars(page).items()}["first"] == "100.00 %"
    page.get_by_role("button", name="Show the other order").click()
    expect(page, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 1")


def test_words_can_be_edited_added_and_removed(page, url):
    open_lab(page, url)
    page.locator("#lab-source summary").click()
    page.get_by_label("logit of pizza").fill("9")
    expect(page, "() => /pizza.*84\\.44 %/.test(document.querySelector('#lab-picture .bars').textContent)")
    page.get_by_role("button", name="take pizza out").click()
    expect(page, "() => document.querySelectorAll('#lab-picture .bars li').length === 9")
    page.get_by_role("button", name="Add a word").click()
    page.keyboard.type("sushi")
    expect(page, "() => /sushi/.test(document.querySelector('#lab-picture .bars').textContent)")
    page.get_by_role("button", name="The chapter's words").click()
    expect(page, "() => /pizza/.test(document.querySelector('#lab-picture .bars').textContent)")


def test_fault_16_words_are_shown_as_characters(page, url):
    nasty = ["<img src=x onerror=window.hit=1>", "${window.hit=1}", "{{window.hit=1}}", "<script>window.hit=1</script>"]
    state = {"words": [[word, i] for i, word in enumerate(nasty)], "follow": nasty[0], "prompt": " ".join(nasty)}
    state["lessons"] = ["draws", "figure"]
    open_lab(page, url, state)
    for part in ("#lab-chapter tbody tr", "#lab-draws .counts li", "#lab-sweep .name"):
        page.locator(part.split()[0]).scroll_into_view_if_needed()
        page.wait_for_selector(part)
    assert [word for word in bars(page) if word != "sum"] == [word.replace(" ", "·") for word in nasty]
    assert page.inner_text("#lab-source .sentence .text") == " ".join(nasty)
    assert page.evaluate("window.hit") is None


def test_the_address_shows_the_same_picture_elsewhere(new_page, url):
    page = open_lab(new_page(), url)
    set_quickly(page, "top-k 3")
    open_lesson(page, "lab-draws")
    page.get_by_label("log scale").check()
    page.locator("#lab-draws .n").fill("5000")
    page.locator("#lab-draws .seed").fill("7")
    expect(page, "() => /seed/.test(decodeURIComponent(location.search))")
    expect(page, "() => JSON.parse(document.querySelector('.draws').dataset.drawn || '{}').seed === 7")
    elsewhere = new_page()
    elsewhere.goto(page.url)
    wait_for_picture(elsewhere)
    expect(elsewhere, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 6")
    expect(elsewhere, "() => JSON.parse(document.querySelector('.draws').dataset.drawn || '{}').seed === 7")
    assert bars(elsewhere) == bars(page)
    assert counts(elsewhere) == counts(page)
    assert elsewhere.get_by_label("log scale").is_checked()
    elsewhere.locator("#lab-address").get_by_role("button", name="Reset").click()
    expect(elsewhere, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 0")
    expect(elsewhere, "() => !/lab=/.test(location.search)")


def test_an_unreadable_address_raises_a_warning_and_shows_the_start(new_page, url):
    page = new_page()
    page.goto(f"{url}/?lab={quote('{oops')}")
    wait_for_picture(page)
    page.get_by_text("The address could not be read").first.wait_for()
    assert bars(page)["forward"] == ("57.21 %", "42.14 %")


def test_exercises_show_the_result_only_after_a_prediction(page, url):
    open_lab(page, url)
    open_lesson(page, "lab-exercises")
    cards = page.locator("#lab-exercises article")
    first = cards.nth(0)
    first.get_by_role("button", name="Check").click()
    assert "Predict first" in first.inner_text()
    assert first.get_by_role("button", name="T = 5").is_hidden()
    assert "32" not in page.inner_text("#lab-draws") + page.inner_text("#lab-chapter")
    for box in first.locator("input").all():
        box.fill("10")
    first.get_by_role("button", name="Check").click()
    first.locator(".result tbody tr").first.wait_for()
    table = first.locator(".result tbody tr").all_inner_texts()
    assert [row.split("\t") for row in table] == [
        ["T = 1", "10", "0", "0.1", "1.012e-04"],
        ["T = 0.1", "10", "0", "0.0", "2.972e-38"],
        ["T = 5", "10", "32", "43.0", "4.30 %"],
    ]
    first.get_by_role("button", name="T = 5").click()
    expect(page, "() => document.querySelector('#lab-draws .tell').textContent.startsWith('pizza came 32')")
    third = cards.nth(2)
    for fieldset in third.locator("fieldset").all():
        fieldset.get_by_label("certain").check()
    third.get_by_role("button", name="Check").click()
    third.get_by_text("2 of 4 as expected").wait_for()
    third.get_by_role("button", name="top-k 1").click()
    expect(page, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 8")


def test_nothing_overflows_on_a_small_screen(new_page, url, shoot):
    page = open_lab(new_page(width=375, height=720), url, {**LESSON, "lessons": ["draws", "exercises", "figure"]})
    for part in ("#lab-draws", "#lab-sweep", "#lab-chapter", "#lab-exercises"):
        page.locator(part).scroll_into_view_if_needed()
        page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.evaluate("window.scrollTo(0, 0)")
    shoot(page, "decoding-lesson")


def test_the_keyboard_alone_moves_a_slider(page, url):
    open_lab(page, url)
    drawn = "() => JSON.parse(document.querySelector('.distribution').dataset.drawn).stages[1].temperature"
    page.get_by_label("Temperature T", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page, f"{drawn} === 1.01")
    page.get_by_label("Temperature", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page, f"{drawn} === 1.02")
    assert page.get_by_label("Temperature T", exact=True).input_value() == "1.02"


def test_a_drag_on_the_temperature_chart_sets_the_temperature_and_hovering_shows_values(page, url):
    open_lab(page, url)
    page.locator("#lab-sweep").scroll_into_view_if_needed()
    page.locator("#lab-sweep .now").wait_for(state="attached")
    lines = page.eval_on_selector_all(
        "#lab-sweep .word .line", "all => all.map((line) => line.getAttribute('transform'))"
    )
    assert len(set(lines)) > 1  # effort, moves and pizza are nearly the same and drawn beside each other
    box = page.locator("#lab-sweep .plot").bounding_box()
    middle = box["y"] + 60
    page.mouse.move(box["x"] + 60, middle)
    expect(page, "() => /At T = 0.0\\d+: forward/.test(document.querySelector('#lab-sweep .here').textContent)")
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, middle, steps=4)
    page.mouse.up()
    expect(page, "() => document.querySelector('#lab-picture .temperature output').textContent === '5'")
    expect(page, "() => /forward57.21 %24.21 %/.test(document.querySelector('#lab-picture .bars').textContent)")
    assert page.get_by_label("Temperature T", exact=True).input_value() == "5"


def test_fault_49_a_thousand_updates_leave_no_more_nodes_than_one(page, url):
    open_lab(page, url)
    count = "() => document.querySelectorAll('#lab-picture *').length"
    before = page.evaluate(count)
    page.evaluate(
        """async () => {
          const slider = document.querySelector('#lab-stages li:nth-child(2) input[type=range]');
          for (let i = 0; i < 1000; i += 1) {
            slider.value = i % 2 ? 2 : 3;
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            if (i % 10 === 0) await new Promise((next) => setTimeout(next));
          }
        }"""
    )
    expect(page, "() => JSON.parse(document.querySelector('.distribution').dataset.drawn).stages[1].temperature === 2")
    assert page.evaluate(count) == before


@pytest.mark.skipif("PLAYGROUND_SHOTS" not in os.environ, reason="saves pictures where PLAYGROUND_SHOTS names a folder")
def test_screenshots(page, url, shoot):
    open_lab(page, url, {"lessons": ["draws", "exercises", "figure"]})
    set_quickly(page, "top-k 3")
    expect(page, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 6")
    for part in ("#lab-draws", "#lab-sweep", "#lab-chapter", "#lab-exercises"):
        page.locator(part).scroll_into_view_if_needed()
        page.wait_for_timeout(300)
    page.evaluate("window.scrollTo(0, 0)")
    shoot(page, "decoding")
