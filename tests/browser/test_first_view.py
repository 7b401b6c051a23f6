"""How the browser fetches the modules of the first view: early, once, and then from its cache."""

from playground.ui.web import base_path, with_imports

FIRST = ("drawer/drawer.js", "facts/facts.js", "header/header.js", "live/live.js")
MODULES = sorted(f"{base_path()}/{path}" for path in with_imports(FIRST))
FETCHED = """() => performance.getEntriesByType('resource').map((entry) => ({
  path: new URL(entry.name).pathname.slice(1),
  start: entry.startTime,
  end: entry.responseEnd,
  bytes: entry.transferSize,
}))"""


def open_first_view(page, url):
    """Open the page and wait until its widgets are drawn; returns what was fetched by then."""
    page.goto(url)
    page.locator(".hd-theme[aria-label]").wait_for()
    page.locator("#pg-text-facts .fa-facts > *").first.wait_for(state="attached")
    return page.evaluate(FETCHED)


def test_the_modules_are_requested_before_gradios_first_script_has_arrived(new_page, url):
    fetched = open_first_view(new_page(cold=True), url)
    arrived = min(entry["end"] for entry in fetched if entry["path"].startswith("assets/index-"))
    assert sorted(entry["path"] for entry in fetched if entry["path"] in MODULES) == MODULES, "each once"
    assert [entry["path"] for entry in fetched if entry["path"] in MODULES and entry["start"] > arrived] == []


def test_a_second_visit_takes_the_modules_from_the_cache(new_page, url):
    page = new_page(cold=True)
    first = {entry["path"]: entry["bytes"] for entry in open_first_view(page, url)}
    again = {entry["path"]: entry["bytes"] for entry in open_first_view(page.context.new_page(), url)}
    assert all(first[path] > 0 for path in MODULES)
    assert [path for path in MODULES if again[path] > 0] == []
