"""The browser's modules over HTTP: the `.js` files of `widgets/`, as they are, without a build step.

The path holds a hash of all of them, so that a browser keeps a file for good and never mixes two versions.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

MODULES = Path(__file__).parent / "widgets"
_KEEP = "public, max-age=31536000, immutable"


class _Modules(StaticFiles):
    """Serves the JavaScript in a folder and nothing else of it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not path.endswith(".js"):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _KEEP
        return response


@cache
def base_path() -> str:
    """The folder of the modules in the page's address space, relative to the page.

    >>> base_path().startswith("pg-web/")
    True
    """
    digest = hashlib.sha256()
    for file in sorted(MODULES.rglob("*.js")):
        digest.update(f"{file.relative_to(MODULES)}\0".encode() + file.read_bytes())
    return f"pg-web/{digest.hexdigest()[:12]}"


def routes() -> list[Mount]:
    """The route that serves the modules, for Gradio's `app_kwargs`."""
    return [Mount(f"/{base_path()}", app=_Modules(directory=MODULES))]


def preloads(modules: Iterable[str]) -> str:
    """Links for the page's head: the browser fetches these modules beside Gradio's own scripts, not after them."""
    return "".join(f'<link rel="modulepreload" href="{base_path()}/{module}">' for module in modules)
