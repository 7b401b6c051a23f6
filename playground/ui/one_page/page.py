"""One HTML file of a run: template, style, modules and content put together.

Text from users is in two places: the title, escaped as HTML, and the content, as JSON in a script element that is never
run. A policy in the file allows the scripts named here by their hashes, and no request to anywhere.
"""

import base64
import hashlib
import html
import json
from string import Template

from playground.training.runs.run import Run
from playground.ui.exchange import finite
from playground.ui.one_page.bundle import import_map, import_name
from playground.ui.one_page.content import LoadModel, load_last, run_content
from playground.ui.theme import palette_css
from playground.ui.web import MODULES

_ENTRY = "one_page/one_page.js"
_STYLES = (
    "lib/plot/plot.css",
    "lib/shades.css",
    "live/live.css",
    "live/curves.css",
    "live/probe.css",
    "token_strip/token_strip.css",
    "token_strip/panel_view.css",
    "one_page/one_page.css",
)
_THEME = """
const dark = matchMedia('(prefers-color-scheme: dark)');
const set = () => document.documentElement.classList.toggle('dark', dark.matches);
dark.addEventListener('change', set);
set();
"""
_START = f"""
import {{ show }} from '{import_name(_ENTRY)}';
show(document.querySelector('main'), JSON.parse(document.querySelector('#pg-run').textContent));
"""


def run_page(run: Run, load_model: LoadModel = load_last) -> str:
    """The page of a run, as HTML; raises `RunError` for a run that was not evaluated yet, or whose log is too long."""
    imports = import_map(_ENTRY)
    template = Template((MODULES / "one_page/one_page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=html.escape(run.name),
        policy=_policy(_THEME, imports, _START),
        style=_style(),
        theme=_THEME,
        content=script_json(run_content(run, load_model)),
        imports=imports,
        start=_START,
    )


def script_json(value: object) -> str:
    r"""JSON that may stand in a script element: ASCII, also for half a character, and no sign that HTML reads.

    >>> script_json({"text": "</script>\u2028", "loss": float("nan")})
    '{"text":"\\u003c/script>\\u2028","loss":null}'
    """
    return json.dumps(finite(value), separators=(",", ":"), allow_nan=False).replace("<", r"\u003c")


def _policy(*scripts: str) -> str:
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    return (
        f"default-src 'none'; script-src {allowed} data:; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _style() -> str:
    rules = "\n".join((MODULES / path).read_text(encoding="utf-8") for path in _STYLES)
    return f"{palette_css()}body {{ margin: 0; background: var(--pg-page); }}\n.pg-one_page {{\n{rules}}}\n"
