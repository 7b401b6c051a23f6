"""The inside of a model: from a token to what it looked at, layer by layer, and on without a part of the model."""

import json
from urllib.parse import quote

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

from .conftest import SIZES

TEXT = "The rain had stopped, and nobody in the house said a word about the letter. " * 40


@pytest.fixture(scope="module")
def run(server):
    """A run of a few steps that kept its weights at steps 0, 2 and 4."""
    model = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=2, drop_rate=0)
    train = TrainConfig(max_steps=4, sample_tokens=0, threads=1, snapshot_freq=2)
    made = RunStore(server.checkpoints).create("looked-into", TEXT, model, DataConfig(batch_size=4), train)
    assert list(run_training(made))[-1].reason == "completed"
    return made.name


def state_of(page):
    """What the address says of the tab."""
    return json.loads(page.evaluate("new URLSearchParams(location.search).get('inside') ?? '{}'"))


@pytest.mark.parametrize("size", SIZES)
def test_from_a_written_token_to_what_it_looked_at_and_what_changes_it(new_page, url, run, shoot, size):
    page = new_page(*SIZES[size])
    page.goto(f"{url}/?tab=generate&run={run}&prompt=The+rain+had&desk={quote(json.dumps({'max_new_tokens': 12}))}")
    page.locator(".desk-write:visible, .beside-prompt button").first.wait_for()
    page.locator(".desk-write").click()
    page.locator(".strip-plain:not(:empty)").wait_for(state="attached")
    page.locator(".strip .tok").nth(8).click()
    panel = page.locator(".token-panel")
    panel.get_by_text("Looked at", exact=True).click()  # one click from the token
    panel.locator(".in-looked .in-say", has_text="looked most at").wait_for()
    assert panel.locator(".in-text .tok").count() == 8
    panel.locator(".in-head").nth(3).click()
    panel.locator(".in-looked .in-say", has_text="layer 1, head 1 looked most at").wait_for()
    panel.get_by_text("Layer by layer", exact=True).click()
    panel.locator(".in-picture svg").wait_for()
    assert panel.locator(".in-table tbody tr").count() == 5
    panel.get_by_text("Switch it off", exact=True).click()
    panel.locator('[data-part="attention:1"]').click()
    panel.locator(".in-off .in-say", has_text="Without the attention of layer 1").wait_for()
    panel.locator(".in-branch").click()
    page.locator(".branches li").nth(1).wait_for()
    page.locator(".status-text", has_text="without the attention of layer 1").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, f"inside-panel-{size}")


def test_the_tab_by_keyboard_through_the_steps_and_by_its_link(new_page, url, run, shoot):
    page = new_page(*SIZES["375"])
    page.goto(f"{url}/?tab=inside&run={run}&prompt={quote('The rain had stopped, and nobody')}")
    tokens = page.locator(".in-text .tok")
    tokens.first.wait_for()
    tokens.last.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.locator(".ins-place", has_text="Why it says").wait_for()
    at = state_of(page)["at"]
    assert at == tokens.count() - 2
    head = page.locator(".in-head").nth(2)
    head.focus()
    page.keyboard.press("Enter")
    page.locator(".in-looked .in-say", has_text="layer 1, head 0 looked most at").wait_for()
    part = page.locator('[data-part="head:0.1"]')
    part.focus()
    page.keyboard.press("Space")
    page.locator(".in-off .in-say", has_text="Without head 1 of layer 0").wait_for()
    page.get_by_label("Step of the training").press("Home")
    page.locator(".ins-step", has_text="Step 0").wait_for()
    page.wait_for_function("document.querySelector('.in-large').dataset.drawn.includes('\"step\":\"0\"')")
    assert state_of(page) == {"at": at, "layer": 1, "head": 0, "off": "head:0.1"}
    small = page.evaluate(
        "[...document.querySelectorAll('.ins button, .ins select, .ins summary')]"
        ".filter((each) => each.offsetParent && each.getBoundingClientRect().height < 43).map((each) => each.outerHTML)"
    )
    assert small == []
    shown = page.locator(".in-off .in-say").inner_text()
    other = new_page()
    other.goto(page.url)
    other.locator(".in-off .in-say", has_text=shown).wait_for()
    other.locator(".ins-learned").scroll_into_view_if_needed()
    other.locator(".in-induction-say", has_text="induction head").wait_for()
    shoot(other, "inside-tab")
