"""The format between page and server: what a server function accepts, refuses, and answers."""

import json
import math
from typing import Any

import gradio as gr
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from playground.config import ModelConfig
from playground.errors import RunError
from playground.ui.exchange import Query, event_text, finite, server_function, to_json
from playground.ui.visitors import visitor_of
from playground.ui.widgets.header.header import Header

from .conftest import closing_loops, free_port


class Move(Query):
    """A query with a required, an optional and a bounded field."""

    run: str
    to: int = 0
    speed: float = Field(default=1.0, gt=0)


class Server:
    """Server functions of a widget."""

    def move(self, query: Move) -> dict[str, Any]:
        """Answers with what it understood."""
        if query.run == "gone":
            raise RunError("There is no run of that name.")
        return {"run": query.run, "to": query.to, "speed": query.speed}

    def who(self, query: Move, request: gr.Request) -> dict[str, Any]:
        """Answers with the visitor's address, too."""
        return {"run": query.run, "visitor": visitor_of(request), "agent": request.headers["user-agent"]}

    def train(self, model: ModelConfig) -> dict[str, Any]:
        """Takes a config as its query."""
        return {"width": model.emb_dim}


@pytest.fixture(scope="module")
def move():
    return server_function(Server().move)


@pytest.mark.parametrize("data", [None, {}, [], "text", 7])
def test_fault_72_an_event_that_comes_without_its_data_has_empty_fields(data):
    assert event_text(gr.EventData(None, data), "run") == ""


def test_fault_72_a_query_that_is_nested_deeply_is_refused_in_a_sentence(move):
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    assert "nested too deeply" in refusal(move({"run": deep}))


def test_fault_73_a_file_that_cannot_be_written_is_a_refusal_without_its_path():
    def save(query: Move) -> dict[str, Any]:
        raise OSError(28, "No space left on device", "/srv/secret/run.json")

    assert refusal(server_function(save)({"run": "a"})) == (
        "The server could not read or write a file (No space left on device); try again later."
    )


def refusal(answer: dict) -> str:
    assert list(answer) == ["error"]
    return answer["error"]


def test_a_query_is_read_into_its_class_with_its_defaults(move):
    assert move({"run": "a", "to": 3}) == {"run": "a", "to": 3, "speed": 1.0}
    assert move(Move(run="a")) == {"run": "a", "to": 0, "speed": 1.0}


@pytest.mark.parametrize("query", [None, [], "", "{}", '{"run": "a"}', 3, True, math.nan, [{"run": "a"}]])
def test_a_query_that_is_not_an_object_is_refused_with_a_sentence(move, query):
    assert refusal(move(query)) == "The request is not understood: it must be a JSON object."


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "run"),
        ({"run": None}, "run"),
        ({"run": ["a"]}, "run"),
        ({"run": "a", "to": 1.5}, "to"),
        ({"run": "a", "to": {}}, "to"),
        ({"run": "a", "speed": math.nan}, "speed"),
        ({"run": "a", "speed": math.inf}, "speed"),
        ({"run": "a", "speed": 0}, "speed"),
        ({"run": "a", "extra": 1}, "extra"),
        ({"run": "a", "visitor": "10.0.0.1"}, "visitor"),
    ],
)
def test_a_wrong_missing_or_unknown_field_is_refused_by_its_name(move, query, field):
    sentence = refusal(move(query))
    assert sentence.startswith(f"The request is not understood: {field}: ")
    assert sentence.endswith(".")


def test_a_long_value_is_not_repeated_in_the_refusal(move):
    assert len(refusal(move({"run": ["x" * 100_000]}))) < 250


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(query=json_values | st.dictionaries(st.sampled_from(["run", "to", "speed"]), json_values))
def test_fault_13_any_json_is_answered_with_an_object_without_nan(move, query):
    answer = move(query)
    assert set(answer) in ({"error"}, {"run", "to", "speed"})
    json.dumps(answer, allow_nan=False)


def test_an_error_of_the_playground_becomes_its_sentence_and_any_other_is_raised(move):
    assert move({"run": "gone"}) == {"error": "There is no run of that name."}

    def broken(query: Move) -> dict[str, Any]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        server_function(broken)({"run": "a"})


def test_a_config_can_be_a_query(move):
    train = server_function(Server().train)
    assert train({"emb_dim": 64, "n_heads": 2}) == {"width": 64}
    assert "n_heads" in refusal(train({"emb_dim": 64, "n_heads": 7}))
    assert refusal(train({"emb_dim": -1})).startswith("emb_dim: ")


def test_a_function_whose_query_has_no_class_is_not_accepted():
    def plain(query: dict) -> dict[str, Any]:
        return query

    def bare(query) -> dict[str, Any]:
        return query

    def nothing() -> dict[str, Any]:
        return {}

    for function in (plain, bare, nothing):
        with pytest.raises(TypeError, match="class of the query"):
            server_function(function)


def test_an_answer_has_no_nan_wherever_it_is():
    def losses(query: Move) -> dict[str, Any]:
        return {"a": [1, math.nan, (math.inf, "x")], "b": {"c": -math.inf}, "d": True}

    assert server_function(losses)({"run": "a"}) == {"a": [1, None, [None, "x"]], "b": {"c": None}, "d": True}


@given(json_values)
def test_json_has_no_nan_and_no_tag_and_is_read_back(value):
    text = to_json(value)
    assert "<" not in text
    assert json.loads(text, parse_constant=pytest.fail) == finite(value)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A page with a widget that has these server functions, and one of them as a named endpoint."""
    server = Server()
    with closing_loops():
        with gr.Blocks(analytics_enabled=False) as page:
            Header(elem_id="asking", server_functions=[server.move, server.who])
            gr.api(server_function(server.who), api_name="who", queue=False)
        _, url, _ = page.launch(
            server_port=free_port(), prevent_thread_lock=True, quiet=True, ssr_mode=False, enable_monitoring=False
        )
        yield url
        page.close()


def ask(url: str, function: str, query: object) -> httpx.Response:
    with httpx.Client(base_url=url) as client:
        components = client.get("/config").json()["components"]
        number = next(part["id"] for part in components if part["props"].get("elem_id") == "asking")
        body = {"data": query, "component_id": number, "fn_name": function, "session_hash": "test"}
        return client.post("/gradio_api/component_server/", json=body)


def test_gradio_passes_the_query_and_where_wanted_the_request(url):
    assert ask(url, "move", {"run": "a"}).json() == {"run": "a", "to": 0, "speed": 1.0}
    answer = ask(url, "who", {"run": "a"}).json()
    assert answer["visitor"] == "127.0.0.1"
    assert answer["agent"].startswith("python-httpx")
    assert refusal(ask(url, "who", {}).json()).startswith("The request is not understood: run: ")
    assert refusal(ask(url, "who", "a").json()).startswith("The request is not understood: ")


def test_a_server_function_can_be_a_named_endpoint(url):
    index = next(fn["id"] for fn in httpx.get(f"{url}config").json()["dependencies"] if fn["api_name"] == "who")
    body = {"data": [{"run": "a"}], "fn_index": index, "session_hash": "test"}
    answer = httpx.post(f"{url}gradio_api/run/predict", json=body).json()["data"][0]
    assert (answer["run"], answer["visitor"]) == ("a", "127.0.0.1")
