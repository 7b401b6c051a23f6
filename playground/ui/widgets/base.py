"""What every live picture is built on: a template, a script and a style, each in a file of its own.

A widget is a subclass of `Widget` in a module `foo.py`, with `foo.js`, `foo.css` and, where the template is long,
`foo.html` beside it:

    class Foo(Widget):
        \"\"\"One line.\"\"\"
        template = '<figure class="foo"></figure>'

Its value is one JSON *string* (a dict would be proxied and copied again and again in the browser). The script draws
with `watch('value', draw); draw()` into the static template; text that came from a user goes through `textContent`
alone, never into a template. Every script can use what stands in `base.js` (`node`, `svgNode`, `ticks`, `fmt` …).
Colours are the variables of `playground/ui/theme.py`.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from importlib.resources import files
from typing import Any, ClassVar

import gradio as gr


class Widget(gr.HTML):
    """Base of the widgets: `template` is its static HTML, `scripts` are further files read before its own script.

    A script named there brings the style of the same name along.
    """

    template: ClassVar[str] = ""
    scripts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, value: Any = None, *, constants: Mapping[str, Any] | None = None, **settings: Any) -> None:
        """`value` is a JSON string or what `json.dumps` takes; `settings` go to `gr.HTML` (elem_id, …).

        Among them `server_functions`: here they may be methods. `constants` are what the script knows by these names.
        They are no props, for a widget on a tab or in a fold that was never opened loses its props where an event has
        nothing to say to it.
        """
        given = [f"const {name} = {to_json(constant)};" for name, constant in (constants or {}).items()]
        if "server_functions" in settings:
            settings["server_functions"] = [_plain(function) for function in settings["server_functions"]]
        stem = _stem(type(self))
        super().__init__(
            value=value if value is None or isinstance(value, str) else to_json(value),
            html_template=self.template or read_asset(f"{stem}/{stem}.html"),
            js_on_load="\n".join([*given, *map(read_asset, ["lib/base.js", *self.scripts, f"{stem}/{stem}.js"])]),
            apply_default_css=False,
            elem_classes=f"pg-{stem}",
            **settings,
        )

    @classmethod
    def style(cls) -> str:
        """Its rules, for the page's head; they hold inside the widget alone.

        Not `css_template`: Gradio writes that anew with every update, and the browser then looks over the whole page.
        The id is nobody's; with it the rules weigh more than Gradio's own.
        """
        names = [name.replace(".js", ".css") for name in cls.scripts]
        rules = "\n".join(read_asset(name) for name in [*names, f"{_stem(cls)}/{_stem(cls)}.css"])
        return f":is(#pg-widget, .pg-{_stem(cls)}:not(.block)) {{\n{rules}}}\n"

    def postprocess(self, value: str | None) -> str | None:
        """The value as it is: JSON for the script, never HTML, so Gradio need not look for tags in it."""
        return value


def styles(page: gr.Blocks) -> str:
    """The rules of all kinds of widgets on a page."""
    kinds = {type(block) for block in page.blocks.values() if isinstance(block, Widget)}
    return "".join(kind.style() for kind in sorted(kinds, key=_stem))


def _stem(kind: type[Widget]) -> str:
    return kind.__module__.rpartition(".")[2]


def read_asset(name: str) -> str:
    """The text of a file that lies beside this module; empty if there is none."""
    file = files("playground.ui.widgets").joinpath(name)
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the same name: Gradio marks a server function with an attribute, which a method cannot carry."""

    @wraps(method)
    def function(*arguments: Any) -> Any:  # the query, and a `gr.Request` where the method asks for one
        return method(*arguments)

    return function


def to_json(value: Any) -> str:
    """Compact JSON without NaN, which no browser reads: a number that is not finite becomes null.

    >>> to_json({"loss": [1.5, float("nan")]})
    '{"loss":[1.5,null]}'
    >>> to_json("<script>") == r'"\\u003cscript>"'
    True
    """
    text = json.dumps(finite(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c")  # Gradio warns of what looks like a script


def finite(value: Any) -> Any:
    """A JSON-like value with None for every number that is not finite.

    >>> finite([1.5, float("inf")])
    [1.5, None]
    """
    if isinstance(value, float):
        return value if abs(value) != float("inf") and value == value else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value
