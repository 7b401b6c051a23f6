"""A model of others in a real browser: imported from a file, written with, dissected, exported and imported again."""

import zipfile

from playground.training.runs.store import RunStore
from tests.model.hub_files import SIZES, published_tensors, tied_model, write_published


def test_weights_come_in_write_show_their_bars_and_go_out_and_in_again(page, server, tmp_path, shoot):
    model = tied_model(SIZES.replace(context_length=64))
    file = write_published(tmp_path / "stranger.safetensors", published_tensors(model))
    page.goto(f"{server.url}/?tab=runs")

    def upload(path):
        page.locator("#pg-weights .we").wait_for()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Import a run or weights").click()
        chooser.value.set_files(path)

    upload(file)
    page.locator(".we-said.we-bad", has_text="does not contain its number of heads").wait_for()
    page.get_by_label("Attention heads").fill("3")
    page.locator(".we-form").get_by_role("button", name="Import").click()
    page.locator(".we-said", has_text="stranger is here").wait_for()
    row = page.locator(".rv-table tbody tr").filter(has=page.get_by_label("choose stranger", exact=True))
    row.wait_for()
    page.locator(".rv-chosen", has_text="stranger").wait_for()
    assert page.locator(".we tbody tr").count() == 4
    assert "not trained here" in page.locator(".rv-why").inner_text()
    shoot(page, "weights")

    page.locator("[data-do=last]").click()
    page.locator("#desk-prompt textarea").fill("Every effort")
    page.wait_for_function("document.querySelector('.hd-run')?.value === 'stranger'")
    page.locator(".desk-write").click()
    page.locator(".desk-more:enabled").wait_for()
    assert len(page.locator(".strip").first.inner_text()) > len("Every effort")

    page.get_by_role("tab", name="Decoding").click()
    page.get_by_text("A trained model").click()
    page.locator("#lab-source .origin", has_text="Read by stranger").wait_for()
    page.wait_for_function("/2\\d\\d (cut|others)/.test(document.querySelector('#lab-picture .bars').textContent)")

    page.get_by_role("tab", name="Runs").click()
    row.get_by_role("checkbox").check()
    page.locator(".rv-export summary").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="For transformers, with its tokenizer").click()
    assert saved.value.suggested_filename == "stranger-hf.zip"
    packed = tmp_path / "again.zip"
    saved.value.save_as(packed)
    with zipfile.ZipFile(packed) as archive:
        assert {"stranger/model.safetensors", "stranger/tokenizer.json"} <= set(archive.namelist())
    upload(packed)
    page.locator(".we-said", has_text="again is here").wait_for()
    weights = [RunStore(server.checkpoints).open(name).load_model().state_dict() for name in ("stranger", "again")]
    assert all(weight.equal(weights[1][name]) for name, weight in weights[0].items())
