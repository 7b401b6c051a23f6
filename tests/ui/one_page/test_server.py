"""The page of a run for those who ask for it on the page."""

from types import SimpleNamespace

import pytest

from playground.training.runs.store import RunStore
from playground.ui.context import Limits, LoadedModels
from playground.ui.exchange import server_function
from playground.ui.one_page import server
from playground.ui.one_page.server import PageServer


@pytest.fixture
def pages(run):
    store = RunStore(run.folder.parent)
    return PageServer(SimpleNamespace(store=store, models=LoadedModels(store), limits=Limits.public()))


def test_a_page_is_a_file_with_the_runs_name(pages):
    answer = server_function(pages.save_page)({"run": "river"})
    assert answer["name"] == "river.html"
    assert answer["text"].startswith("<!doctype html>")


@pytest.mark.parametrize("name", ["no-such", "../river", ""])
def test_a_run_that_nobody_was_told_of_has_no_page(pages, name):
    assert server_function(pages.save_page)({"run": name})["error"].endswith(".")


def test_while_other_pages_are_made_a_visitor_reads_so(pages, monkeypatch):
    monkeypatch.setattr(server, "MAX_WAIT_S", 0.01)
    with pages._lock:
        assert server_function(pages.save_page)({"run": "river"}) == {
            "error": "The pages of other runs are being made; try again in a minute."
        }
    assert "text" in server_function(pages.save_page)({"run": "river"})
