"""What stands between the network and the page: who may ask, how much, and for what.

Gradio accepts any `Host`, has no bound on a JSON body and fetches any address asked for as `/file=https://…`.
`Guard` is an ASGI middleware that closes these three.
"""

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOCAL_HOSTS = frozenset({"localhost"})
_FILE_NAME = b'filename="'


class _TooLargeError(Exception):
    """A body has grown past its limit while it was read."""


class Guard:
    """Refuse foreign hosts and origins (403), bodies that are too large (413) and addresses in `/file=` (403).

    A host that is an address in numbers is always let in: a name is what a rebinding attack needs. Further names, such
    as a Space's, are listed in `hosts`. `max_upload_bytes` is asked for every upload: the disk may have filled up.
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
        """Pass a request on, or answer it here."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is None and scope["type"] == "http":
            await self._bounded(scope, receive, send, headers)
        elif refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if not self._is_allowed(host):
            return PlainTextResponse("This server does not go by that name; open it as localhost.\n", 403)
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return PlainTextResponse("Requests from other sites are not answered.\n", 403)
        asked = unquote(unquote(scope["path"])).lower()
        if "/file=" in asked and "://" in asked.replace(":/", "://"):
            return PlainTextResponse("Only files of this server can be asked for.\n", 403)
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

    async def _bounded(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        is_upload = scope["path"].rstrip("/").endswith("/upload")
        limit = max(0, self._max_upload_bytes()) if is_upload else self._max_body_bytes
        what = "The file" if is_upload else "The request"
        too_large = PlainTextResponse(f"{what} is larger than {limit:,} bytes, the most that is taken here.", 413)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limit:
            await too_large(scope, receive, send)
            return
        seen, files, tail, over, started = 0, 0, b"", False, False

        async def counted() -> Message:
            nonlocal seen, files, tail, over
            message = await receive()
            body = message.get("body", b"")
            seen += len(body)
            if is_upload:  # each file of a form has one such name; a name may lie across two pieces
                window = tail + body
                files += window.count(_FILE_NAME) - tail.count(_FILE_NAME)
                tail = window[-len(_FILE_NAME) + 1 :]
            over = over or seen > limit or files > self._max_files
            if over:
                raise _TooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if over and not started:
                return  # whatever the app makes of the broken body, the answer is ours
            started = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except Exception:
            if not over:
                raise
        if over and not started:
            await too_large(scope, receive, send)
