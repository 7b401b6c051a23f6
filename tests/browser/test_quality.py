"""What holds for every tab: accessible, steady after the first paint, usable on a phone, and cheap while idle."""

import time

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe

from playground.training.runs.recorded import NAME

from .conftest import SIZES, Server

TABS = {
    "train": ".pb-rows li",
    "evaluate": ".mi-text .tok",
    "decoding": "#lab-picture .row",
    "generate": ".desk-write",
    "runs": ".rv-table tbody tr",
}
"""The tabs, and what is there when each has been drawn."""
IDLE_S = 10
OBSERVE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, startTime, sources } of list.getEntries()) {
    if (!hadRecentInput) shifts.push([value, Math.round(startTime), sources.map(({ node }) => node?.className ?? '')]);
  }
}).observe({ type: 'layout-shift', buffered: true });
"""
SMALL_TARGETS = """() => [...document.querySelectorAll('button, select, input, summary')]
  .filter((e) => !['range', 'radio', 'checkbox'].includes(e.type) && e.offsetParent && !e.disabled)
  .map((e) => [e, e.getBoundingClientRect().height])
  .filter(([, height]) => height > 1 && height < 43.5)
  .map(([e, height]) => `${e.tagName.toLowerCase()}.${e.className} ${e.textContent.trim().slice(0, 20)} ${height}`)"""
INNER_SCROLLERS = """() => [...document.querySelectorAll('.gradio-container *')]
  .filter((e) => e.offsetParent && /auto|scroll/.test(getComputedStyle(e).overflowY))
  .filter((e) => e.scrollHeight > e.clientHeight + 2)
  .map((e) => `${e.tagName.toLowerCase()}.${e.className}`)"""


@pytest.fixture(scope="module")
def new_server(tmp_path_factory):
    """A server as a user starts it, with the recorded run."""
    running = Server(tmp_path_factory.mktemp("quality") / "checkpoints", recorded_run=True)
    yield running
    running.stop()


@pytest.fixture
def open_tab(new_page, new_server):
    """Open a tab on a page of a size, and wait until it has been drawn."""

    def make(tab, size="1280"):
        page = new_page(*SIZES[size])
        page.add_init_script(OBSERVE_SHIFTS)
        page.goto(f"{new_server.url}/?tab={tab}&run={NAME}")
        page.locator(f"{TABS[tab]}:visible").first.wait_for()
        return page

    return make


@pytest.mark.parametrize("tab", TABS)
def test_axe_finds_nothing_serious_in_light_and_dark(open_tab, tab):
    page = open_tab(tab)
    page.wait_for_timeout(1000)  # what comes into view asks the server
    assert serious_findings(page) == []
    page.locator(".hd-theme").click()
    page.wait_for_function("document.body.classList.contains('dark')")
    page.wait_for_timeout(300)  # colours change gradually
    assert serious_findings(page) == []


def serious_findings(page):
    """What axe-core calls serious or critical, each as a sentence with the first places."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{each['id']}: {each['help']} ({'; '.join(str(node['target'][0]) for node in each['nodes'][:5])})"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_after_the_first_paint_of_the_page_and_of_each_tab(open_tab, size):
    page = open_tab("train", size)
    moved = {}
    for tab in TABS:
        if tab != "train":
            page.evaluate("window.shifts = []")
            open_by_hand(page, tab)
            page.locator(f"{TABS[tab]}:visible").first.wait_for()
        page.wait_for_timeout(1500)
        # Gradio shows a placeholder of its own until the page is there.
        shifts = [at for at in page.evaluate("shifts") if not any("loading svelte" in str(name) for name in at[2])]
        if sum(value for value, *_ in shifts) >= 0.02:
            moved[tab] = shifts
    assert moved == {}


def open_by_hand(page, tab):
    """Press a tab; on a phone the last ones are in a menu."""
    name = tab.capitalize()
    if not page.get_by_role("tab", name=name, exact=True).is_visible():
        page.locator("#pg-tabs > .tab-wrapper .overflow-menu > button").click()
        page.locator(".overflow-dropdown button", has_text=name).click()
        return
    page.get_by_role("tab", name=name, exact=True).click()


@pytest.mark.parametrize("tab", TABS)
def test_on_a_phone_nothing_is_cut_off_targets_can_be_hit_and_no_scroller_lies_inside_another(open_tab, tab):
    page = open_tab(tab, "375")
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(INNER_SCROLLERS) == []


def test_an_idle_page_takes_less_than_two_percent_of_a_core(open_tab, new_server):
    page = open_tab("train")
    page.wait_for_timeout(3000)
    process = psutil.Process(new_server.process.pid)
    before = sum(process.cpu_times()[:2])
    time.sleep(IDLE_S)
    assert sum(process.cpu_times()[:2]) - before < 0.02 * IDLE_S
