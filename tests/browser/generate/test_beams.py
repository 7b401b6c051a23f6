"""The tree of a beam search in a real browser: read, walked by keys, and shown on a phone."""

import re

import pytest


def search(desk):
    """Search from a prompt; the tree is drawn when this returns."""
    desk.locator("#desk-prompt textarea").fill("The rain had")
    desk.get_by_role("tab", name="Beam search").click()
    desk.locator("#beam-tokens input").fill("6")
    desk.locator(".beams-search").click()
    desk.get_by_role("treeitem").first.wait_for()


def here(page):
    """The box that has the focus: what a screen reader says, its level, and its position in the tree."""
    return page.evaluate("""() => {
      const box = document.activeElement;
      const { x, y } = box.querySelector('rect');
      return { label: box.ariaLabel, level: +box.ariaLevel, x: x.baseVal.value, y: y.baseVal.value };
    }""")


def test_the_tree_is_walked_by_arrow_keys(desk, shoot):
    search(desk)
    desk.locator("[data-copy=save]:visible").focus()
    desk.keyboard.press("Tab")
    first = here(desk)
    assert first["level"] == 1
    assert "log probability so far" in first["label"]
    assert desk.locator(".beams-why").inner_text() == first["label"]
    desk.keyboard.press("ArrowRight")
    second = here(desk)
    assert second["level"] == 2
    assert second["x"] > first["x"]
    desk.keyboard.press("ArrowLeft")
    assert here(desk) == first
    desk.keyboard.press("ArrowLeft")
    assert here(desk) == first
    desk.keyboard.press("ArrowDown")
    below = here(desk)
    assert below["level"] == 1
    assert below["y"] > first["y"]
    desk.keyboard.press("ArrowUp")
    assert here(desk) == first
    desk.keyboard.press("End")
    assert here(desk)["level"] == 6
    assert "complete" in desk.locator(".beams-why").inner_text()
    desk.keyboard.press("Home")
    assert here(desk)["level"] == 1
    assert desk.get_by_role("tree").count() == 1
    assert desk.locator(".beam[tabindex='0']").count() == 1
    shoot(desk, "generate-beams")


def test_the_box_with_the_focus_has_a_thick_border(desk):
    search(desk)
    desk.locator("[data-copy=save]:visible").focus()
    border = "getComputedStyle(document.activeElement.querySelector('rect')).strokeWidth"
    desk.keyboard.press("Tab")
    assert desk.evaluate(border) == "3px"


def test_a_text_that_is_chosen_keeps_the_focus_and_marks_its_path(desk):
    search(desk)
    texts = desk.locator(".beam-pick")
    texts.nth(1).focus()
    desk.keyboard.press("Enter")
    assert texts.nth(1).get_attribute("aria-pressed") == "true"
    assert desk.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    way = desk.locator(".beam.way").evaluate_all("boxes => boxes.map(box => +box.getAttribute('aria-level'))")
    assert way == list(range(1, len(way) + 1))
    assert desk.locator(".edge.way").count() == len(way)


def test_a_receipt_of_a_plain_text_leaves_the_settings_of_the_search_alone(desk_of_receipt):
    search(desk_of_receipt)
    settings = desk_of_receipt.locator("#beam-width input[type=number], #beam-penalty input[type=number]")
    assert settings.evaluate_all("fields => fields.map(field => field.value)") == ["4", "1"]


@pytest.mark.parametrize("width", [375, 1280])
def test_the_tree_scrolls_by_itself_and_not_the_page(new_page, open_desk, width):
    page = open_desk(new_page(width=width))
    search(page)
    page.wait_for_function("width => document.documentElement.scrollWidth === width", arg=width)  # laid out
    page.locator(".beam[tabindex='0']").focus()
    page.keyboard.press("End")
    page.wait_for_function("width => document.activeElement.getBoundingClientRect().right <= width", arg=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_bytes_that_are_only_part_of_a_character_are_named(desk):
    search(desk)
    labels = " ".join(desk.locator(".beam").evaluate_all("boxes => boxes.map(box => box.ariaLabel)"))
    assert re.search("“⟨[0-9A-F]{2}(\u2009[0-9A-F]{2})*⟩”", labels)
    assert "⟨2009⟩" not in labels
