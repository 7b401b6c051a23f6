"""Texts side by side in a real browser: other settings, other seeds, other steps of the run."""

import json

import pytest

from playground.ui.web import MODULES, base_path
from playground.ui.widgets.lanes.lanes import Lanes


def log_of(lines):
    return "".join(json.dumps(each) + "\n" for each in lines)


def lane_token(lane, i, text):
    return {"lane": lane, "i": i, "t": text, "p": 0.5, "r": 1, "h": 1.0, "q": 0.5, "a": []}


SCORE = {"n": 2, "mean": -0.7, "perplexity": 2.0, "distinct": 1.0, "repetition": 0.0, "copied": 0.0}


@pytest.fixture
def lanes_alone(page):
    """`show(log)` gives the widget of texts side by side, on a page without a server, a log as one update."""

    def serve(route):
        module = route.request.url.partition(f"{base_path()}/")[2]
        body = (MODULES / module).read_text(encoding="utf-8") if module else Lanes().html_template
        route.fulfill(body=body, content_type="text/javascript" if module else "text/html")

    page.route("http://lanes.test/**", serve)
    page.goto("http://lanes.test/")
    page.evaluate(
        """script => {
      window.props = {value: ''};
      const watch = (_, update) => { window.update = update; };
      new Function('element', 'props', 'watch', 'trigger', 'server', script)(document.body, props, watch, () => 0, {});
    }""",
        Lanes().js_on_load,
    )
    page.wait_for_function("!!window.update")

    def show(*lines):
        page.evaluate("log => { props.value = log; update(); }", log_of(lines))
        return page

    return show


def write_side_by_side(desk, choice):
    desk.locator("#desk-prompt textarea").fill("The rain had")
    desk.get_by_role("tab", name="Side by side").click()
    desk.get_by_label(choice).check()
    desk.locator(".lanes-write:visible").click()


def test_settings_are_compared_side_by_side(desk, shoot):
    write_side_by_side(desk, "Beam search, 4 wide")
    desk.locator(".lane:nth-child(4) .lane-score dt").first.wait_for()
    assert desk.locator(".lane").count() == 4
    assert desk.locator(".lane:first-child .tok.parts").count() == 0
    for lane in desk.locator(".lane:not(:first-child)").all():
        says = lane.locator("dd").first.inner_text()
        assert lane.locator(".tok.parts").count() == (0 if says == "nowhere" else 1)
    assert "Perplexity" in desk.locator(".lane-score").last.inner_text()
    shoot(desk, "generate-compare")
    while desk.locator("#lanes-settings input:checked").count():
        desk.locator("#lanes-settings input:checked").first.uncheck()
    desk.locator(".lanes-write:visible").click()
    desk.get_by_text("choose 2 to 6").wait_for()


def test_where_a_text_begins_to_differ_is_shown_even_if_all_of_it_comes_at_once(lanes_alone):
    lanes = [{"title": "one", "note": ""}, {"title": "two", "note": ""}, {"title": "three", "note": ""}]
    page = lanes_alone(
        {"kind": "start", "job": "j"},
        {"kind": "lanes", "run": "tale", "step": 1, "prompt": "It", "rated": False, "lanes": lanes},
        *(lane_token(lane, 7, " rains") for lane in range(3)),
        *(lane_token(lane, 7 + lane // 2, f" word{lane // 2}") for lane in range(3)),
        {"kind": "end"},
        *({"kind": "score", "lane": lane, **SCORE} for lane in range(3)),
    )
    told = [page.locator(".lane").nth(lane).locator("dd").first.inner_text() for lane in (1, 2)]
    assert told == ["nowhere", "token 2"]
    assert page.locator(".lane .tok.parts").all_inner_texts() == [" word1"]


def test_the_slider_over_the_steps_follows_what_is_written_until_the_reader_moves_it(lanes_alone):
    lanes = [{"title": f"Step {step}", "note": f"Loss {step}", "step": step} for step in (0, 50, 100)]
    begun = [
        {"kind": "start", "job": "j"},
        {"kind": "lanes", "run": "tale", "step": 100, "prompt": "It", "rated": False, "lanes": lanes},
    ]
    written = [lane_token(0, 1, " x"), lane_token(0, 2, " y"), lane_token(1, 3, " z")]
    page = lanes_alone(*begun, *written)
    slider, text = page.get_by_role("slider", name="Step of the run"), page.locator(".grown-text")
    assert (slider.input_value(), text.text_content()) == ("1", "It z")
    slider.fill("0")
    assert (page.locator(".grown h3").inner_text(), text.text_content()) == ("Step 0", "It x y")
    assert slider.get_attribute("aria-valuetext") == "Step 0"
    more = [lane_token(1, 4, " zz"), lane_token(2, 5, " w"), {"kind": "end"}]
    lanes_alone(*begun, *written, *more, {"kind": "score", "lane": 0, **SCORE}, {"kind": "score", "lane": 1})
    assert (slider.input_value(), text.text_content()) == ("0", "It x y")
    assert "Perplexity" in page.locator(".grown .lane-score").inner_text()
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert (text.text_content(), page.locator(".grown .lane-score").inner_text()) == ("It z zz", "")
    page.keyboard.press("End")
    assert text.text_content() == "It w"
    assert page.locator(".grown-ticks span").all_inner_texts() == ["0", "50", "100"]
    assert page.locator(".lane.here h3").inner_text() == "Step 100"
    assert page.locator(".tok.parts").count() == 0


def test_the_same_prompt_is_written_through_training_one_click_away(desk, shoot):
    desk.locator("#desk-prompt textarea").fill("The rain had")
    desk.get_by_role("tab", name="Through training").click()
    desk.locator(".lanes-write:visible").click()
    desk.locator(".lane:last-child .lane-score dt").first.wait_for()
    steps = desk.locator(".lane h3").all_inner_texts()
    assert steps[0] == "Step 0, untrained"
    assert 5 <= len(steps) <= 12
    assert all(note.startswith("Loss") for note in desk.locator(".lane .lane-note").all_inner_texts())
    slider, large = desk.get_by_role("slider", name="Step of the run"), desk.locator("#training-lanes .grown-text")
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    slider.focus()
    seen = set()
    for key in ("Home", *["ArrowRight"] * (len(steps) - 1)):
        desk.keyboard.press(key)
        seen.add(large.text_content())
        lane = desk.locator(".lane.here")
        assert lane.locator("h3").inner_text() == desk.locator(".grown h3").inner_text()
        assert large.text_content() == "The rain had" + lane.locator(".lane-text").text_content()
    assert len(seen) > 3
    assert [address for address in asked if "/gradio_api/" in address] == []
    assert desk.locator(".grown h3").inner_text() == steps[-1]
    shoot(desk, "generate-grown")
    assert desk.locator("#training-lanes .lanes-note").is_hidden()
    write_side_by_side(desk, "Seeds")
    desk.locator(".lane", has_text="Seed 123").wait_for()
    assert not desk.locator("#lanes .grown").is_visible()
    desk.get_by_role("tab", name="Through training").click()
    assert large.text_content().startswith("The rain had")


def test_several_samples_are_rated_and_saved(desk, page, tmp_path):
    desk.locator("#desk-prompt textarea").fill("The rain had")
    desk.get_by_role("tab", name="Side by side").click()
    desk.get_by_label("Seeds").check()
    desk.locator("#lanes-samples").wait_for()
    desk.locator(".lanes-write:visible").click()
    desk.locator(".lane:nth-child(4) .lane-score dt").first.wait_for()
    desk.locator(".lane").nth(1).get_by_label("4 of 5").check(force=True)
    with page.expect_download() as saved:
        desk.locator(".lanes-save").click()
    saved.value.save_as(tmp_path / "texts.json")
    texts = json.loads((tmp_path / "texts.json").read_text())["texts"]
    assert [text["rating"] for text in texts] == [None, 4, None, None]
    assert len({text["text"] for text in texts}) > 1
