"""One HTML file of a run: complete, small, and safe whatever the run's names and texts are."""

import json
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from playground.training.runs.recorded import bring_in_recorded
from playground.ui.exchange import finite
from playground.ui.one_page.page import run_page, script_json

HOSTILE = "</script><script>document.title = 'broken'</script><!-- \u2028 $title <img src=x onerror=alert(1)>"


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text of its scripts."""

    def __init__(self, page):
        super().__init__()
        self.found, self.scripts = [], {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        if self.found and self.found[-1][0] == "script":
            kind = self.found[-1][1].get("type", "")
            self.scripts[kind] = self.scripts.get(kind, "") + data

    def handle_endtag(self, tag):
        self.found.append((f"/{tag}", {}))


def content_of(page):
    return json.loads(Elements(page).scripts["application/json"])


def test_nothing_in_the_file_is_loaded_from_elsewhere(run):
    page = run_page(run)
    attributes = [pair for _, given in Elements(page).found for pair in given.items()]
    assert not [pair for pair in attributes if pair[0] in ("src", "href", "srcset", "action")]
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert not re.search(r"url\(|@import|@font-face", style)
    assert "default-src 'none'" in page


def test_all_css_variables_have_a_value(run):
    style = run_page(run).partition("<style>")[2].partition("</style>")[0]
    used = set(re.findall(r"var\((--[\w-]+)\)", style))
    assert used - set(re.findall(r"(--[\w-]+):", style)) - {"--shade"} == set()


def test_fault_67_hostile_names_and_texts_stay_text(run):
    spec = json.loads((run.folder / "run.json").read_text())
    spec["text_name"] = spec["preset"] = HOSTILE[:100]
    spec["train"]["start_context"] = HOSTILE
    (run.folder / "run.json").write_text(json.dumps(spec))
    del run.__dict__["spec"]
    run.name = HOSTILE
    page = run_page(run)
    plain = Elements(page)
    assert [tag for tag, _ in plain.found].count("script") == 4
    assert "img" not in {tag for tag, _ in plain.found}
    assert content_of(page)["about"]["start_context"] == HOSTILE
    assert content_of(page)["run"] == HOSTILE


@given(st.lists(st.text(st.characters(exclude_categories=())) | st.floats()))
def test_fault_67_json_in_a_script_cannot_end_it(value):
    text = script_json(value)
    assert text.isascii()
    assert "<" not in text
    assert json.loads(text) == finite(value)


def test_fault_68_the_page_of_the_recorded_mini_run_has_at_most_5_mb(store):
    page = run_page(bring_in_recorded(store))
    assert len(page.encode()) < 5_000_000
    assert "Every effort moves you" in content_of(page)["gains"][0]["samples"][0]["text"]


def test_the_title_is_the_runs_name(run):
    assert "<title>river</title>" in run_page(run)
