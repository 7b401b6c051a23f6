"""Results of evaluations in a run's folder."""

import os

import pytest

from playground.config import ModelConfig
from playground.training.runs.archive import export_run, import_run
from playground.training.runs.results.kept import FOLDER, MAX_RESULTS, KeptResults
from playground.training.runs.store import RunStore


@pytest.fixture
def kept(tmp_path):
    return KeptResults(tmp_path)


def test_a_result_is_read_back_by_another_process_s_object(kept, tmp_path):
    kept.write("a", {"losses": [1.5, None], "text": "故事 \ud800"})
    assert KeptResults(tmp_path).read("a") == {"losses": [1.5, None], "text": "故事 \ud800"}
    assert kept.read("b") is None


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"key": "a"}', b'{"key": "other", "result": {}}', b"[" * 99_999]
)
def test_fault_82_a_damaged_file_is_as_none(kept, tmp_path, damage):
    kept.write("a", {})
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_bytes(damage)
    assert kept.read("a") is None


def test_fault_82_only_the_newest_are_kept(kept, tmp_path):
    for i in range(MAX_RESULTS + 3):
        kept.write(str(i), {"i": i})
        newest = max((tmp_path / FOLDER).iterdir(), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, ns=(i, i))
    assert len(list((tmp_path / FOLDER).iterdir())) == MAX_RESULTS
    assert kept.read(str(MAX_RESULTS + 2)) == {"i": MAX_RESULTS + 2}
    assert kept.read("0") is None


def test_fault_73_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    (tmp_path / FOLDER).write_text("a file in its place")
    KeptResults(tmp_path).write("a", {})
    assert KeptResults(tmp_path).read("a") is None
    gone = tmp_path / "gone"
    KeptResults(gone).write("a", {})
    assert not gone.exists()


def test_an_archive_leaves_them_out(tmp_path):
    store = RunStore(tmp_path / "runs")
    run = store.create("first", "so it goes. " * 200, ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1))
    KeptResults(run.folder).write("a", {})
    again = import_run(store, export_run(run, tmp_path / "first.zip"), "second")
    assert not (again.folder / FOLDER).exists()
