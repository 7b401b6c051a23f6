"""Unit tests of the browser's modules: every `test('…')` in a `*.test.js` file is one test here, run in Chromium.

There is no server: the browser's requests are answered from the disk, `/widgets/…` with the package's modules and
`/tests/…` with the files of this folder. So no Node is needed.
"""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOTS = {"widgets": HERE.parents[2] / "playground" / "ui" / "widgets", "tests": HERE}
TYPES = {".js": "text/javascript", ".html": "text/html", ".css": "text/css"}
ADDRESS = "http://modules.test"
NAMED = re.compile(r"""^test\((['"`])(.*?)\1,""", re.MULTILINE)
RUN = """async ([file, name]) => {
  await import(file);
  const { tests } = await import('/tests/check.js');
  try {
    await tests.get(name)();
    return '';
  } catch (error) {
    return String(error.stack ?? error);
  }
}"""

FORGET = """() => {
  for (let timer = setTimeout(() => {}); timer > 0; timer--) clearTimeout(timer);
  document.body.replaceChildren();
  document.head.replaceChildren();
  for (const element of [document.documentElement, document.body]) {
    for (const { name } of [...element.attributes]) element.removeAttribute(name);
  }
  history.replaceState(null, '', '/');
  localStorage.clear();
  sessionStorage.clear();
}"""
"""Makes the page empty again. The modules stay, which keep no state: reading them takes most of a test's time."""


def cases():
    for script in sorted(HERE.rglob("*.test.js")):
        for _, name in NAMED.findall(script.read_text(encoding="utf-8")):
            file = script.relative_to(HERE).as_posix()
            yield pytest.param(file, name, id=f"{file.removesuffix('.test.js')}: {name}")


def answer(route):
    """Answer a request of the page from the disk."""
    room, _, path = route.request.url.removeprefix(f"{ADDRESS}/").partition("/")
    file = ROOTS.get(room, HERE) / path
    if file.is_file():
        route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
    else:
        route.fulfill(status=404, body="")


@pytest.fixture(scope="module")
def page(chromium):
    """A page at an address that reaches no network."""
    with chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.route("**/*", answer)
        page.route(f"{ADDRESS}/", lambda route: route.fulfill(body="<!doctype html><body>", content_type="text/html"))
        page.script = None  # whose tests it has loaded
        yield page


@pytest.fixture
def empty_page(page, script):
    """The page without elements; the tests of another script load it anew."""
    if page.script == script:
        page.evaluate(FORGET)
    else:
        page.goto(f"{ADDRESS}/")
    page.script = script
    return page


@pytest.mark.parametrize(("script", "name"), list(cases()))
def test_module(empty_page, script, name):
    assert empty_page.evaluate(RUN, [f"/tests/{script}", name]) == ""


def test_every_script_without_a_page_has_unit_tests():
    """A module that touches no DOM has a test file of its name."""
    modules = [path for path in ROOTS["widgets"].rglob("*.js") if "export" in path.read_text(encoding="utf-8")]
    tested = {path.name.removesuffix(".test.js") for path in HERE.rglob("*.test.js")}
    missing = [path.name for path in modules if path.stem not in tested]
    assert not missing, f"without a test: {missing}"
