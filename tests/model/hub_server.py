"""A server on this machine that plays the hub, and what can stand between: drops, refusals, a proxy's page."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<!DOCTYPE html><html><body>The proxy is tired.</body></html>".ljust(210)


@dataclass
class Hub:
    """What the server answers, and what it was asked."""

    content: bytes
    url: str = ""
    etag: str = ""
    status: int = 200
    drops: list[int] = field(default_factory=list)
    """After so many bytes of an answer the connection ends, once each."""
    page_instead: str = ""
    """The method that is answered with a proxy's page: HEAD or GET."""
    ignores_ranges: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and range of every request."""

    def __post_init__(self) -> None:
        self.etag = self.etag or hashlib.sha256(self.content).hexdigest()


@contextmanager
def playing_hub(content: bytes) -> Iterator[Hub]:
    hub = Hub(content)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, with_body: bool) -> None:
            asked = self.headers.get("Range", "")
            hub.asked.append((self.command, asked))
            body, status = hub.content, hub.status
            if hub.page_instead == self.command:
                body, asked = PAGE, ""
            if asked and not hub.ignores_ranges and status == 200:
                body, status = body[int(asked.removeprefix("bytes=").rstrip("-")) :], 206
            self.send_response(status)
            if hub.page_instead != self.command:
                self.send_header("X-Repo-Commit", "0" * 40)
                self.send_header("X-Linked-Etag", f'"{hub.etag}"')
                self.send_header("X-Linked-Size", str(len(hub.content)))
                self.send_header("ETag", f'"{hub.etag}"')
                self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if with_body:
                self.wfile.write(body[: hub.drops[0]] if hub.drops else body)
                if hub.drops:
                    hub.drops.pop(0)
                    self.wfile.flush()
                    self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
