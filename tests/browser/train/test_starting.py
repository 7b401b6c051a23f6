"""The Train tab in a real browser: from a text to a training."""

import re

import pytest

from tests.text.documents.making import make_epub

from .driving import (
    LONG,
    NANO,
    choose_preset,
    choose_source,
    end,
    fill,
    open_settings,
    open_train,
    press,
    run_names,
    start,
    state,
    upload,
    wait_for_state,
)


def test_a_text_is_uploaded_trained_stopped_and_trained_to_the_end(page, url, shoot, tmp_path):
    open_train(page, url)
    shoot(page, "train-first")
    file = tmp_path / "harbour.txt"
    file.write_text(LONG, encoding="utf-8")
    upload(page, file)
    page.wait_for_function("document.querySelector('#pg-text-facts dd')?.textContent === '12,000'")

    start(page, "harbour", epochs=500)
    page.wait_for_function("document.querySelector('.plot-thin')?.getAttribute('d')?.length > 20")
    before = page.get_attribute(".plot-thin", "d")
    page.wait_for_function("before => document.querySelector('.plot-thin').getAttribute('d') !== before", arg=before)
    assert "run=harbour" in page.url
    press(page, "Stop")
    wait_for_state(page, "stopped")
    assert page.locator(".lv-buttons").get_by_role("button", name="Resume").is_enabled()

    start(page, "harbour-whole", epochs=3)
    wait_for_state(page, "completed")
    assert page.inner_text(".lv-left") == "Done"
    assert float(page.inner_text(".lv-train")) < 7
    assert "choosing among" in page.inner_text(".lv-perplexity-sub")
    assert page.inner_text(".pb-sample").startswith("Every effort moves you")
    assert page.locator(".pb-rows .pb-word").first.inner_text()
    shoot(page, "train-done")


@pytest.mark.parametrize(("data", "shown"), [(LONG.encode(), "12,000"), (b"so it goes", "missing")])
def test_an_answer_that_arrives_after_a_later_one_does_not_stay(page, url, tmp_path, data, shown):
    """The answer for "Upload" without a file arrives after the answer for the file."""
    open_train(page, url)
    delayed = []

    def delay_the_first(route):
        whole_form = len(route.request.post_data_json["data"]) > 1
        if delayed or not whole_form:
            route.continue_()
        else:
            delayed.append(route)

    page.route("**/gradio_api/run/**", delay_the_first)
    choose_source(page, "Upload")
    file = tmp_path / "harbour.txt"
    file.write_bytes(data)
    page.set_input_files("#pg-file input[type=file]", file)
    text_facts = page.locator("#pg-text-facts")
    text_facts.get_by_text(shown).wait_for()
    with page.expect_response(delayed[0].request.url) as late:
        delayed[0].continue_()
    assert "stays on this server" in late.value.text()
    text_facts.get_by_text("stays on this server").wait_for(state="hidden")
    text_facts.get_by_text(shown).wait_for()


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("empty.txt", b"", "empty"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "PNG"),
        ("short.txt", b"so it goes", "missing"),
    ],
)
def test_a_file_that_cannot_be_trained_on_is_refused_in_one_sentence(page, url, server, tmp_path, name, data, sentence):
    open_train(page, url)
    runs_before = run_names(server)
    file = tmp_path / name
    file.write_bytes(data)
    upload(page, file)
    page.wait_for_selector("#pg-text-facts .fa-error:visible")
    assert sentence in page.inner_text("#pg-text-facts .fa-error")
    page.click("#pg-start")
    page.wait_for_selector("#pg-start-complaint .fa-error:visible")
    assert sentence in page.inner_text("#pg-start-complaint .fa-error")
    assert run_names(server) == runs_before


def test_documents_are_read_and_joined_and_what_is_missing_is_said(page, url, tmp_path):
    open_train(page, url)
    book, notes = tmp_path / "book.epub", tmp_path / "notes.md"
    book.write_bytes(make_epub({"one.xhtml": f"<p>{LONG}</p>", "%67one.xhtml": ""}))
    notes.write_text(f"# Notes\n\n*{LONG.strip()}*")
    upload(page, [book, notes])
    page.wait_for_selector("#pg-text-facts dd")
    note = page.inner_text("#pg-text-facts .fa-note")
    assert note == "book.epub: 1 of 2 chapters are missing from the file."
    joined = f"{LONG.strip()}\n\nNotes\n\n{LONG.strip()}"
    assert page.inner_text("#pg-text-facts dd >> nth=0") == f"{len(joined):,}"
    start(page, "documents", epochs=1)
    wait_for_state(page, "completed")
    assert "book.epub and 1 more" in page.inner_text(".lv-about")


def test_a_short_text_is_trained_with_the_context_that_is_offered(page, url, shoot):
    open_train(page, url)
    choose_source(page, "Paste")
    page.click("#pg-pasted textarea")
    page.keyboard.insert_text(LONG[:2000])
    page.wait_for_selector("#pg-text-facts .fa-way:visible")
    shoot(page, "train-short")
    offered = re.search(r"\d+", page.inner_text("#pg-text-facts .fa-way"))[0]
    page.click("#pg-text-facts .fa-way")
    page.wait_for_function("document.querySelector('#pg-text-facts dd')?.textContent === '2,000'")
    assert page.input_value("#pg-context_length input") == offered


def test_all_settings_out_of_their_bounds_are_named_at_their_fields(page, url):
    open_train(page, url)
    fill(page, "lr", 7)
    fill(page, "epochs", 0)
    for name, sentence in (
        ("lr", "Learning rate must be at most 1."),
        ("epochs", "Epochs must be at least 1."),
    ):
        page.locator(f"#pg-{name} .pg-problem", has_text=sentence).wait_for()
        page.locator("#pg-cost .fa-error", has_text=sentence).wait_for()
        assert page.get_attribute(f"#pg-{name} input", "aria-invalid") == "true"
    assert page.input_value("#pg-lr input") == "7"
    page.click("#pg-start")
    page.locator("#pg-start-complaint", has_text="Epochs must be at least 1.").wait_for()
    fill(page, "lr", 0.0001)  # below the lowest rate of the schedule before
    fill(page, "epochs", 3)
    page.wait_for_selector("#pg-cost .fa-facts:visible")
    assert page.locator(".pg-problem").count() == 0


def test_what_was_said_of_a_text_does_not_stay_beside_the_next(page, url, tmp_path):
    open_train(page, url)
    characters = page.inner_text("#pg-text-facts dd >> nth=0")
    fill(page, "lr", 7)
    page.wait_for_selector("#pg-cost .fa-error:visible")
    choose_source(page, "Upload")
    page.locator("#pg-text-facts .fa-note", has_text="A text file").wait_for()
    assert page.locator("#pg-text-facts dd").count() == 0
    page.click("#pg-start")
    page.wait_for_selector("#pg-start-complaint .fa-error:visible")
    file = tmp_path / "harbour.txt"
    file.write_text(LONG, encoding="utf-8")
    page.set_input_files("#pg-file input[type=file]", file)
    page.wait_for_function("document.querySelector('#pg-text-facts dd')?.textContent === '12,000'")
    assert characters != "12,000"
    assert page.locator("#pg-start-complaint .fa-error").is_hidden()


def test_the_list_of_sizes_closes_when_the_keyboard_leaves_it(page, url):
    open_train(page, url)
    open_settings(page)
    choices = page.locator("[role=listbox] [role=option]")
    page.click("#pg-preset input")
    choices.first.wait_for()
    page.keyboard.press("Tab")
    choices.first.wait_for(state="detached")
    assert page.evaluate("document.activeElement.ariaLabel") == "Epochs"
    assert page.input_value("#pg-preset input") == "Mini (1.2 M parameters, about 40 s)"


def test_all_targets_of_the_settings_are_large_enough_for_a_finger(new_page, url):
    page = new_page(375, 720)
    open_train(page, url)
    open_settings(page)
    small = page.evaluate("""() => [...document.querySelectorAll('.pg-new-run :is(button, input, textarea, summary)')]
        .filter((target) => target.checkVisibility({ visibilityProperty: true }))
        .map((target) => target.closest('label:has(> [type=radio]), .wrap-inner') ?? target)
        .filter((target) => target.getBoundingClientRect().height < 44)
        .map((target) => target.outerHTML)""")
    assert small == []


def test_nothing_in_the_drawer_moves_when_its_numbers_arrive(new_page, url):
    page = new_page()
    page.route("**/gradio_api/run/**", lambda route: (page.wait_for_timeout(1500), route.continue_()))
    page.goto(url)
    page.wait_for_selector("[data-drawer=train]:visible")
    open_settings(page)
    places = """() => ['#pg-preset', '#pg-epochs', '#pg-cost .fa-more', '#pg-start'].map(
        (name) => document.querySelector(name).getBoundingClientRect().top
    )"""
    assert page.locator("#pg-cost dd").first.inner_text() == "–"
    page.wait_for_timeout(300)
    before = page.evaluate(places)
    page.wait_for_function("document.querySelectorAll('#pg-cost dd')[3].textContent.length > 1")
    after = page.evaluate(places)
    assert all(abs(new - old) <= 2 for old, new in zip(before, after, strict=True)), (before, after)


def test_fault_16_what_looks_like_markup_is_shown_as_characters(page, url, tmp_path):
    nasty = (
        "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script> ${alert(1)} {{value}} "
    )
    open_train(page, url)
    file = tmp_path / "a <b> {{x}} ${y}.txt"
    file.write_text(nasty * 60, encoding="utf-8")
    upload(page, file)
    page.wait_for_selector("#pg-text-facts dd")
    page.click("#pg-all-settings button")
    start(page, "markup", epochs=2, start_context=nasty.strip())
    wait_for_state(page, "completed")
    assert nasty.strip() in page.inner_text(".pb-sample")
    assert nasty.strip() == page.inner_text(".pb-context")
    assert "a b x y.txt" in page.inner_text(".lv-about")  # Gradio leaves these characters out of a file's name
    assert page.title() == "GPT playground"
    assert page.locator(".lv img, .lv script").count() == 0


def test_fault_39_start_pressed_twice_is_one_run(page, url):
    open_train(page, url)
    choose_preset(page, NANO)
    fill(page, "epochs", 3000)
    page.evaluate(
        "() => { const start = document.querySelector('#pg-start'); start.click(); start.click();"
        " setTimeout(() => start.click(), 300); }"
    )
    wait_for_state(page, "running")
    first = page.inner_text(".lv-name")
    open_settings(page)
    page.click("#pg-start")
    page.wait_for_timeout(1500)
    assert page.inner_text(".lv-name") == first
    assert state(page) == "running"
    end(page)


def test_fault_42_a_second_training_waits_and_shows_its_place(page, url, new_page):
    open_train(page, url)
    start(page, "busy", epochs=5000)
    wait_for_state(page, "running")
    other = new_page()
    open_train(other, url)
    start(other, "waiting", epochs=2)
    wait_for_state(other, "queued")
    other.locator(".lv-state-text", has_text="Waiting: 1st, behind a training that").wait_for()
    end(page)
    wait_for_state(other, "completed")
