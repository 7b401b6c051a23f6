"""Serves the browser's modules, the `.js` files of `widgets/`, over HTTP, unchanged and without a build step.

The path contains a hash of all of them. So a browser may cache a file for good, and never mixes files of two versions.
"""

import hashlib
import posixpath
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MODULES = Path(__file__).parent / "widgets"
_CACHE_FOR_GOOD = "public, max-age=31536000, immutable"
_BACKGROUND_DELAY_MS = 4000  # a slow machine has drawn the first tab by then
_PRELOAD = "rel=modulepreload; fetchpriority=low"
IMPORT = re.compile(r"""^(?:import|export)\b(?:[\w\s,{}*$]*\bfrom)?\s*['"](\.{1,2}/[^'"]+)['"]""", re.MULTILINE)
"""A static import of another module of ours; JSDoc types, `import('…')`, do not begin a line."""


class _Modules(StaticFiles):
    """Serves the JavaScript files of a folder, and no others."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not path.endswith(".js"):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _CACHE_FOR_GOOD
        return response


@cache
def base_path() -> str:
    """The URL path of the modules, relative to the page; it stays the same until the server is restarted.

    >>> base_path().startswith("pg-web/")
    True
    """
    return f"pg-web/{version_of(MODULES)}"


def version_of(folder: Path) -> str:
    """A hash of the names and contents of all modules in a folder."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.js")):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def routes() -> list[Mount]:
    """The route that serves the modules, for Gradio's `app_kwargs`."""
    return [Mount(f"/{base_path()}", app=_Modules(directory=MODULES))]


def with_imports(modules: Iterable[str]) -> list[str]:
    """The modules and all that they import, directly or not, each once.

    >>> with_imports(["header/colours.js"])
    ['header/colours.js', 'lib/dom.js']
    """
    found: dict[str, None] = {}
    queue = list(modules)
    while queue:
        module = queue.pop(0)
        if module not in found:
            found[module] = None
            imported = IMPORT.findall((MODULES / module).read_text(encoding="utf-8"))
            queue += [posixpath.normpath(posixpath.join(posixpath.dirname(module), path)) for path in imported]
    return list(found)


def fetch_in_background(modules: Iterable[str], tabs: str) -> str:
    """JavaScript for the `js` of the page's load event: fetch modules, with all that they import, in the background.

    So a tab that is opened later does not wait for one module after the other, each of which names the next. They are
    fetched once the pointer or the focus enters `tabs`, a CSS selector, at the latest after some seconds: more than a
    hundred requests beside the first tab's own would make the first view slower.
    """
    paths = [f"{base_path()}/{module}" for module in with_imports(modules)]
    return f"""() => {{
        let fetched = false;
        const fetchAll = () => {{
            for (const path of fetched ? [] : {paths}) {{
                const href = new URL(path, document.baseURI).href;
                const link = {{ rel: 'modulepreload', fetchPriority: 'low', href }};
                document.head.append(Object.assign(document.createElement('link'), link));
            }}
            fetched = true;
        }};
        for (const event of ['pointerover', 'focusin']) {{
            document.querySelector({tabs!r})?.addEventListener(event, fetchAll, {{ once: true }});
        }}
        setTimeout(fetchAll, {_BACKGROUND_DELAY_MS});
    }}"""


class Preload:
    """ASGI middleware: a `Link` header on every HTML page makes the browser fetch modules before it runs any script.

    Not a link element in Gradio's `head=`: Gradio inserts that by script, after its own scripts have been fetched. With
    low priority, since HTTP/1.1 has six connections and Gradio's scripts, which mount the widgets, are needed first.
    """

    def __init__(self, app: ASGIApp, *, modules: Iterable[str]) -> None:
        self._app = app
        self._links = ", ".join(f"<{base_path()}/{module}>; {_PRELOAD}" for module in with_imports(modules))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the header to the answer."""

        async def send_with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Link", self._links)
            await send(message)

        await self._app(scope, receive, send_with_links)
