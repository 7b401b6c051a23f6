"""A run as one page: the file is opened from the disk, without a server and without a network."""

import json

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.sampling.generate import write_sample
from playground.training.jobs.session import run_training
from playground.training.runs.recorded import bring_in_recorded
from playground.training.runs.store import RunStore
from playground.ui.one_page.page import run_page

from .conftest import SIZES

HOSTILE = "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>\u2028$title"
CONTRAST = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll('main *')].filter((each) =>
    each.checkVisibility({ visibilityProperty: true })
    && [...each.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()));
  return texts.map((each) => {
    const style = getComputedStyle(each);
    const ink = numbers(each instanceof SVGElement ? style.fill : style.color);
    const [low, high] = [luminance(ink), luminance(ground(each))].sort((a, b) => a - b);
    return [each.className.baseVal ?? each.className, each.textContent.slice(0, 30), (high + 0.05) / (low + 0.05)];
  }).filter(([, , ratio]) => ratio < 4.5);
}"""
NAMELESS = """() => [...document.querySelectorAll('button, input, [tabindex], [role]')]
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim()))
  .map((each) => each.outerHTML.slice(0, 100))"""


@pytest.fixture(scope="module")
def recorded_file(tmp_path_factory):
    """The page of the run that comes with the package."""
    folder = tmp_path_factory.mktemp("page")
    file = folder / "story.html"
    file.write_text(run_page(bring_in_recorded(RunStore(folder / "runs"))), encoding="utf-8")
    return file


def open_offline(new_page, file, width=1280, height=800, **settings):
    """A page that shows the file and reaches nothing else; `page.asked` are the addresses that it asked for."""
    page = new_page(width, height, offline=True, **settings)
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(file.as_uri())
    return page


def words(page):
    return page.inner_text(".pb-sample")


def test_it_opens_from_the_disk_scrubs_and_opens_a_token(new_page, recorded_file, shoot):
    page = open_offline(new_page, recorded_file)
    page.locator(".tok").first.wait_for()
    last = words(page)
    assert page.inner_text(".cv-verdict").startswith("Memorising since epoch")

    chart = page.locator(".cv-losses svg").bounding_box()
    page.mouse.move(chart["x"] + chart["width"] - 30, chart["y"] + 150)
    page.mouse.down()
    page.mouse.move(chart["x"] + 60, chart["y"] + 150, steps=5)
    page.mouse.up()
    assert words(page) != last
    assert page.inner_text(".pb-moment").startswith("Step ")
    page.locator(".cv-losses svg").press("End")
    assert words(page) == last
    page.locator(".pb-slider").press("Home")
    assert words(page) != last

    page.locator(".tok").nth(6).click()
    assert page.locator(".choice").count() >= 10
    assert page.locator(".choice .choice-p").first.inner_text().endswith("%")
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".panel-id").startswith("token 8,")
    shoot(page, "one-page")
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_light_and_dark_wide_and_narrow(new_page, recorded_file, size, scheme):
    page = open_offline(new_page, recorded_file, *SIZES[size], color_scheme=scheme)
    page.locator(".tok").nth(6).click()
    assert page.evaluate("document.documentElement.classList.contains('dark')") == (scheme == "dark")
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]


def test_nothing_moves_when_a_token_opens_beside_the_text(new_page, recorded_file):
    page = open_offline(new_page, recorded_file)
    page.locator(".tok").first.wait_for()
    places = """['.strip', '.op-facts', '.cv-losses']
        .map((name) => document.querySelector(name).getBoundingClientRect().top + scrollY)"""
    before = page.evaluate(places)
    for i in (0, 6, 40):
        page.locator(".tok").nth(i).click()
        assert page.evaluate(places) == before


def test_on_a_phone_the_opened_token_comes_into_view(new_page, recorded_file):
    page = open_offline(new_page, recorded_file, *SIZES["375"], has_touch=True)
    page.locator(".tok").nth(6).tap()
    box = page.locator(".token-panel").bounding_box()
    assert box["y"] + box["height"] <= SIZES["375"][1] + 1
    for button in page.locator(".token-panel button").all():
        assert min(button.bounding_box()[side] for side in ("width", "height")) >= 44
    page.get_by_role("button", name="Close").tap()
    assert page.locator(".choice").count() == 0


def test_fault_67_hostile_names_and_texts_are_shown_as_characters(new_page, tmp_path):
    model = ModelConfig(context_length=64, emb_dim=16, n_heads=2, n_layers=1)
    train = TrainConfig(epochs=1, threads=1, sample_tokens=4, eval_freq=4, start_context=HOSTILE)
    made = RunStore(tmp_path / "runs").create(
        "hostile", f"{HOSTILE} " * 60, model, DataConfig(batch_size=8), train, text_name=HOSTILE
    )
    list(run_training(made, sample=write_sample))
    made.name = HOSTILE
    file = tmp_path / "hostile.html"
    file.write_text(run_page(made), encoding="utf-8")
    page = open_offline(new_page, file)
    page.locator(".tok").first.wait_for()
    assert page.evaluate("[document.title, document.querySelector('.op-name').textContent]") == [HOSTILE, HOSTILE]
    assert page.evaluate("document.querySelector('.strip').textContent").startswith(HOSTILE)
    assert HOSTILE in page.evaluate("document.querySelector('.pb-sample').textContent")
    assert page.evaluate("document.images.length") == 0
    assert page.evaluate("document.scripts.length") == 4


def test_fault_67_a_script_that_was_written_into_the_file_does_not_run(new_page, recorded_file, tmp_path):
    file = tmp_path / "changed.html"
    injected = "<script>document.title = 'broken'</script><img src=x onerror=\"document.title = 'broken'\">"
    file.write_text(recorded_file.read_text().replace("<noscript>", f"{injected}<noscript>", 1), encoding="utf-8")
    page = open_offline(new_page, file)
    page.locator(".tok").first.wait_for()
    assert page.title() == "story-recorded"
    assert any("Content Security Policy" in complaint for complaint in page.complaints)
    page.complaints.clear()


def test_a_run_without_weights_says_that_its_page_has_no_text(new_page, recorded_file, tmp_path):
    page_text = recorded_file.read_text(encoding="utf-8")
    head, _, rest = page_text.partition('<script type="application/json" id="pg-run">')
    content, _, tail = rest.partition("</script>")
    bare = {**json.loads(content), "text": None, "text_error": "The run has no checkpoint yet; train it."}
    file = tmp_path / "bare.html"
    script = json.dumps(bare).replace("<", "\\u003c")
    file.write_text(f'{head}<script type="application/json" id="pg-run">{script}</script>{tail}', encoding="utf-8")
    page = open_offline(new_page, file)
    assert page.inner_text(".op-no-text").startswith("This page has no text of the trained model. The run has no")
    assert page.locator(".strip").is_hidden()
