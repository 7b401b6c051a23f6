"""The server functions of the tab, called as the page calls them."""

import json
from threading import Event

import pytest

from playground.config import DecodeConfig
from playground.text.tokenizer import encode
from playground.ui.exchange import server_function
from playground.ui.tabs.generate.copied import CopyFinder
from playground.ui.tabs.generate.log import line
from playground.ui.tabs.generate.server import GenerateServer
from playground.ui.tabs.generate.start import Start
from playground.ui.tabs.generate.streams import LogStreams
from playground.ui.tabs.generate.writer import Writer


@pytest.fixture
def streams():
    return LogStreams()


@pytest.fixture
def ask(context, streams):
    """`ask(name, query)`: the answer of a server function."""
    server = GenerateServer(context, streams, CopyFinder(context))
    return lambda name, query: server_function(getattr(server, name))(query)


def test_a_stream_is_stopped_by_its_job(ask, streams):
    stopped_by = Event()

    def lines(_job, stopped):
        stopped.wait(20)
        stopped_by.set()
        yield line(kind="end")

    logs = streams.stream("", lines)
    job = json.loads(next(logs))["job"]
    assert ask("stop", {"job": job}) == {"stopped": True}
    list(logs)
    assert stopped_by.is_set()
    assert ask("stop", {"job": job}) == {"stopped": False}


def test_a_text_is_given_as_a_receipt(ask, context, streams):
    start = Start("tale", "last", "The rain", lambda: DecodeConfig(max_new_tokens=5))
    *_, log = Writer(context, streams).write(None, start)
    forms = ask("receipt", {"log": log})
    assert json.loads(forms["json"])["run"] == "tale"
    assert "generate tale" in forms["command"]
    assert "write_text" in forms["python"]


def test_copied_parts_and_stages_are_given(ask, context):
    ids = encode("in the house said", context.store.open("tale").tokenizer)
    copied = ask("copied", {"run": "tale", "step": 2, "ids": ids})
    assert copied["spans"][0]["end"] == len(ids)
    assert copied["val_loss"] > 0
    query = {"run": "tale", "step": 2, "weights": "float32", "before": ids, "n_prompt": 2, "settings": {"top_k": 5}}
    assert [row["stage"] for row in ask("stages", query)["rows"]] == ["Model", "Top-k 5", "Temperature 1"]


@pytest.mark.parametrize("name", ["stop", "receipt", "copied", "stages"])
@pytest.mark.parametrize("query", [None, [], "x", 1, {}, {"job": 1}, {"log": []}, {"run": {}}, {"magic": 1}])
def test_what_is_not_understood_is_refused_with_a_sentence(ask, name, query):
    answer = ask(name, query)
    assert answer["error"].startswith("The request is not understood")
    assert answer["error"].endswith(".")


def test_refusals_of_the_playground_are_passed_on(ask):
    assert "press Write" in ask("receipt", {"log": ""})["error"]
    assert "gone" in ask("copied", {"run": "gone", "step": 2, "ids": [1]})["error"]
    settings = {"temperature": -1}
    query = {"run": "tale", "step": 2, "before": [1], "n_prompt": 1, "settings": settings}
    assert "temperature" in ask("stages", query)["error"]
