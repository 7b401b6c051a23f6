"""How the text becomes numbers: in the form before a training, and below the curves of a run."""

from playwright.sync_api import expect

from .driving import choose_source, open_settings, open_train, train_here


def open_fold(page, where):
    page.locator(f"{where} summary").first.click()
    expect(page.locator(f"{where} .tv-word-tokens .tv-id").first).to_be_visible()


def test_a_pasted_text_is_shown_as_tokens_before_any_training(page, server):
    open_train(page, server.url)
    open_settings(page)
    choose_source(page, "Paste")
    page.fill("#pg-pasted textarea", "Every effort moves you. <b>中</b> " * 400)
    page.locator("#pg-pasted textarea").blur()
    open_fold(page, "#pg-form-text")
    expect(page.locator("#pg-form-text .tv-word-tokens .tv-token")).to_have_text(["Every", "·effort", "·moves", "·you"])
    inputs = page.locator("#pg-form-text .tv-input .tv-token")
    targets = page.locator("#pg-form-text .tv-target .tv-token")
    expect(inputs.nth(1)).to_have_text("·effort")
    assert inputs.all_text_contents()[1:] == targets.all_text_contents()[:-1]
    expect(page.locator("#pg-form-text .tv-batch-note")).to_contain_text("(B, T) = ")
    assert page.evaluate("document.querySelectorAll('#pg-form-text .tv-pairs b').length") == 0


def test_the_text_of_a_run_is_shown_on_a_phone_without_moving_sideways(page, server):
    train_here(server, "numbers", epochs=1)
    page.set_viewport_size({"width": 375, "height": 720})
    page.goto(f"{server.url}/?run=numbers")
    page.wait_for_selector("#pg-run-text summary")
    open_fold(page, "#pg-run-text")
    page.get_by_role("button", name="Next window").last.click()
    expect(page.locator("#pg-run-text .tv-window")).to_have_value("2")
    expect(page.locator("#pg-run-text .tv-window-note")).to_contain_text("Tokens 33 to 64 of the training part")
    expect(page.locator("#pg-run-text .tv-more").first).to_contain_text("more")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    small = page.evaluate(
        "[...document.querySelectorAll('#pg-run-text :is(button, input, summary)')].filter((b) => b.offsetParent && "
        "b.getBoundingClientRect().height < 43.5).length"
    )
    assert small == 0
