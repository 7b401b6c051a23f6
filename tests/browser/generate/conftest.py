"""A small run on the server's disk, and the Generate tab with that run chosen."""

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

TEXT = "The rain had stopped, and nobody in the house said a word about the letter. 你好，世界 👩‍👩‍👧 é ﷽.\n" * 60


@pytest.fixture(scope="session")
def tale(server):
    """A small run on the server's disk."""
    model = ModelConfig(context_length=32, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0)
    train = TrainConfig(epochs=12, lr=1e-2, sample_tokens=0, threads=1, eval_freq=1000)
    run = RunStore(server.checkpoints).create("tale", TEXT, model, DataConfig(batch_size=8), train)
    list(run_training(run))
    return run


@pytest.fixture
def open_desk(url, tale):
    """Open the Generate tab on a page, with the run chosen."""

    def make(page):
        page.goto(f"{url}/?tab=generate")
        page.wait_for_function("document.querySelector('.hd-run')?.value === 'tale'")
        page.wait_for_function("document.querySelector('.strip')?.hasAttribute('aria-busy')")  # its module has come
        return page

    return make


@pytest.fixture
def desk(page, open_desk):
    """The Generate tab of a page 1280 points wide, with the run chosen."""
    return open_desk(page)


@pytest.fixture
def desk_of_receipt(desk, tmp_path):
    """The same after the receipt of a text was saved and opened; nothing else on the tab has been touched."""
    desk.locator("#desk-prompt textarea").fill("The rain had")
    desk.locator(".desk-write").click()
    desk.locator(".desk-more:enabled").wait_for()
    with desk.expect_download() as saved:
        desk.locator("[data-copy=save]:visible").click()
    saved.value.save_as(tmp_path / "receipt.json")
    desk.locator(".receipt-file").set_input_files(tmp_path / "receipt.json")
    desk.wait_for_function("/\\d/.test(document.querySelector('.hd-step').value)")
    desk.locator(".desk-more:enabled").wait_for()
    return desk
