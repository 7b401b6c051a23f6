"""The assembled page: what it makes the browser do, which other servers it contacts, what an idle server costs."""

from typing import ClassVar

import pytest

from playground.errors import SettingsError
from playground.ui.build import launch
from playground.ui.context import Context
from playground.ui.web import base_path
from playground.ui.widgets.base import Widget, first_modules


class PageOnATakenPort:
    blocks: ClassVar = {}

    def launch(self, **_):
        raise OSError("Cannot find empty port in range: 7999-7999.")  # what Gradio says


def test_a_taken_port_is_reported_in_one_sentence(tmp_path):
    with pytest.raises(SettingsError, match="port: 7999 is taken"):
        launch(PageOnATakenPort(), Context.open(tmp_path), port=7999)


def test_no_other_server_is_contacted(served):
    page = served.client.get("/").text
    config = served.client.get("/config").json()
    assert not config["analytics_enabled"]
    assert not config["connect_heartbeat"], "gr.State or an unload event would hold a connection open per tab"
    assert "fonts.googleapis" not in page
    assert served.client.get("/gradio_api/startup-events").status_code == 200


def test_the_styles_of_the_widgets_are_in_the_head_once(served):
    """As `css_template` Gradio would rewrite them with each value, and the browser would restyle the whole page."""
    widgets = [block for block in served.page.blocks.values() if isinstance(block, Widget)]
    assert len(widgets) > 10
    assert not any(widget.css_template for widget in widgets)
    page = served.client.get("/").text
    assert all(page.count(f".{widget.elem_classes[0]}:not(.block)") == 1 for widget in widgets)


def test_no_event_outputs_tabs_or_other_containers(served):
    """The browser would copy all of their contents with each message of each later event."""
    config = served.client.get("/config").json()
    types = {component["id"]: component["type"] for component in config["components"]}
    outputs = {types[each] for event in config["dependencies"] for each in event["outputs"]}
    assert "dropdown" in outputs
    assert not outputs & {"tabs", "tabitem", "row", "column", "group", "accordion"}


def test_the_idle_queue_polls_at_most_50_times_a_second(served):
    assert served.page._queue.sleep_when_free >= 0.02


def test_the_modules_of_the_first_tab_are_preloaded_and_those_of_the_others_are_not(served):
    modules = first_modules(served.page)
    first = ["drawer", "facts", "header", "lesson", "live", "text_view"]
    assert modules == [f"{name}/{name}.js" for name in first]
    links = served.client.get("/").headers["link"]
    assert all(f"/{module}>; rel=modulepreload" in links for module in [*modules, "live/record.js", "lib/plot/plot.js"])
    assert "runs_view" not in links


def test_the_modules_of_all_tabs_are_fetched_in_the_background(served):
    scripts = [event["js"] for event in served.page.config["dependencies"] if "modulepreload" in str(event["js"])]
    assert len(scripts) == 1
    for module in ("runs_view/runs_view.js", "distribution/distribution.js", "distribution/bars.js", "lib/host.js"):
        assert f"'{base_path()}/{module}'" in scripts[0]


def test_the_script_of_every_widget_is_one_line_that_imports_its_module(served):
    widgets = [block for block in served.page.blocks.values() if isinstance(block, Widget)]
    assert len(widgets) > 10
    for widget in widgets:
        name = type(widget).__module__.rpartition(".")[2]
        assert "\n" not in widget.js_on_load
        assert widget.js_on_load.startswith(
            f"element.inert = true; import(new URL('{base_path()}/{name}/{name}.js', document.baseURI).href).then("
        )


def test_the_first_view_does_not_load_a_markdown_renderer(served):
    """It takes seven requests, for a few headings; `gr.HTML` is loaded anyway."""
    kinds = {component["type"] for component in served.client.get("/config").json()["components"]}
    assert "html" in kinds
    assert "markdown" not in kinds
