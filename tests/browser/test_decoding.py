"""The decoding laboratory in a real browser: its figures, its hands, its address, and how fast it answers."""

import json
import statistics
from urllib.parse import quote

import pytest

WORDS = ["closer", "every", "effort", "forward", "inches", "moves", "pizza", "toward", "you"]
LESSON = {
    "words": [["first", 3], ["second", 2], ["third", 1]],
    "stages": [{"name": "temperature", "temperature": 0.5}, {"name": "top_p", "p": 0.8}],
}

SLIDE = """async (count) => {
  const slider = document.querySelector('#lab-stages li:nth-child(2) input[type=range]');
  const picture = document.querySelector('#lab-picture .distribution');
  const times = [];
  for (let i = 0; i < count; i += 1) {
    const value = Number((0.15 + i * 0.09).toFixed(2));
    const started = performance.now();
    const drawn = new Promise((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`no picture for T = ${value}`)), 20000);
      const look = new MutationObserver(() => {
        if (JSON.parse(picture.dataset.drawn).stages[1].temperature !== value) return;
        clearTimeout(patience);
        look.disconnect();
        requestAnimationFrame(resolve);
      });
      look.observe(picture, { attributes: true, attributeFilter: ['data-drawn'] });
    });
    slider.value = value;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await drawn;
    times.push(performance.now() - started);
  }
  return times;
}"""


def open_lab(page, url, state=None):
    """The Decoding tab, with a state in the address if there is one, once its picture is drawn."""
    page.goto(url + (f"/?lab={quote(json.dumps(state))}" if state else ""))
    if not state:
        page.get_by_role("tab", name="Decoding").click()
    wait_for_picture(page)
    return page


def wait_for_picture(page):
    """Until what is drawn is what the state says."""
    page.wait_for_function(
        """() => {
          const picture = document.querySelector('#lab-picture .distribution');
          return picture && picture.dataset.drawn && document.querySelector('#lab-picture .bars li');
        }"""
    )


def set_quickly(page, label):
    """Press one of the chapter's settings above the panel."""
    page.locator("#lab-address").get_by_role("button", name=label, exact=True).click()


def rows_of(page, selector):
    """The texts of a table's body."""
    return page.eval_on_selector_all(
        f"{selector} tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )


def bars(page):
    """Word → (before, after) as printed at the bars."""
    return {
        word: (before, after)
        for word, before, after in page.eval_on_selector_all(
            "#lab-picture .bars li",
            "rows => rows.map(row => [row.querySelector('.word').textContent,"
            " ...[...row.querySelectorAll('.num')].map(n => n.textContent)])",
        )
    }


def counts(page):
    """Word → count as printed."""
    return dict(
        page.eval_on_selector_all(
            "#lab-draws .counts li",
            "rows => rows.map(row => [row.querySelector('.word').textContent, row.querySelector('.num').textContent])",
        )
    )


def expect(page, condition):
    """Wait until a JavaScript condition holds."""
    page.wait_for_function(condition)


def test_every_figure_of_the_chapter_is_on_the_page(page, url):
    open_lab(page, url)
    page.wait_for_selector("#lab-chapter tbody tr")
    rows = rows_of(page, "#lab-chapter")
    columns = list(zip(*rows, strict=True))
    assert list(columns[0]) == [*WORDS, "entropy, bits"]
    assert columns[1][:9] == ("4.51", "0.89", "-1.9", "6.75", "1.63", "-1.62", "-1.89", "6.28", "1.79")
    softmax = "6.0907e-02 1.6313e-03 1.0019e-04 5.7212e-01 3.4190e-03 1.3257e-04 1.0120e-04 3.5758e-01 4.0122e-03"
    assert " ".join(columns[2][:9]) == softmax
    pizza = rows[6]
    assert pizza[2:5] == ["1.0120e-04", "2.972e-38", "0.0430"]
    assert columns[5][:9] == ("4.51", "−∞", "−∞", "6.75", "−∞", "−∞", "−∞", "6.28", "−∞")
    assert columns[6][:9] == ("0.0615", "0", "0", "0.5775", "0", "0", "0", "0.3610", "0")
    assert " ".join(columns[7][:9]) == "73 0 0 582 2 0 0 343 0"
    assert " ".join(columns[8][:9]) == "0 0 0 985 0 0 0 15 0"
    assert " ".join(columns[9][:9]) == "165 75 42 239 71 46 32 227 103"
    assert rows[9][2:5] == ["1.317", "0.074", "2.884"]
    assert "The likeliest word is forward" in page.inner_text("#lab-chapter .note")
    assert page.locator("#lab-chapter .plot .bar").count() == 27
    assert bars(page)["sum"] == ("100.00 %", "100.00 %")


def test_the_panel_counts_as_the_chapter_does(page, url):
    open_lab(page, url)
    expect(page, "() => document.querySelectorAll('#lab-draws .counts li').length === 9")
    assert counts(page) == dict(zip(WORDS, ["73", "0", "0", "582", "2", "0", "0", "343", "0"], strict=True))
    set_quickly(page, "T = 5")
    expect(page, "() => document.querySelector('#lab-draws .tell').textContent.startsWith('pizza came 32')")
    assert counts(page)["pizza"] == "32"
    tell = page.inner_text("#lab-draws .tell")
    assert "32 times where 43.0 were expected" in tell
    assert "so 32 is fine" in tell
    set_quickly(page, "top-k 3")
    expect(page, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 6")
    after = {word: after for word, (_, after) in bars(page).items()}
    assert (after["forward"], after["toward"], after["closer"], after["you"]) == ("57.75 %", "36.10 %", "6.15 %", "0")


def test_a_slider_arrives_at_fifty_positions(page, url):
    open_lab(page, url)
    times = page.evaluate(SLIDE, 50)
    assert len(times) == 50
    print(f"\nslider to picture, nine words: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")


def test_a_trained_model_answers_in_the_same_panel(new_page, own_server, shoot):
    from playground.config import DataConfig, ModelConfig, TrainConfig
    from playground.training.runs import RunStore
    from playground.training.worker import run_training

    text = "The old clock in the tower struck seven, and the whole town listened. " * 30
    model = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
    train = TrainConfig(max_steps=2, sample_tokens=0, eval_iter=1, threads=2)
    run = RunStore(own_server.checkpoints).create("clock", text, model, DataConfig(vocabulary="gpt2"), train)
    for _ in run_training(run):
        pass
    page = open_lab(new_page(), own_server.url)
    page.get_by_text("A trained model").click()
    expect(page, "() => /50,237 others/.test(document.querySelector('#lab-picture .bars').textContent)")
    assert page.input_value("#lab-source .run") == "clock"
    assert bars(page)["sum"] == ("100.00 %", "100.00 %")
    times = page.evaluate(SLIDE, 50)
    print(f"\nslider to picture, 50,257 tokens: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")
    page.fill("#lab-source .find", " pizza")
    expect(page, "() => document.querySelector('#lab-picture .pinned .word')?.textContent === '·pizza'")
    page.fill("#lab-source textarea", "The old clock")
    expect(page, "() => JSON.parse(document.querySelector('.distribution').dataset.drawn).prompt === 'The old clock'")
    page.fill("#lab-source textarea", "")
    expect(page, "() => !document.querySelector('#lab-picture .problem').hidden")
    assert "prompt is empty" in page.inner_text("#lab-picture .problem")
    page.fill("#lab-source textarea", "The old clock")
    expect(page, "() => document.querySelector('#lab-picture .problem').hidden")
    shoot(page, "decoding-model")


def test_stages_are_moved_switched_added_and_taken_out_by_keys_and_pointer(page, url):
    open_lab(page, url)
    names = "#lab-stages .stage .name"
    order = lambda: page.locator(names).all_inner_texts()  # noqa: E731
    assert order() == ["Top-k", "Temperature"]
    page.locator("#lab-stages .grip").first.focus()
    page.keyboard.press("ArrowDown")
    assert order() == ["Temperature", "Top-k"]
    assert page.evaluate("document.activeElement.className") == "grip"
    assert "Top-k is now stage 2 of 2" in page.inner_text("#lab-stages [aria-live]")
    page.get_by_role("button", name="move Top-k up").click()
    assert order() == ["Top-k", "Temperature"]
    grip, target = page.locator("#lab-stages .grip").first, page.locator("#lab-stages .stage").nth(1)
    start, end = grip.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + end["height"] - 6, steps=8)
    page.mouse.up()
    assert order() == ["Temperature", "Top-k"]
    page.get_by_label("use Temperature").uncheck()
    expect(page, "() => document.querySelectorAll('#lab-picture .fall .stage b').length === 2")
    page.select_option("#lab-stages .add", "min_p")
    assert order() == ["Temperature", "Top-k", "Min-p"]
    expect(page, "() => [...document.querySelectorAll('#lab-picture .stage b')].some(b => b.textContent === 'Min-p')")
    page.get_by_role("button", name="take Min-p out").click()
    assert order() == ["Temperature", "Top-k"]
    page.select_option("#lab-stages .orders", "llama.cpp")
    expect(page, "() => document.querySelectorAll('#lab-stages .stage').length === 12")


def test_every_stage_can_be_added_and_shows_a_picture(page, url):
    open_lab(page, url)
    options = page.locator("#lab-stages .add option").evaluate_all("all => all.map(o => o.value).filter(v => v)")
    for name in options:
        page.select_option("#lab-stages .add", name)
    page.wait_for_function(
        "count => document.querySelectorAll('#lab-picture .fall[role=row]').length === count + 3", arg=len(options)
    )
    assert page.locator("#lab-picture .problem").is_hidden()
    page.get_by_label("Banned tokens ids").fill("pizza, you")
    page.get_by_label("Banned tokens ids").press("Tab")
    expect(page, "() => /cut by Banned/.test(document.querySelector('#lab-picture .bars').textContent)")
    page.get_by_label("Logit bias biases").fill("nonsense +2")
    page.get_by_label("Logit bias biases").press("Tab")
    expect(page, "() => /nonsense/.test(document.querySelector('#lab-stages .wrong:not(:empty)')?.textContent)")


def test_the_lesson_shows_that_order_decides(page, url):
    open_lab(page, url)
    page.get_by_role("button", name="A lesson").click()
    expect(page, "() => /2 words instead of 1/.test(document.querySelector('#lab-stages .order').textContent)")
    assert {word: after for word, (_, after) in bars(page).items()}["first"] == "100.00 %"
    page.get_by_role("button", name="Show the other order").click()
    expect(page, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 1")


def test_words_can_be_edited_added_and_taken_out(page, url):
    open_lab(page, url)
    page.locator("#lab-source summary").click()
    page.get_by_label("logit of pizza").fill("9")
    expect(page, "() => /pizza.*84\\.44 %/.test(document.querySelector('#lab-picture .bars').textContent)")
    page.get_by_role("button", name="take pizza out").click()
    expect(page, "() => document.querySelectorAll('#lab-picture .bars li').length === 9")
    page.get_by_role("button", name="Add a word").click()
    page.keyboard.type("sushi")
    expect(page, "() => /sushi/.test(document.querySelector('#lab-picture .bars').textContent)")
    page.get_by_role("button", name="The chapter's words").click()
    expect(page, "() => /pizza/.test(document.querySelector('#lab-picture .bars').textContent)")


def test_fault_16_words_are_shown_as_characters(page, url):
    nasty = ["<img src=x onerror=window.hit=1>", "${window.hit=1}", "{{window.hit=1}}", "<script>window.hit=1</script>"]
    state = {"words": [[word, i] for i, word in enumerate(nasty)], "follow": nasty[0], "prompt": nasty[0]}
    open_lab(page, url, state)
    for part in ("#lab-chapter tbody tr", "#lab-draws .counts li", "#lab-sweep .name"):
        page.locator(part.split()[0]).scroll_into_view_if_needed()
        page.wait_for_selector(part)
    assert [word for word in bars(page) if word != "sum"] == [word.replace(" ", "·") for word in nasty]
    assert page.evaluate("window.hit") is None


def test_the_address_shows_the_same_picture_elsewhere(new_page, url):
    page = open_lab(new_page(), url)
    set_quickly(page, "top-k 3")
    page.get_by_label("log scale").check()
    page.locator("#lab-draws .n").fill("5000")
    page.locator("#lab-draws .seed").fill("7")
    expect(page, "() => /seed/.test(decodeURIComponent(location.search))")
    expect(page, "() => JSON.parse(document.querySelector('.draws').dataset.drawn).seed === 7")
    elsewhere = new_page()
    elsewhere.goto(page.url)
    wait_for_picture(elsewhere)
    expect(elsewhere, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 6")
    expect(elsewhere, "() => JSON.parse(document.querySelector('.draws').dataset.drawn || '{}').seed === 7")
    assert bars(elsewhere) == bars(page)
    assert counts(elsewhere) == counts(page)
    assert elsewhere.get_by_label("log scale").is_checked()
    elsewhere.get_by_role("button", name="Reset to the chapter's").click()
    expect(elsewhere, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 0")
    expect(elsewhere, "() => !/lab=/.test(location.search)")


def test_a_broken_address_is_told_and_shows_the_chapters_panel(new_page, url):
    page = new_page()
    page.goto(f"{url}/?lab={quote('{oops')}")
    wait_for_picture(page)
    page.get_by_text("The address could not be read").first.wait_for()
    assert bars(page)["forward"][0] == "57.21 %"


def test_exercises_ask_first_and_answer_then(page, url):
    open_lab(page, url)
    cards = page.locator("#lab-exercises article")
    first = cards.nth(0)
    first.get_by_role("button", name="Now look").click()
    assert "Predict first" in first.inner_text()
    for box in first.locator("input").all():
        box.fill("10")
    first.get_by_role("button", name="Now look").click()
    first.locator(".result tbody tr").first.wait_for()
    table = first.locator(".result tbody tr").all_inner_texts()
    assert [row.split("\t") for row in table] == [
        ["T = 1", "10", "0", "0.1", "1.012e-04"],
        ["T = 0.1", "10", "0", "0.0", "2.972e-38"],
        ["T = 5", "10", "32", "43.0", "4.30 %"],
    ]
    first.get_by_role("button", name="T = 5").click()
    expect(page, "() => document.querySelector('#lab-draws .tell').textContent.startsWith('pizza came 32')")
    third = cards.nth(2)
    for fieldset in third.locator("fieldset").all():
        fieldset.get_by_label("certain").check()
    third.get_by_role("button", name="Now look").click()
    third.get_by_text("2 of 4 as expected").wait_for()
    third.get_by_role("button", name="top-k 1").click()
    expect(page, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 8")


def test_a_million_draws_are_counted(page, url):
    open_lab(page, url)
    page.locator("#lab-draws .n").fill("1000000")
    expect(page, "() => JSON.parse(document.querySelector('.draws').dataset.drawn || '{}').n === 1000000")
    drawn = {word: int(count.replace(",", "").removesuffix(" !")) for word, count in counts(page).items()}
    assert sum(drawn.values()) == 1_000_000
    assert abs(drawn["forward"] - 572_120) < 2_500


@pytest.mark.parametrize(("suffix", "start"), [("PDF", b"%PDF"), ("PNG", b"\x89PNG")])
def test_the_chapters_picture_is_saved(page, url, suffix, start, tmp_path):
    open_lab(page, url)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Save as {suffix}").click()
    download = waiting.value
    assert download.suggested_filename == f"temperatures.{suffix.lower()}"
    download.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes().startswith(start)


def test_numbers_are_there_as_a_table_too(page, url):
    open_lab(page, url)
    page.get_by_text("The same as a table").click()
    rows = rows_of(page, "#lab-picture")
    assert rows[3] == ["forward", "6.75", "5.7212e-01", "5.7212e-01", "5.7212e-01"]


def test_nothing_overflows_on_a_small_screen(new_page, url, shoot):
    page = open_lab(new_page(width=375, height=720), url, LESSON)
    for part in ("#lab-draws", "#lab-sweep", "#lab-chapter", "#lab-exercises"):
        page.locator(part).scroll_into_view_if_needed()
        page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.evaluate("window.scrollTo(0, 0)")
    shoot(page, "decoding-lesson")


def test_the_keyboard_alone_moves_a_slider(page, url):
    open_lab(page, url)
    page.get_by_label("Temperature T", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(
        page, "() => JSON.parse(document.querySelector('.distribution').dataset.drawn).stages[1].temperature === 1.01"
    )


def test_fault_49_a_thousand_updates_leave_no_more_nodes_than_one(page, url):
    open_lab(page, url)
    count = "() => document.querySelectorAll('#lab-picture *').length"
    before = page.evaluate(count)
    page.evaluate(
        """async () => {
          const slider = document.querySelector('#lab-stages li:nth-child(2) input[type=range]');
          for (let i = 0; i < 1000; i += 1) {
            slider.value = i % 2 ? 2 : 3;
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            if (i % 10 === 0) await new Promise((next) => setTimeout(next));
          }
        }"""
    )
    expect(page, "() => JSON.parse(document.querySelector('.distribution').dataset.drawn).stages[1].temperature === 2")
    assert page.evaluate(count) == before


def test_endpoints_have_names_and_answer_with_numbers_or_a_sentence(url):
    from gradio_client import Client

    client = Client(url, verbose=False)
    picture = client.predict("{}", api_name="/decoding_trace")
    assert round(picture["rows"][3]["before"], 4) == 0.5721
    assert client.predict("{}", api_name="/decoding_chapter")["likeliest"] == "forward"
    assert "seed" in client.predict('{"seed": -1}', api_name="/decoding_draws")["error"]
    assert "no difference" in client.predict("{}", api_name="/decoding_order")["text"]
    assert len(client.predict("{}", api_name="/decoding_sweep")["lines"]) == 9


def test_screenshots(page, url, shoot):
    open_lab(page, url)
    set_quickly(page, "top-k 3")
    expect(page, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 6")
    for part in ("#lab-draws", "#lab-sweep", "#lab-chapter", "#lab-exercises"):
        page.locator(part).scroll_into_view_if_needed()
        page.wait_for_timeout(300)
    page.evaluate("window.scrollTo(0, 0)")
    shoot(page, "decoding")
