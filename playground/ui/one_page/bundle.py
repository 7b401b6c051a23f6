"""Modules of `widgets/` for a file that is opened from a disk: as `data:` addresses, named by an import map.

Chromium, Firefox and Safari refuse to import a module from `file://`, but import one from a `data:` address. Such a
module has no folder, so that relative imports lead nowhere: they are replaced by names that the import map explains.
"""

import base64
import posixpath
import re

from playground.ui.exchange import to_json
from playground.ui.web import IMPORT, MODULES, with_imports

_SCOPE = "playground/"


def import_name(module: str) -> str:
    """The name by which a module is imported.

    >>> import_name("lib/dom.js")
    'playground/lib/dom.js'
    """
    return f"{_SCOPE}{module}"


def import_map(entry: str) -> str:
    """The import map, as JSON, of a module and all that it imports.

    >>> "playground/lib/format.js" in import_map("lib/shades.js")
    True
    """
    addresses = {
        import_name(module): _address(named_imports(module, _read(module))) for module in with_imports([entry])
    }
    return to_json({"imports": addresses})


def named_imports(module: str, script: str) -> str:
    """The script of a module with names instead of relative paths.

    >>> named_imports("live/probe.js", "import { node } from '../lib/dom.js';")
    "import { node } from 'playground/lib/dom.js';"
    """

    def rename(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(module), found[1]))
        return found[0].replace(found[1], import_name(path))

    return IMPORT.sub(rename, script)


def _read(module: str) -> str:
    return (MODULES / module).read_text(encoding="utf-8")


def _address(script: str) -> str:
    return f"data:text/javascript;base64,{base64.b64encode(script.encode()).decode()}"
