"""ASGI middleware in front of the page: it refuses foreign hosts and origins, large bodies, and the file proxy.

Gradio itself accepts any `Host` header, does not limit the size of a JSON body, and fetches any URL requested as
`/file=https://…`.
"""

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOCAL_HOSTS = frozenset({"localhost"})
_FILE_FIELD = b'filename="'
"""Occurs once for each file of a multipart form."""


class _BodyTooLargeError(Exception):
    """The limit was exceeded while the body was received."""


class Guard:
    """Refuses foreign hosts and origins (403), bodies over the limit (413) and URLs in `/file=` (403).

    A host given as an IP address is always accepted, because a DNS rebinding attack needs a name. Names other than
    `localhost`, such as a Space's, are listed in `hosts`. `max_upload_bytes` is called for each upload, since the free
    disk space changes. `max_files` limits the files of one upload.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str] = (),
        max_body_bytes: int,
        max_upload_bytes: Callable[[], int],
        max_files: int = 8,
    ) -> None:
        self._app = app
        self._hosts = _LOCAL_HOSTS | {host.lower() for host in hosts}
        self._max_body_bytes = max_body_bytes
        self._max_upload_bytes = max_upload_bytes
        self._max_files = max_files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the app, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is None and scope["type"] == "http":
            await self._call_with_limits(scope, receive, send, headers)
        elif refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if not self._is_allowed(host):
            return PlainTextResponse("This server does not have that host name; open it as localhost.\n", 403)
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return PlainTextResponse("Requests from other sites are not answered.\n", 403)
        path = unquote(unquote(scope["path"])).lower()
        if "/file=" in path and "://" in path.replace(":/", "://"):
            return PlainTextResponse("Only files of this server can be requested.\n", 403)
        return None

    def _is_allowed(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self._hosts:
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return True

    async def _call_with_limits(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        """Call the app; answer 413 if the declared or received length, or the number of files, is over the limit."""
        is_upload = scope["path"].rstrip("/").endswith("/upload")
        max_bytes = max(0, self._max_upload_bytes()) if is_upload else self._max_body_bytes
        what = "The file" if is_upload else "The request"
        too_large = PlainTextResponse(f"{what} is larger than {max_bytes:,} bytes, the most that is taken here.", 413)
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > max_bytes:
            await too_large(scope, receive, send)
            return
        n_bytes, n_files, tail, is_over, is_answered = 0, 0, b"", False, False

        async def receive_counted() -> Message:
            nonlocal n_bytes, n_files, tail, is_over
            message = await receive()
            body = message.get("body", b"")
            n_bytes += len(body)
            if is_upload:  # the field may be split between two messages
                window = tail + body
                n_files += window.count(_FILE_FIELD) - tail.count(_FILE_FIELD)
                tail = window[-len(_FILE_FIELD) + 1 :]
            is_over = is_over or n_bytes > max_bytes or n_files > self._max_files
            if is_over:
                raise _BodyTooLargeError
            return message

        async def send_unless_over(message: Message) -> None:
            nonlocal is_answered
            if is_over and not is_answered:
                return  # the app's answer to a body that was cut off; ours is sent below
            is_answered = True
            await send(message)

        try:
            await self._app(scope, receive_counted, send_unless_over)
        except Exception:
            if not is_over:
                raise
        if is_over and not is_answered:
            await too_large(scope, receive, send)
