"""The laboratory's numbers in a real browser, and the time from slider to picture."""

import statistics

from .lab import SLIDE, WORDS, bars, counts, expect, open_lab, open_lesson, rows_of, set_quickly, wait_for_picture


def test_every_number_of_the_chapter_is_one_click_away(page, url):
    page.goto(f"{url}/?tab=decoding")
    wait_for_picture(page)
    set_quickly(page, "T = 1")
    expect(page, "() => /forward57\\.21 %57\\.21 %/.test(document.querySelector('#lab-picture .bars').textContent)")
    open_lesson(page, "lab-chapter")
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
    open_lesson(page, "lab-draws")
    expect(page, "() => document.querySelectorAll('#lab-draws .counts li').length === 9")
    assert counts(page) == dict(zip(WORDS, ["73", "0", "0", "582", "2", "0", "0", "343", "0"], strict=True))
    set_quickly(page, "T = 5")
    page.locator("#lab-draws .counts").scroll_into_view_if_needed()
    expect(page, "() => document.querySelector('#lab-draws .tell').textContent.startsWith('pizza came 32')")
    assert counts(page)["pizza"] == "32"
    tell = page.inner_text("#lab-draws .tell")
    assert "32 times where 43.0 were expected" in tell
    assert "32 is within chance" in tell
    set_quickly(page, "top-k 3")
    expect(page, "() => document.querySelectorAll('#lab-picture .bars .cut').length === 6")
    after = {word: after for word, (_, after) in bars(page).items()}
    assert (after["forward"], after["toward"], after["closer"], after["you"]) == ("57.75 %", "36.10 %", "6.15 %", "0")


def test_fifty_slider_positions_are_drawn(page, url):
    open_lab(page, url)
    times = page.evaluate(SLIDE, 50)
    assert len(times) == 50
    print(f"\nslider to picture, nine words: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")


def test_a_trained_model_is_shown_in_the_same_panel(new_page, own_server, shoot):
    from playground.config import DataConfig, ModelConfig, TrainConfig
    from playground.training.jobs.session import run_training
    from playground.training.runs.store import RunStore

    text = "The old clock in the tower struck seven, and the whole town listened. " * 30
    model = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
    train = TrainConfig(max_steps=2, sample_tokens=0, eval_iter=1, threads=2)
    run = RunStore(own_server.checkpoints).create("clock", text, model, DataConfig(vocabulary="gpt2"), train)
    for _ in run_training(run):
        pass
    page = open_lab(new_page(), own_server.url)
    page.get_by_text("A trained model").click()
    expect(page, "() => /50,237 cut/.test(document.querySelector('#lab-picture .bars').textContent)")
    assert page.inner_text("#lab-source .sentence").strip() == "Every effort moves you"
    assert "Read by clock, last step." in page.inner_text("#lab-source .origin")
    assert bars(page)["sum"] == ("100.00 %", "100.00 %")
    times = page.evaluate(SLIDE, 50)
    print(f"\nslider to picture, 50,257 tokens: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")
    page.locator("#lab-source summary").click()
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
    assert bars(page)["50,236 cut"][1] == "0"  # top-k 9 leaves nothing of what is not shown, pizza has a row of its own
    assert not [word for word in bars(page) if "others" in word]
    page.get_by_label("use Top-k").uncheck()
    expect(page, "() => /50,23\\d others/.test(document.querySelector('#lab-picture .bars').textContent)")


def test_a_million_draws_are_counted(page, url):
    open_lab(page, url, {"lessons": ["draws"]})
    page.locator("#lab-draws .n").fill("1000000")
    expect(page, "() => JSON.parse(document.querySelector('.draws').dataset.drawn || '{}').n === 1000000")
    drawn = {word: int(count.replace(",", "").removesuffix(" !")) for word, count in counts(page).items()}
    assert sum(drawn.values()) == 1_000_000
    assert abs(drawn["forward"] - 572_120) < 2_500


def test_the_chapters_figure_is_saved(page, url, tmp_path):
    open_lab(page, url, {"lessons": ["figure"]})
    for suffix, start in (("PDF", b"%PDF"), ("PNG", b"\x89PNG")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Save as {suffix}").click()
        download = waiting.value
        assert download.suggested_filename == f"temperatures.{suffix.lower()}"
        download.save_as(tmp_path / suffix)
        assert (tmp_path / suffix).read_bytes().startswith(start)


def test_numbers_are_also_shown_as_a_table(page, url):
    open_lab(page, url)
    page.get_by_text("The same as a table").click()
    rows = rows_of(page, "#lab-picture")
    assert rows[3] == ["forward", "6.75", "5.7212e-01", "5.7212e-01", "5.7212e-01"]


def test_named_endpoints_answer_with_numbers_or_a_sentence(url):
    from gradio_client import Client

    client = Client(url, verbose=False)
    picture = client.predict("{}", api_name="/decoding_trace")
    assert round(picture["rows"][3]["before"], 4) == 0.5721
    assert client.predict("{}", api_name="/decoding_chapter")["likeliest"] == "forward"
    assert "seed" in client.predict('{"seed": -1}', api_name="/decoding_draws")["error"]
    assert "no difference" in client.predict("{}", api_name="/decoding_order")["text"]
    assert len(client.predict("{}", api_name="/decoding_sweep")["lines"]) == 9
