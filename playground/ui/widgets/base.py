"""The base class of the widgets: an HTML template, a script and a style sheet, each in a file of its own.

A widget is a folder `foo/` with `foo.py`, `foo.html`, `foo.js` and `foo.css`. `foo.py` defines the class:

    class Foo(Widget):
        \"\"\"What it shows; its value, events and server functions.\"\"\"

`foo.js` is an ES module with `export function mount({ element, props, server, watch, trigger, constants })`; the types
are in `lib/host.js`, code that several widgets share is in `lib/`. Gradio runs `mount` for each instance, which draws
into the static template: `watch('value', draw); draw();`.

The value is a JSON *string*, because Gradio would wrap a dict in proxies and copy it with each update. Text that came
from a user is set as `textContent`; in a template it would be run as code. Colours are the variables of
`playground/ui/theme.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any, ClassVar

import gradio as gr
from gradio import component_meta
from gradio.blocks import Block

from playground.ui.exchange import server_function, to_json
from playground.ui.web import base_path

# Gradio writes a stub (.pyi) beside each module that defines a component, also in an installed package. Type checkers
# then read the stub, which lacks the other functions of the module.
component_meta.create_or_modify_pyi = lambda *_: None


class Widget(gr.HTML):
    """Base class of the widgets; see the module's docstring for the files that belong to one."""

    styles: ClassVar[tuple[str, ...]] = ()
    """Style sheets of other folders that it uses, too, such as `lib/plot/plot.css`."""
    own_events: ClassVar[tuple[str, ...]] = ()
    """Events that its script triggers and that `gr.HTML` does not have."""

    def __init__(self, value: Any = None, *, constants: Mapping[str, Any] | None = None, **settings: Any) -> None:
        """Create the widget at this place of the layout.

        value: a JSON string, or a value that `to_json` accepts.
        constants: passed to `mount`, for what never changes. They are not props, because a widget on a tab that was
            never opened loses its props when an event skips it.
        settings: go to `gr.HTML` (elem_id, …). `server_functions` are as `playground.ui.exchange` describes them.
        """
        if "server_functions" in settings:
            settings["server_functions"] = [server_function(function) for function in settings["server_functions"]]
        name = _name(type(self))
        super().__init__(
            value=value if value is None or isinstance(value, str) else to_json(value),
            html_template=_read(f"{name}/{name}.html"),
            js_on_load=_mount(name, constants or {}, self.own_events),
            apply_default_css=False,
            elem_classes=f"pg-{name}",
            **settings,
        )

    @classmethod
    def style(cls) -> str:
        """The widget's CSS rules for the page's head, limited to its own elements.

        Not `css_template`: Gradio writes that again with each update, and the browser then restyles the whole page. No
        element has the id `pg-widget`; it gives the rules more weight than Gradio's.
        """
        name = _name(cls)
        rules = "\n".join(_read(path) for path in [*cls.styles, f"{name}/{name}.css"])
        return f":is(#pg-widget, .pg-{name}:not(.block)) {{\n{rules}}}\n"

    def postprocess(self, value: str | None) -> str | None:
        """The value unchanged: it is JSON, so Gradio does not have to search it for HTML tags."""
        return value


def _mount(name: str, constants: Mapping[str, Any], events: tuple[str, ...]) -> str:
    """One line of JavaScript that imports the widget's module and mounts it; it is inert until then.

    Gradio offers listeners only for events whose names occur in quotes in this text, so they are in a comment.
    """
    return (
        "element.inert = true; "
        f"import(new URL('{base_path()}/{name}/{name}.js', document.baseURI).href).then((module) => {{ "
        "element.inert = false; "
        f"module.mount({{ element, props, server, watch, trigger, constants: {to_json(constants)} }}); }});"
        + (f" // events: {to_json(events)}" if events else "")
    )


def styles(page: gr.Blocks) -> str:
    """The CSS rules of all widgets of a page, each class once."""
    kinds = {type(widget) for widget in _widgets(page)}
    return "".join(kind.style() for kind in sorted(kinds, key=_name))


def all_modules(page: gr.Blocks) -> list[str]:
    """The modules of all widgets of a page."""
    return _modules(_widgets(page))


def first_modules(page: gr.Blocks) -> list[str]:
    """The modules of the widgets that are visible when a page opens: those outside its tabs and in the first tab."""
    tabs = [block for block in page.blocks.values() if isinstance(block, gr.Tab)]
    return _modules(widget for widget in _widgets(page) if not set(_parents(widget)) & set(tabs[1:]))


def _widgets(page: gr.Blocks) -> list[Widget]:
    return [block for block in page.blocks.values() if isinstance(block, Widget)]


def _modules(widgets: Iterable[Widget]) -> list[str]:
    names = {_name(type(widget)) for widget in widgets}
    return [f"{name}/{name}.js" for name in sorted(names)]


def _parents(block: Block) -> Iterator[Block]:
    parent = block.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _name(kind: type[Widget]) -> str:
    return kind.__module__.rpartition(".")[2]


def _read(path: str) -> str:
    return files("playground.ui.widgets").joinpath(path).read_text(encoding="utf-8")
