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

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any, ClassVar

import gradio as gr
from gradio import component_meta
from gradio.blocks import Block

from playground.ui.exchange import server_function, to_json
from playground.ui.web import base_path

# Gradio writes a stub beside every module that defines a component, in an installed package, too; a type checker then
# reads the stub, which lacks the module's functions.
component_meta.create_or_modify_pyi = lambda *_: None


class Widget(gr.HTML):
    """Base of the widgets: `template` is its static HTML, `scripts` are further files read before its own script.

    A script named there brings the style of the same name along. `styles` are further styles read before its own.
    `own_events` are those that its script raises beside Gradio's own (`click`, `input` …).
    """

    template: ClassVar[str] = ""
    scripts: ClassVar[tuple[str, ...]] = ()
    styles: ClassVar[tuple[str, ...]] = ()
    own_events: ClassVar[tuple[str, ...]] = ()

    def __init__(self, value: Any = None, *, constants: Mapping[str, Any] | None = None, **settings: Any) -> None:
        """`value` is a JSON string or what `json.dumps` takes; `settings` go to `gr.HTML` (elem_id, …).

        Among them `server_functions`: functions or methods as `playground/ui/exchange.py` describes them. `constants`
        reach the script as `host.constants`. They are no props: a widget on a tab that was never opened loses its
        props when an event skips it.
        """
        if "server_functions" in settings:
            settings["server_functions"] = [server_function(function) for function in settings["server_functions"]]
        stem = _stem(type(self))
        super().__init__(
            value=value if value is None or isinstance(value, str) else to_json(value),
            html_template=self.template or read_asset(f"{stem}/{stem}.html"),
            js_on_load=_script(stem, self.scripts, constants or {}) + _declare(self.own_events),
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
        names = [*cls.styles, *(name.replace(".js", ".css") for name in cls.scripts)]
        rules = "\n".join(read_asset(name) for name in [*names, f"{_stem(cls)}/{_stem(cls)}.css"])
        return f":is(#pg-widget, .pg-{_stem(cls)}:not(.block)) {{\n{rules}}}\n"

    def postprocess(self, value: str | None) -> str | None:
        """The value as it is: JSON for the script, never HTML, so Gradio need not look for tags in it."""
        return value


def _script(stem: str, scripts: tuple[str, ...], constants: Mapping[str, Any]) -> str:
    """One line that imports the widget's module and mounts it; it is inert until then, so that no click is lost."""
    own = read_asset(f"{stem}/{stem}.js")
    if "export function mount" not in own:  # not a module yet
        given = [f"const {name} = {to_json(constant)};" for name, constant in constants.items()]
        return "\n".join([*given, *map(read_asset, ["lib/base.js", *scripts]), own])
    return (
        "element.inert = true; "
        f"import(new URL('{base_path()}/{stem}/{stem}.js', document.baseURI).href).then((module) => {{ "
        "element.inert = false; "
        f"module.mount({{ element, props, server, watch, trigger, constants: {to_json(constants)} }}); }});"
    )


def _declare(events: tuple[str, ...]) -> str:
    """A comment with the names of events: Gradio offers a listener only for what stands quoted in the script."""
    return f" // raises {to_json(events)}" if events else ""


def styles(page: gr.Blocks) -> str:
    """The rules of all kinds of widgets on a page."""
    kinds = {type(block) for block in page.blocks.values() if isinstance(block, Widget)}
    return "".join(kind.style() for kind in sorted(kinds, key=_stem))


def all_modules(page: gr.Blocks) -> list[str]:
    """The modules of all widgets of a page."""
    return _modules(block for block in page.blocks.values() if isinstance(block, Widget))


def first_modules(page: gr.Blocks) -> list[str]:
    """The modules of the widgets that are visible when a page opens: those outside its tabs and in the first tab."""
    tabs = [block for block in page.blocks.values() if isinstance(block, gr.Tab)]
    widgets = [block for block in page.blocks.values() if isinstance(block, Widget)]
    return _modules(widget for widget in widgets if not set(_parents(widget)) & set(tabs[1:]))


def _modules(widgets: Iterable[Widget]) -> list[str]:
    stems = {_stem(type(widget)) for widget in widgets}
    return [f"{stem}/{stem}.js" for stem in sorted(stems)]


def _parents(block: Block) -> Iterator[Block]:
    parent = block.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _stem(kind: type[Widget]) -> str:
    return kind.__module__.rpartition(".")[2]


def read_asset(name: str) -> str:
    """The text of a file that lies beside this module; empty if there is none."""
    file = files("playground.ui.widgets").joinpath(name)
    return file.read_text(encoding="utf-8") if file.is_file() else ""
