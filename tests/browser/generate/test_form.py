"""The form in a real browser: its parts neither overlap nor leave the page."""

from itertools import combinations

import pytest

ARROW = "#desk-further > .label-wrap > .icon"
WAIT_FOR_A_TEXT = """() => {
    const strip = document.querySelector('.strip');
    window.written = new Promise((resolve) => new MutationObserver((changes) => {
        const was_busy = changes.some((change) => change.oldValue === 'true');
        if (was_busy && strip.getAttribute('aria-busy') === 'false') resolve();
    }).observe(strip, { attributeFilter: ['aria-busy'], attributeOldValue: true }));
}"""
PARTS = [
    "#desk-further > .label-wrap > span:first-child",
    ARROW,
    "#desk-prompt .input-container",
    "#desk-temperature .tab-like-container",
    "#desk-top_k label",
    "#desk-max_new_tokens label",
    "#desk-seed label",
    ".desk-run",
    "#desk-stop label",
    "#desk-stop_at_end label",
    "#desk-fresh label",
    "#desk-past-context",
    "#desk-weights",
]
EDGES = """selectors => selectors.map((selector) => {
  const inside = document.createRange();  // the words themselves, which may stick out of the box they are in
  inside.selectNodeContents(document.querySelector(selector));
  const { left, right, top, bottom } = inside.getBoundingClientRect();
  return { left, right, top, bottom };
})"""


def overlap(a, b):
    across = min(a["right"], b["right"]) - max(a["left"], b["left"])
    down = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
    return across > 1 and down > 1


@pytest.mark.parametrize("width", [375, 1280])
def test_fields_of_the_form_do_not_overlap(new_page, open_desk, shoot, width):
    page = open_desk(new_page(width=width))
    arrow = page.locator(ARROW).bounding_box()
    assert arrow["width"] == arrow["height"]  # it is turned when the fold opens
    page.locator("#desk-further > .label-wrap").click()
    page.locator("#desk-weights input").wait_for()
    edges = dict(zip(PARTS, page.evaluate(EDGES, PARTS), strict=True))
    assert [(a, b) for a, b in combinations(PARTS, 2) if overlap(edges[a], edges[b])] == []
    assert max(edge["right"] for edge in edges.values()) <= width - 12
    if width == 1280:
        shoot(page, "generate-form")


def test_a_new_seed_for_every_text_is_shown_and_writes_the_same_text_again(desk):
    def write():
        desk.evaluate(WAIT_FOR_A_TEXT)  # before the click: a short text may be finished before anyone looks
        desk.locator(".desk-write").click()
        desk.evaluate("window.written")
        return int(desk.locator("#desk-seed input").input_value()), desk.locator(".strip").text_content()

    desk.locator("#desk-prompt textarea").fill("The rain had")
    desk.locator("#desk-further > .label-wrap").click()
    desk.locator("#desk-fresh input").check()
    first, second = write(), write()
    assert 123 not in (first[0], second[0])
    assert first[0] != second[0]
    assert max(first[0], second[0]) < 1_000_000, "more digits do not fit the field on a phone"
    desk.locator("#desk-fresh input").uncheck()
    assert write() == second


def test_a_receipt_opened_before_the_accordion_leaves_the_stages_in_it_complete(desk_of_receipt):
    desk_of_receipt.locator("#desk-further > .label-wrap").click()
    stages = desk_of_receipt.locator("#desk-stages .stage .name")
    stages.nth(1).wait_for()
    assert stages.all_inner_texts() == ["Top-k", "Temperature"]
    assert desk_of_receipt.locator("#desk-stages .add option").count() > 10


def test_the_prompt_is_one_line_until_it_is_written_in_and_nothing_moves(desk):
    field, tabs = desk.locator("#desk-prompt textarea"), desk.locator("#desk-tabs")
    below = tabs.bounding_box()["y"]
    field.fill("The rain had stopped.\nNobody said a word.\nAnd then")
    assert field.bounding_box()["height"] > 60
    assert tabs.bounding_box()["y"] == below
    field.blur()
    assert field.bounding_box()["height"] < 40
    assert tabs.bounding_box()["y"] == below


def test_the_run_that_writes_stands_beside_write_in_every_view(desk):
    for view in ("One text", "Through training", "Side by side", "Beam search"):
        desk.get_by_role("tab", name=view, exact=True).click()
        button = desk.locator("#desk-side .desk-button.primary:visible")
        desk.wait_for_function("document.querySelectorAll('.desk-slot > :not([hidden])').length === 1")
        assert button.count() == 1
        assert desk.locator(".desk-run").inner_text() == "with tale, last step"
        assert abs(button.bounding_box()["y"] - desk.locator("#desk-prompt textarea").bounding_box()["y"]) < 4
    desk.locator(".hd-step").select_option("0")
    desk.locator(".desk-run", has_text="step 0").wait_for()


def test_a_beam_search_shows_one_field_for_its_tokens_and_no_temperature(desk):
    labels = desk.get_by_label("Tokens to write")
    assert labels.locator("visible=true").count() == 1
    desk.get_by_role("tab", name="Beam search").click()
    desk.locator("#beam-tokens").wait_for()
    assert labels.locator("visible=true").count() == 1
    assert desk.locator("#desk-temperature").is_hidden()
    assert desk.locator("#desk-seed").is_hidden()


def test_a_link_opens_the_same_settings_and_view(desk, new_page):
    desk.locator("#desk-prompt textarea").fill("The letter")
    for name, value in (("temperature", "1.4"), ("top_k", "25"), ("seed", "7")):
        field = desk.locator(f"#desk-{name}").locator("input[type=number], input[type=text]").first
        field.fill(value)
        field.blur()
    desk.locator("#desk-further > .label-wrap").click()
    desk.locator("#desk-own-stages input").check()
    desk.get_by_role("tab", name="Side by side").click()
    desk.get_by_label("Seeds").check()
    desk.wait_for_function("/side-by-side/.test(location.search) && /Seeds/.test(location.search)")
    other = new_page()
    other.goto(desk.url)
    other.locator("#lanes-samples").wait_for()
    assert other.locator("#desk-prompt textarea").input_value() == "The letter"
    assert other.locator("#desk-temperature input[type=number]").input_value() == "1.4"
    assert other.locator("#desk-top_k input").input_value() == "25"
    assert other.locator("#desk-seed input").input_value() == "7"
    other.locator("#desk-further > .label-wrap").click()
    assert other.locator("#desk-own-stages input").is_checked()
    other.locator("#desk-stages .stage .name").nth(1).wait_for()
    assert other.get_by_label("Seeds").is_checked()


def test_settings_of_an_address_that_make_no_sense_are_the_defaults(page, url, tale):
    page.goto(f"{url}/?tab=generate&run=tale&desk=%7B%22temperature%22%3A-4%7D")
    page.locator("#desk-temperature input[type=number]").wait_for()
    page.wait_for_function("document.querySelector('.strip')?.hasAttribute('aria-busy')")
    assert page.locator("#desk-temperature input[type=number]").input_value() == "1"
