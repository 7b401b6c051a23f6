import asyncio

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from playground.ui.guard import Guard


async def count(request):
    return PlainTextResponse(str(len(await request.body())))


APP = Starlette(routes=[Route("/{path:path}", count, methods=["GET", "POST"])])
GUARD = Guard(APP, hosts=["Me.hf.space"], max_body_bytes=1000, max_upload_bytes=lambda: 5000, max_files=3)


def ask(path="/", method="GET", headers=None, pieces=(b"",), kind="http"):
    """Status and body of a request, sent in pieces and without a declared length unless `headers` has one."""
    named = {"host": "localhost:7860", **(headers or {})}
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
    }
    remaining = list(pieces)
    answer = {"body": b""}
    read = [0]

    async def receive():
        read[0] += 1
        return {"type": "http.request", "body": remaining.pop(0), "more_body": bool(remaining)}

    async def send(message):
        answer["status"] = message.get("status", answer.get("status", message.get("code")))
        answer["body"] += message.get("body", b"")

    asyncio.run(GUARD(scope, receive, send))
    return answer["status"], answer["body"].decode(), read[0]


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:7860", "127.0.0.1:1", "[::1]:7860", "me.hf.space", "192.168.1.7"]
)
def test_listed_host_names_and_ip_addresses_are_accepted(host):
    assert ask(headers={"host": host})[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil.example", "[", "a b", "me.hf.space.x"]
)
def test_a_foreign_host_is_refused(host):
    assert ask(headers={"host": host})[0] == 403


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "http://localhost.evil:7860", ""]
)
def test_fault_18_a_foreign_origin_is_refused(origin):
    assert ask("/upload", "POST", {"origin": origin})[0] == 403
    assert ask("/queue/join", "POST", {"origin": "http://localhost:7860"})[0] == 200


def test_a_foreign_websocket_is_closed():
    assert ask(headers={"host": "evil.example"}, kind="websocket")[0] == 1008


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://example.com/a",
        "/file=http://example.com",
        "/gradio_api/file=HTTP%3A%2F%2Fexample.com",
        "/gradio_api/file=%2568ttp://x",
        "/gradio_api/file=https:/example.com",
        "/gradio_api/file=ftp://example.com",
    ],
)
def test_fault_03_no_url_is_fetched(path):
    assert ask(path)[0] == 403


def test_a_file_of_this_server_is_served():
    assert ask("/gradio_api/file=/tmp/gradio/ab/verdict.txt")[0] == 200


def test_fault_08_a_declared_length_over_the_cap_is_refused_before_reading():
    status, body, read = ask("/queue/join", "POST", {"content-length": str(10**9)}, [b"x" * 10])
    assert (status, read) == (413, 0)
    assert "1,000 bytes" in body


@pytest.mark.parametrize("length", ["-1", "many", "1e3", ""])
def test_an_invalid_content_length_is_refused(length):
    assert ask("/queue/join", "POST", {"content-length": length})[0] == 413


def test_fault_08_an_undeclared_body_is_cut_off_at_the_cap():
    status, _, read = ask("/queue/join", "POST", pieces=[b"x" * 300] * 1000)
    assert status == 413
    assert read <= 5


def test_a_body_within_the_cap_arrives_unchanged():
    assert ask("/queue/join", "POST", pieces=[b"x" * 250] * 4)[:2] == (200, "1000")


def test_an_upload_has_its_own_cap():
    assert ask("/gradio_api/upload", "POST", pieces=[b"x" * 1000] * 5)[0] == 200
    assert ask("/gradio_api/upload", "POST", pieces=[b"x" * 1000] * 6)[0] == 413


@pytest.mark.parametrize("size", [1, 7, 64, 4000])
def test_fault_07_files_are_counted_however_the_body_is_split(size):
    part = b'--b\r\ncontent-disposition: form-data; name="files"; filename="a"\r\n\r\nx\r\n'

    def pieces(files):
        body = part * files
        return [body[i : i + size] for i in range(0, len(body), size)]

    assert ask("/upload", "POST", pieces=pieces(3))[0] == 200
    assert ask("/upload", "POST", pieces=pieces(4))[0] == 413
