"""What is seen first on the Decoding tab, on a laptop and on a phone; lessons and their links."""

import json
from urllib.parse import parse_qs, quote, urlsplit

from .lab import bars, expect, open_lab, open_lesson, wait_for_picture

TOUCH = """() => [...document.querySelectorAll('.pg-source, .pg-distribution, .pg-address, .pg-stage_list, .pg-draws,'
  + ' .pg-grouped, .pg-exercises')].flatMap((widget) => [...widget.querySelectorAll('button, select, summary, '
  + 'input:not([type=checkbox]):not([type=radio]), label:has(> input[type=checkbox]), .switch span')])
  .filter((target) => target.checkVisibility() && target.getBoundingClientRect().height < 44)
  .map((target) => `${target.tagName} ${target.className} ${target.textContent.slice(0, 30)}`)"""

SET_ADDRESS = """async (lab) => {
  const { name } = performance.getEntriesByType('resource').find((loaded) => loaded.name.endsWith('/lib/place.js'));
  (await import(name)).setParameter('lab', lab, { replace: false });
}"""


def open_start(page, url, query="?tab=decoding"):
    page.goto(f"{url}/{query}")
    wait_for_picture(page)
    return page


def test_the_tab_opens_with_its_sentence_and_something_that_has_moved(page, url):
    open_start(page, url)
    sentence = page.locator("#lab-source .sentence")
    assert sentence.inner_text().strip() == "every effort moves you"
    assert sentence.evaluate("p => getComputedStyle(p).fontSize") == "28px"
    assert "Palatino" in sentence.evaluate("p => getComputedStyle(p).fontFamily")
    before, after = bars(page)["forward"]
    assert (before, after) == ("57.21 %", "42.14 %")
    assert "lab" not in parse_qs(urlsplit(page.url).query)
    for lesson in ("lab-draws", "lab-exercises", "lab-chapter"):
        assert page.locator(f"#{lesson} details").first.get_attribute("open") is None


def test_an_address_of_an_earlier_version_opens_the_chapters_state(new_page, url):
    same = "() => /forward57.21 %57.21 %/.test(document.querySelector('#lab-picture .bars').textContent)"
    for lab in ("{}", '{"seed":7}'):
        expect(open_start(new_page(), url, f"?lab={quote(lab)}"), same)
    old = '{"stages":[{"on":true,"name":"top_k","k":3},{"on":true,"name":"temperature","temperature":5}]}'
    page = open_start(new_page(), url, f"?lab={quote(old)}")
    expect(page, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 6")
    assert bars(page)["pizza"][1] == "0"


def test_on_a_phone_sentence_bars_and_temperature_are_visible_together_and_stages_follow_the_bars(new_page, url, shoot):
    page = open_start(new_page(width=375, height=720), url)
    boxes = page.eval_on_selector_all(
        "#lab-source .sentence, #lab-picture .temperature, #lab-picture .bars li:nth-child(9)",
        "all => all.map((e) => [e.getBoundingClientRect().top, e.getBoundingClientRect().bottom])",
    )
    assert len(boxes) == 3
    assert all(0 <= top < bottom <= 720 for top, bottom in boxes)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    shoot(page, "decoding-phone")
    tops = page.eval_on_selector_all(
        "#lab-picture .bars, #lab-stages, #lab-sweep, #lab-draws",
        "all => all.map((e) => e.getBoundingClientRect().top)",
    )
    assert tops == sorted(tops)
    scrollers = """() => [...document.querySelectorAll('#component-0 *, main *')].filter((e) => e.checkVisibility()
      && /auto|scroll/.test(getComputedStyle(e).overflowY) && e.scrollHeight > e.clientHeight + 1
      && e.closest('.pg-source, .pg-distribution, .pg-stage_list, .pg-draws')).length"""
    assert page.evaluate(scrollers) == 0


def test_every_control_can_be_hit_with_a_finger_on_a_phone(new_page, url):
    page = open_lab(new_page(width=375, height=720), url, {"lessons": ["draws", "exercises", "figure"]})
    page.locator("#lab-source summary").click()
    page.locator("#lab-exercises .look").first.wait_for()
    assert page.evaluate(TOUCH) == []


def test_nothing_moves_after_the_first_paint(new_page, url):
    page = new_page()
    page.add_init_script(
        """window.shifts = []; new PerformanceObserver((list) => { for (const entry of list.getEntries()) {
          for (const { node, previousRect, currentRect } of entry.sources) {
            if (node?.parentElement?.closest('[id^=lab-]')
              && previousRect.height && Math.abs(currentRect.top - previousRect.top) > 2) {
              window.shifts.push([node.className ?? node.nodeName, previousRect.top, currentRect.top]);
            }
          }
        } }).observe({ type: 'layout-shift', buffered: true });"""
    )
    open_start(page, url)
    expect(page, "() => document.querySelector('#lab-stages .order').textContent")
    page.wait_for_timeout(500)
    assert page.evaluate("window.shifts") == []


def test_a_lesson_is_opened_by_its_link_and_computed_only_then(new_page, url):
    page = open_start(new_page(permissions=["clipboard-read", "clipboard-write"]), url)
    page.wait_for_timeout(500)
    assert page.locator("#lab-draws .counts li").count() == 0
    assert page.locator("#lab-chapter tbody tr").count() == 0
    assert "because" in page.inner_text("#lab-draws .lesson-why")
    open_lesson(page, "lab-draws")
    page.locator("#lab-draws .counts li").first.wait_for()
    expect(page, "() => /draws/.test(new URL(location).searchParams.get('lab'))")
    page.locator("#lab-draws .lesson-link").click()
    page.get_by_text("Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    other = new_page()
    other.goto(link)
    wait_for_picture(other)
    other.locator("#lab-draws .counts li").first.wait_for()
    assert other.locator("#lab-chapter details").first.get_attribute("open") is None
    expect(other, "() => document.querySelector('#lab-draws').getBoundingClientRect().top < innerHeight")
    assert bars(other)["forward"] == bars(page)["forward"]


def test_a_state_that_comes_into_the_address_is_opened_and_back_returns(page, url):
    open_start(page, url)
    page.evaluate(SET_ADDRESS, '{"stages":[{"name":"temperature","temperature":5}]}')
    expect(page, "() => /forward57.21 %24.21 %/.test(document.querySelector('#lab-picture .bars').textContent)")
    assert page.locator("#lab-stages .stage").count() == 1
    page.go_back()
    expect(page, "() => /forward57.21 %42.14 %/.test(document.querySelector('#lab-picture .bars').textContent)")
    assert page.locator("#lab-stages .stage").count() == 2


def test_a_tab_that_is_pressed_before_the_server_has_answered_keeps_the_state_of_its_address(page, url):
    held, is_held = [], True
    page.route("**/queue/join*", lambda request: held.append(request) if is_held else request.continue_())
    state = {"stages": [{"name": "temperature", "on": True, "temperature": 0.25}], "follow": "pizza"}
    page.goto(f"{url}/?lab={quote(json.dumps(state))}")
    page.get_by_role("tab", name="Decoding").click()
    page.locator("#lab-picture .row").nth(5).wait_for()
    assert held
    is_held = False
    for request in held:
        request.continue_()
    page.locator("#lab-picture .temperature output", has_text="0.25").wait_for()
    page.locator("#lab-stages li", has_text="Temperature").wait_for()
    assert json.loads(parse_qs(urlsplit(page.url).query)["lab"][0])["follow"] == "pizza"
