"""Modules in one file: each import is a name, and each name is in the import map."""

import base64
import json

import pytest

from playground.ui.one_page.bundle import import_map, named_imports
from playground.ui.web import IMPORT, with_imports

ENTRY = "one_page/one_page.js"


def modules():
    addresses = json.loads(import_map(ENTRY))["imports"]
    return {
        name: base64.b64decode(address.removeprefix("data:text/javascript;base64,")).decode()
        for name, address in addresses.items()
    }


def test_the_map_has_every_module_that_is_imported():
    found = modules()
    assert set(found) == {f"playground/{module}" for module in with_imports([ENTRY])}
    for script in found.values():
        assert not IMPORT.search(script), "a relative import leads nowhere from a data: address"


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ("import { a } from './b.js';", "import { a } from 'playground/x/b.js';"),
        ("import {\n  a,\n  b,\n} from '../lib/b.js';", "import {\n  a,\n  b,\n} from 'playground/lib/b.js';"),
        ("import '../lib/b.js';", "import 'playground/lib/b.js';"),
        ("export { a } from './b.js';", "export { a } from 'playground/x/b.js';"),
        ("/** @typedef {import('./b.js').A} A */", "/** @typedef {import('./b.js').A} A */"),
    ],
)
def test_relative_imports_become_names(script, named):
    assert named_imports("x/y.js", script) == named
