"""The form in a real browser: its parts neither overlap nor leave the page."""

from itertools import combinations

import pytest

ARROW = "#desk-further > .label-wrap > .icon"
PARTS = [
    "#desk-further > .label-wrap > span:first-child",
    ARROW,
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
def test_fields_of_the_accordion_do_not_overlap(new_page, open_desk, shoot, width):
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
        desk.locator(".desk-write").click()
        desk.wait_for_function("document.querySelector('.strip').getAttribute('aria-busy') === 'true'")
        desk.wait_for_function("document.querySelector('.strip').getAttribute('aria-busy') === 'false'")
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
