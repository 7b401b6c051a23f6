"""Attacks on a running server over HTTP: what Gradio's settings and our middleware must refuse."""

import json
import math
from pathlib import Path

import httpx
import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.text import documents
from playground.training.runs.archive import export_run
from playground.ui.tabs.train.form import PASTE, UPLOAD

STORY = "The river ran on, and the lamp burned low over the harbour. " * 200


def upload(served, data: bytes, name: str = "text.txt") -> httpx.Response:
    return served.client.post("/gradio_api/upload", files={"files": (name, data)})


def with_values(served, api_name: str, **changes) -> list:
    """The default inputs of an event with some widgets changed, named by their elem_id without `pg-`."""
    widgets = served.page.fns[served.fn_index(api_name)].inputs
    unknown = set(changes) - {(widget.elem_id or "").removeprefix("pg-") for widget in widgets}
    assert not unknown
    return [changes.get((widget.elem_id or "").removeprefix("pg-"), widget.value) for widget in widgets]


def look(served, **changes) -> tuple[dict, dict]:
    """Facts of the text and of the cost."""
    return answers_of(served, **changes)[:2]


def answers_of(served, event: str = "look", **changes) -> list:
    """Facts of the text and of the cost, the update of the encoding field, and what the drawer says of the fields."""
    answer = served.send(event, with_values(served, event, **changes))
    assert answer.status_code == 200, answer.text
    return [json.loads(value) if isinstance(value, str) else value for value in answer.json()["data"]]


def file_data(path: str) -> dict:
    return {"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "text.txt"}


@pytest.mark.parametrize(
    "path",
    [
        "../app.py",
        "..%2f..%2fetc%2fpasswd",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "....//etc/passwd",
        "app.py",
        "~/.bashrc",
    ],
)
def test_fault_01_files_outside_the_upload_folder_are_not_served(served, path):
    assert served.client.get(f"/gradio_api/file={path}").status_code in (403, 404)


def test_fault_01_a_symlink_in_the_upload_folder_is_not_followed(served):
    path = Path(upload(served, b"so it goes").json()[0])
    link = path.with_name("link.txt")
    link.symlink_to("/etc/hostname")
    try:
        assert served.client.get(f"/gradio_api/file={link}").status_code in (403, 404)
    finally:
        link.unlink()


def test_fault_02_a_run_folder_is_never_served(served):
    model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    run = served.context.store.create("secret-run", STORY, model, DataConfig(), TrainConfig(epochs=1))
    for name in ("text.txt", "run.json", "events.jsonl"):
        for path in (run.folder / name, f"checkpoints/secret-run/{name}"):
            assert served.client.get(f"/gradio_api/file={path}").status_code in (403, 404)
    served.context.store.delete("secret-run")


def test_fault_03_no_url_is_fetched(served):
    assert served.client.get("/gradio_api/file=https://example.com/").status_code == 403


def test_fault_04_the_proxy_is_closed(served):
    assert served.client.get("/gradio_api/proxy=https://example.com/").status_code in (400, 403)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "/proc/self/environ"])
def test_fault_05_a_file_named_in_a_body_must_be_an_upload(served, path):
    answer = served.send("look", with_values(served, "look", source=UPLOAD, file=[file_data(path)]))
    assert answer.status_code >= 400
    assert "root:" not in answer.text


def test_fault_06_an_upload_over_the_cap_is_refused(served):
    assert upload(served, b"a" * (served.context.limits.max_upload_bytes + 1)).status_code == 413


def test_fault_06_a_text_over_the_cap_is_refused_with_a_sentence(served):
    path = upload(served, b"a" * (served.context.limits.max_text_bytes + 1)).json()[0]
    facts, _ = look(served, source=UPLOAD, file=[file_data(path)])
    assert facts["error"].startswith("text.txt has 0.1 MB and at most 0.1 MB are taken here")


def test_fault_06_an_archive_over_the_cap_is_refused_with_a_sentence(served, tmp_path):
    store = served.context.store
    model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    run = store.create("too-long", STORY * 20, model, DataConfig(), TrainConfig(epochs=1))
    archive = export_run(run, tmp_path / "too-long.zip").read_bytes()
    store.delete("too-long")
    assert len(archive) < served.context.limits.max_archive_bytes < len(STORY * 20)
    answer = served.join("import_run", [file_data(upload(served, archive, "too-long.zip").json()[0])])
    assert any("The archive unpacks to more than 0.2 MB, which is the limit here." in line for line in answer)
    assert "too-long" not in store.names()


def test_fault_07_many_files_in_one_request_are_refused(served):
    files = [("files", (f"{i}.txt", b"x")) for i in range(1000)]
    assert served.client.post("/gradio_api/upload", files=files).status_code == 413


def test_fault_08_a_huge_body_is_refused_while_it_is_sent(served):
    def endless():
        for _ in range(10_000):
            yield b"x" * 100_000

    try:
        answer = served.client.post("/gradio_api/queue/join", content=endless())
    except httpx.WriteError:  # the server closed the connection before we were done
        return
    assert answer.status_code == 413


def test_fault_09_a_pasted_text_over_the_cap_is_refused(served):
    facts, _ = look(served, source=PASTE, pasted="a" * (served.context.limits.max_text_bytes + 1))
    assert "at most 0.1 MB" in facts["error"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_fault_10_numbers_that_are_not_finite_are_refused(served, value):
    body = json.dumps({"data": with_values(served, "look", lr="VALUE"), "fn_index": served.fn_index("look")})
    body = body.replace('"VALUE"', value)
    answer = served.client.post("/gradio_api/run/predict", content=body, headers={"content-type": "application/json"})
    assert answer.status_code >= 400 or "Learning rate" in json.loads(answer.json()["data"][1])["error"]


@pytest.mark.parametrize(
    "changes", [{"source": "/etc/passwd"}, {"preset": "gigantic"}, {"device": "toaster"}, {"vocabulary": ["compact"]}]
)
def test_fault_11_an_unknown_choice_is_refused(served, changes):
    answer = served.send("look", with_values(served, "look", **changes))
    assert answer.status_code >= 400 or "error" in json.loads(answer.json()["data"][1])


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"   \n ", "blank"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "PNG"),
        (bytes(range(256)) * 40, "text"),
        (b"so it goes", "short"),
    ],
    ids=["empty", "blank", "picture", "binary", "short"],
)
def test_fault_12_a_file_that_is_not_text_is_refused_with_a_sentence(served, data, word):
    path = upload(served, data).json()[0]
    facts, cost = look(served, source=UPLOAD, file=[file_data(path)])
    assert word in facts["error"]
    assert facts["error"].endswith(".")
    assert "Traceback" not in facts["error"]
    assert {row["value"] for row in cost["facts"]} == {None}


def test_a_utf_16_upload_is_read(served):
    path = upload(served, STORY.encode("utf-16")).json()[0]
    facts, _ = look(served, source=UPLOAD, file=[file_data(path)])
    assert facts["facts"][0] == {"name": "Characters", "value": len(STORY), "format": "whole"}


def test_fault_51_for_an_unclear_encoding_the_likely_ones_are_offered_and_the_choice_is_used(served):
    text = "猫" + STORY
    file = [file_data(upload(served, text.encode("shift_jis")).json()[0])]
    facts, _, offered, _ = answers_of(served, source=UPLOAD, file=file)
    assert facts["error"].startswith("It is unclear how text.txt is encoded")
    assert offered["visible"]
    assert "shift_jis" in [value for _, value in offered["choices"]]
    facts, _, offered, _ = answers_of(served, source=UPLOAD, file=file, encoding="shift_jis")
    assert facts["facts"][0]["value"] == len(text)
    assert (offered["visible"], offered["value"]) == (True, "shift_jis")
    *_, offered, _ = answers_of(served, "look_anew", source=UPLOAD, file=file, encoding="big5")
    assert offered["value"] == ""
    *_, offered, _ = answers_of(served, source=PASTE, pasted=text)
    assert not offered["visible"]


def test_for_a_large_text_the_page_gives_estimates_and_says_so(served, monkeypatch):
    monkeypatch.setattr(documents, "LARGE_TEXT_BYTES", 1000)
    file = [file_data(upload(served, STORY.encode()).json()[0])]
    facts, cost, offered, _ = answers_of(served, source=UPLOAD, file=file)
    assert facts["facts"][0] == {"name": "Characters", "value": len(STORY), "format": "about"}
    assert facts["note"].startswith("Estimated")
    assert next(fact for fact in cost["facts"] if fact["name"] == "Steps")["format"] == "about"
    assert offered["visible"]


def test_for_a_short_text_a_fitting_context_length_is_offered(served):
    facts, _ = look(served, source=PASTE, pasted=STORY[:3000])
    offered = facts["way_out"]["context_length"]
    assert str(offered) in facts["error"]
    assert "error" not in look(served, source=PASTE, pasted=STORY[:3000], context_length=offered)[0]


GARBAGE = (None, [], {}, "x", -1, math.pi, {"run": {}}, {"run": "../../etc"}, {"path": "/etc/passwd"}, True, ["a"] * 50)


def test_fault_13_any_event_with_any_data_leaves_the_server_working(served):
    for index, fn in served.page.fns.items():
        for value in GARBAGE:
            body = {"data": [value] * len(fn.inputs), "fn_index": index, "session_hash": "garbage"}
            answer = served.client.post("/gradio_api/run/predict", json=body)
            assert "Traceback" not in answer.text
            assert "/work" not in answer.text
    assert served.client.get("/").status_code == 200
    assert "error" not in look(served)[0]


@pytest.mark.parametrize("function", ["news", "command", "figure", "save_page"])
@pytest.mark.parametrize("query", [*GARBAGE, {"run": "x", "action": "explode"}, {"run": "no-such", "offset": "a"}])
def test_fault_13_a_server_function_answers_anything_with_a_sentence(served, function, query):
    answer = served.ask(function, query)
    assert answer.status_code == 200
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("function", ["build", "__init__", "_news", "get_config", "postprocess", "load"])
def test_fault_13_only_server_functions_can_be_called(served, function):
    assert served.ask(function, {}).status_code == 404


def test_fault_14_another_visitors_session_sees_nothing_and_cancels_nothing(served):
    body = {"data": served.defaults("time"), "fn_index": served.fn_index("time"), "session_hash": "mine"}
    event = served.client.post("/gradio_api/queue/join", json=body).json()["event_id"]
    # Session and event names are random and sent to nobody else, so a stranger can only guess them. Besides, a session
    # has no text and no model: there is no gr.State, and a training belongs to its run.
    theirs = {"session_hash": "theirs", "fn_index": body["fn_index"], "event_id": "0" * 32}
    served.client.post("/gradio_api/cancel", json=theirs)
    served.client.post("/gradio_api/reset", json={"event_id": "0" * 32})
    assert not any(block.stateful for block in served.page.blocks.values())
    seen_by_others = served.listen("theirs")
    assert not any(event in line for line in seen_by_others)
    assert any("process_completed" in line and event in line for line in served.listen("mine"))


def test_fault_15_no_event_bypasses_the_queue(served):
    queued = [(i, fn) for i, fn in served.page.fns.items() if fn.queue and fn.api_name]
    assert queued
    for index, fn in queued:
        body = {"data": [widget.value for widget in fn.inputs], "fn_index": index, "session_hash": "test"}
        for address in (f"/gradio_api/run/{fn.api_name}", f"/gradio_api/api/{fn.api_name}", "/gradio_api/run/predict"):
            assert served.client.post(address, json=body).status_code in (401, 403, 404), address


def test_every_event_has_a_name_for_gradio_client(served):
    for fn in served.page.fns.values():
        assert fn.api_name, fn
    for name in ("start", "stop", "pause", "resume", "step", "set_lr", "news", "look"):
        assert served.fn_index(name) is not None


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/b", "a\0b", "n" * 300, "CON", ".hidden", "-rf", "a\nb"])
def test_fault_17_a_run_name_that_is_a_path_is_refused(served, name):
    for function, query in (
        ("news", {"run": name, "offset": 0}),
        ("command", {"run": name, "action": "stop"}),
        ("figure", {"run": name, "format": "png"}),
        ("save_page", {"run": name}),
    ):
        assert "error" in served.ask(function, query).json()
    assert not (served.context.store.root.parent / "x").exists()


def test_fault_18_no_other_site_may_read_or_write(served):
    foreign = {"origin": "https://evil.example"}
    for method, path in (("GET", "/config"), ("POST", "/gradio_api/upload"), ("OPTIONS", "/gradio_api/queue/join")):
        answer = served.client.request(method, path, headers=foreign)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    assert served.client.get("/", headers={"host": "evil.example"}).status_code == 403


def test_fault_44_made_up_sessions_are_forgotten(served):
    sessions = served.page.app.state_holder
    assert sessions.capacity <= 1000
    index = served.fn_index("show_source")
    before, sessions.capacity = sessions.capacity, len(sessions.session_data) + 10
    try:
        for i in range(20):
            body = {"data": ["story"], "fn_index": index, "session_hash": f"made-up-{i}"}
            assert served.client.post("/gradio_api/run/predict", json=body).status_code == 200
        assert len(sessions.session_data) <= sessions.capacity
    finally:
        sessions.capacity = before
