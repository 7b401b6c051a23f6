"""Lessons in the browser: the tour from end to end, a lesson made and opened elsewhere, and Present."""

import json
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from playground.training.runs.recorded import NAME

from .conftest import SIZES, Server

CARD = ".ls:not(.ls-maker)"


@pytest.fixture(scope="module", params=[(), ("--public",)], ids=["private", "public"])
def new_server(request, tmp_path_factory):
    """A server with an empty folder of runs, as a user starts it."""
    running = Server(tmp_path_factory.mktemp("lessons") / "checkpoints", *request.param, recorded_run=True)
    yield running
    running.stop()


def parameters(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def wait_for_lesson(page, number):
    page.locator(".ls-where", has_text=f"Tour, {number} of 8").wait_for()


def choose(page, text):
    page.locator(f"{CARD} button", has_text=text).click()


def wait_for_end(page, *texts):
    """The answer is shown, with these texts in it."""
    page.locator(".ls-why").wait_for()
    for text in texts:
        page.locator(".ls-end", has_text=text).wait_for()


def go_on(page):
    page.locator(f"{CARD} .ls-ways .ls-first").click()


def key_on_chart(page, key):
    """Move the moment with a key once the run's evaluations are there."""
    page.wait_for_function("Number(document.querySelector('.cv-losses svg')?.getAttribute('aria-valuemax')) > 5")
    page.locator(".cv-losses svg").press(key)


def set_temperature(page, value):
    field = page.locator("#lab-stages li", has_text="Temperature").locator("input[type=number]")
    field.fill(value)
    field.press("Enter")


def test_the_tour_from_end_to_end(page, new_server, shoot):
    page.goto(new_server.url)
    page.locator(".lv-name", has_text=NAME).wait_for()
    page.get_by_role("button", name="Take the tour (5 min)").click()

    wait_for_lesson(page, 1)
    page.wait_for_function("document.activeElement.classList.contains('ls-question')")
    page.locator(".pb-sample", has_text="the the the").wait_for()
    choose(page, "Its weights")
    assert page.locator(".ls-end").inner_text() == ""
    key_on_chart(page, "End")
    wait_for_end(page, "Right.", "1,240,832 numbers")
    page.locator(".pb-sample", has_text="told me for my father").wait_for()
    shoot(page, "lesson-1")
    go_on(page)

    wait_for_lesson(page, 2)
    choose(page, "About 48,726")
    key_on_chart(page, "Home")
    wait_for_end(page, "48,725.8", "ln 50,257 = 10.82")
    go_on(page)

    wait_for_lesson(page, 3)
    page.wait_for_function("getComputedStyle(document.querySelector('.cv-verdict')).visibility === 'hidden'")
    for _ in range(6):
        key_on_chart(page, "ArrowRight")
    page.locator(".ls-place", has_text="Step 61").wait_for()
    choose(page, "This is my guess")
    wait_for_end(page, "Exactly: you chose step 61.", "5.076")
    page.wait_for_function("getComputedStyle(document.querySelector('.cv-verdict')).visibility === 'visible'")
    go_on(page)

    wait_for_lesson(page, 4)
    page.locator("#lab-stages li", has_text="Temperature").wait_for()
    page.locator(".ls-number").fill("40")
    page.locator(".ls-number").press("Enter")
    set_temperature(page, "5")
    wait_for_end(page, "Close: you guessed 40.", "4.30 %", "5,653 times")
    go_on(page)

    wait_for_lesson(page, 5)
    page.locator("#lab-stages li", has_text="Top-p").wait_for()
    choose(page, "2")
    page.locator("#lab-stages li", has_text="Top-p").get_by_role("button", name="up").click()
    wait_for_end(page, "Right.", "keep one word more")
    go_on(page)

    wait_for_lesson(page, 6)
    page.wait_for_function("document.querySelector('.hd-run').value.length")
    choose(page, "About 17 %")
    page.locator(".desk-write").click()
    page.locator(".desk-more:enabled").wait_for()
    page.locator("#desk .strip [role=option]").nth(6).click()
    wait_for_end(page, "Right.", "1,690 tokens")
    go_on(page)

    wait_for_lesson(page, 7)
    page.wait_for_function("document.querySelector('#desk-prompt textarea').value.startsWith('There was no comma')")
    choose(page, "Some of it")
    page.locator(".desk-write").click()
    wait_for_end(page, "stands word for word in the story")
    assert page.locator("#desk .copied-train-share").inner_text() in page.locator(".ls-answer").inner_text()
    go_on(page)

    wait_for_lesson(page, 8)
    choose(page, "About $690,000")
    page.locator("#ev-cost summary").click()
    wait_for_end(page, "Right.", "$691,200")
    shoot(page, "lesson-8")
    choose(page, "End the tour")
    page.locator(CARD).wait_for(state="hidden")
    assert "lesson" not in parameters(page)
    assert len(json.loads(page.evaluate("localStorage.getItem('pg-lessons')"))) == 8


@pytest.fixture(scope="module")
def one_server(tmp_path_factory):
    """A private server with the recorded run."""
    running = Server(tmp_path_factory.mktemp("lesson") / "checkpoints", recorded_run=True)
    yield running
    running.stop()


def test_a_lesson_is_made_and_opens_elsewhere(new_page, one_server):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{one_server.url}/?run={NAME}&moment=61")
    page.locator(".pb-moment", has_text="Step 61").wait_for()
    page.get_by_role("button", name="Copy as a lesson").click()
    form = page.locator(".ls-maker")
    hostile = "Which <b>loss</b> is lowest here?"
    form.get_by_label("Question").fill(hostile)
    form.get_by_label("Answer 1", exact=True).fill("The training loss")
    form.get_by_label("Answer 2", exact=True).fill("The validation loss")
    form.get_by_role("button", name="Copy the lesson's link").click()
    form.get_by_role("alert").get_by_text("No answer is marked as the right one; mark one.").wait_for()
    form.get_by_label("Answer 2 is right").check()
    form.get_by_label("Why, in one sentence").fill("It is lowest where memorising begins.")
    form.get_by_label("The other tabs").check()
    form.get_by_role("button", name="Copy the lesson's link").click()
    form.get_by_role("button", name="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")

    other = new_page()
    other.goto(link)
    other.locator(".ls-question", has_text=hostile).wait_for()
    other.locator(".pb-moment", has_text="Step 61").wait_for()
    assert other.locator("#pg-tabs > .tab-wrapper").is_hidden()
    other.locator(f"{CARD} button", has_text="The training loss").click()
    wait_for_end(
        other, "You guessed “The training loss”.", "The validation loss", "It is lowest where memorising begins."
    )
    other.keyboard.press("Escape")
    other.locator(CARD).wait_for(state="hidden")
    assert other.locator("#pg-tabs > .tab-wrapper").is_visible()
    assert parameters(other)["moment"] == "61"


def test_a_lesson_of_the_tour_is_a_link(page, one_server):
    page.goto(f"{one_server.url}/?lesson=order")
    wait_for_lesson(page, 5)
    page.locator("#lab-stages li", has_text="Top-p").wait_for()
    assert "keep 2 words" not in page.locator("#lab-stages").inner_text()  # that would be the answer
    assert parameters(page)["tab"] == "decoding"


@pytest.mark.parametrize("size", SIZES)
def test_the_card_covers_nothing_that_cannot_be_scrolled_to(new_page, one_server, size, shoot):
    width, height = SIZES[size]
    page = new_page(width, height)
    page.goto(f"{one_server.url}/?lesson=training")
    page.locator(".pb-sample", has_text="the the the").wait_for()
    page.locator(".ls-choice").first.wait_for()
    card = page.locator(CARD).bounding_box()
    chart = page.locator(".cv-losses svg").bounding_box()
    overlaps = card["x"] < chart["x"] + chart["width"] and card["y"] < chart["y"] + chart["height"]
    if width > 1000:
        assert not overlaps
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    end = page.locator("#pg-tabs").bounding_box()
    assert width > 1000 or end["y"] + end["height"] <= page.locator(CARD).bounding_box()["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, f"lesson-{size}")


def test_on_a_phone_the_lesson_is_a_sheet_from_below_with_large_targets(new_page, one_server):
    page = new_page(375, 720, has_touch=True)
    page.goto(one_server.url)
    page.locator(".lv-name", has_text=NAME).wait_for()
    page.get_by_role("button", name="Tour").click()
    page.locator(".ls-choice").first.wait_for()
    box = page.locator(CARD).bounding_box()
    assert (box["x"], box["width"]) == (0, 375)
    assert box["y"] + box["height"] == pytest.approx(720, abs=1)
    assert box["height"] < 0.6 * 720
    heights = page.eval_on_selector_all(
        f"{CARD} button", "all => all.filter((e) => e.checkVisibility()).map((e) => e.offsetHeight)"
    )
    assert min(heights) >= 44
    page.wait_for_function("document.querySelector('.cv-losses').getBoundingClientRect().top < 60")  # what it is about


MARKUP = "<img src=x onerror=\"document.title='owned'\">${document.title='owned'}"


@pytest.mark.parametrize(
    "lesson",
    [
        '{"q":"Wh',
        "[" * 5000,
        json.dumps({"q": "Why?", "w": "x" * 401}),
        json.dumps({"q": 1, "a": {"0": "x"}, "w": None}),
        json.dumps({"q": "Why?", "a": ["x"] * 6, "r": 9, "w": "So."}),
    ],
    ids=["cut off", "nested", "long", "other types", "too many answers"],
)
def test_fault_80_a_lesson_that_cannot_be_read_is_refused_with_a_sentence(page, one_server, lesson):
    page.goto(f"{one_server.url}/?lesson={quote(lesson)}")
    page.get_by_text("The lesson in this address cannot be read: it may have been cut off.").wait_for()
    page.get_by_role("button", name="Close the lesson").click()
    page.locator(".lv-name", has_text=NAME).wait_for()


def test_fault_80_markup_in_a_lesson_is_shown_as_characters(page, one_server):
    lesson = {"q": MARKUP, "a": [MARKUP, "No"], "r": 0, "w": MARKUP, "h": ["settings", MARKUP]}
    page.goto(f"{one_server.url}/?lesson={quote(json.dumps(lesson))}")
    page.locator(f"{CARD} .ls-question", has_text=MARKUP).wait_for()
    choose(page, MARKUP)
    wait_for_end(page, MARKUP)
    assert page.locator(f"{CARD} img").count() == 0
    assert page.title() == "GPT playground"
    assert page.evaluate("document.documentElement.dataset.hide") == "settings"


def test_present_shows_larger_type_and_the_chart_can_still_be_moved(page, one_server, shoot):
    page.goto(f"{one_server.url}/?run={NAME}&moment=180")
    page.locator(".pb-sample", has_text="told me").wait_for()
    before = page.locator(".pb-sample").evaluate("e => e.getBoundingClientRect().height / e.offsetHeight")
    page.get_by_role("button", name="Present").click()
    page.wait_for_function("document.documentElement.classList.contains('pg-present')")
    after = page.locator(".pb-sample").evaluate("e => e.getBoundingClientRect().height / e.offsetHeight")
    assert max(after / before, page.evaluate("Number(getComputedStyle(document.documentElement).zoom)")) > 1.2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(".cv-losses svg").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function("Number(new URLSearchParams(location.search).get('moment')) > 70")
    assert int(parameters(page)["moment"]) < 115
    assert parameters(page)["present"] == "1"
    shoot(page, "present")
    page.get_by_role("tab", name="Decoding").click()
    page.locator("#lab-picture .row").nth(5).wait_for()
    assert not page.locator("#lab-stages").is_visible()
    assert page.locator("#lab-picture .temperature input").is_visible()
    page.get_by_role("button", name="Present").click()
    page.wait_for_function("!document.documentElement.classList.contains('pg-present')")
