import json
import os
import shutil
import stat
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from playground.errors import CheckpointError, PlaygroundError, RunError
from playground.training.jobs.session import run_training
from playground.training.runs.archive import export_run, import_run
from playground.training.runs.fork import fork
from playground.training.runs.marks import Marks
from playground.training.runs.status import Status
from playground.training.runs.store import RunStore
from tests.training.conftest import create_run


@pytest.fixture(scope="module")
def trained_run(tmp_path_factory):
    """A run that was trained once for all tests of this file."""
    run = create_run(RunStore(tmp_path_factory.mktemp("trained")), "tale", epochs=1, save_freq=4)
    list(run_training(run))
    run.set_pinned(True)
    return run


@pytest.fixture
def run(store, trained_run):
    """A copy of that run, alone in a run store."""
    shutil.copytree(trained_run.folder, store.root / "tale")
    return store.open("tale")


@pytest.fixture
def archive(run, tmp_path):
    return export_run(run, tmp_path / "tale.zip")


@pytest.fixture
def elsewhere(tmp_path):
    """The run store of another machine."""
    return RunStore(tmp_path / "elsewhere")


def repack(archive: Path, change=None, more=()):
    """The same archive with a file's content changed (None: left out) and more entries behind."""
    target = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            content = change(entry.filename, content) if change else content
            if content is not None:
                new.writestr(entry.filename, content)
        for name, content in more:
            new.writestr(name, content)
    return target


def refused(store, archive, match=None, error=PlaygroundError, **more):
    with pytest.raises(error, match=match) as caught:
        import_run(store, archive, **more)
    assert "\n" not in str(caught.value)
    assert store.names() == []
    assert not store.root.exists() or not list(store.root.iterdir()), "something was left behind"
    return str(caught.value)


def test_an_imported_run_is_complete_and_resumes_exactly(run, archive, elsewhere):
    there = import_run(elsewhere, archive)
    assert there.spec == run.spec
    assert there.text() == run.text()
    assert there.events() == run.events()
    assert there.checkpoints() == run.checkpoints()
    assert there.marks() == Marks(), "what was pinned elsewhere is not pinned here"
    assert there.status().state == "completed"
    longer = elsewhere.extend("tale", 2)
    events = list(run_training(longer))
    assert events[0].exact
    assert events[0].step == run.steps()[-1]
    assert events[-1].reason == "completed"


def test_the_archive_is_an_ordinary_zip_of_one_folder(archive):
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        assert {name.split("/")[0] for name in opened.namelist()} == {"tale"}
        assert not any(".lock" in name or "control" in name for name in opened.namelist())


def test_an_archive_keeps_the_title(store, archive, elsewhere):
    run = import_run(elsewhere, export_run(store.rename("tale", "Eine Sage"), elsewhere.root.parent / "sage.zip"))
    assert (run.name, run.spec.shown_name) == ("Eine-Sage", "Eine Sage")


def test_a_number_is_appended_to_a_taken_name_and_a_given_name_is_used(store, archive, elsewhere):
    assert import_run(store, archive).name == "tale-2"
    assert import_run(elsewhere, archive, "mine").name == "mine"
    with pytest.raises(RunError, match="already"):
        import_run(elsewhere, archive, "mine")
    with pytest.raises(RunError, match="not allowed"):
        import_run(elsewhere, archive, "../mine")
    assert [path.name for path in elsewhere.root.iterdir()] == ["mine"]


def test_a_run_that_is_being_trained_is_not_exported(run, tmp_path):
    run.set_status(Status(state="running").by_this_process())
    with pytest.raises(RunError, match="pause or stop it"):
        export_run(run, tmp_path / "x.zip")
    run.set_status(Status(state="paused").by_this_process())
    assert export_run(run, tmp_path / "x.zip").exists()


def test_a_paused_run_is_imported_as_interrupted(run, elsewhere, tmp_path):
    run.set_status(Status(state="paused", step=4).by_this_process())
    there = import_run(elsewhere, export_run(run, tmp_path / "x.zip"))
    assert there.status().state == "interrupted"
    assert there.status().pid is None


def test_a_parent_that_is_not_in_the_store_is_removed(store, run, elsewhere, tmp_path):
    child = export_run(
        fork(store, "tale", "last", new_name="child", train=run.spec.train.replace(epochs=9)), tmp_path / "child.zip"
    )
    assert import_run(store, child, "again").spec.parent == store.open("child").spec.parent
    assert import_run(elsewhere, child).spec.parent is None


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"not a zip at all", b"\x80\x04\x95pickle", b"PK\x05\x06" + b"\0" * 18]
)
def test_files_that_are_not_archives_are_refused(elsewhere, tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    refused(elsewhere, path)


HOSTILE_PATHS = [
    "../evil", "tale/../../evil", "/etc/evil", "tale//etc/evil", "C:\\evil", "tale\\evil", "tale/.lock", "tale/app.py",
    "tale/step_00000001/evil.pt", "tale/step_00000001/../../evil", "tale/step_x/model.safetensors", "evil",
    "tale/model.pth", "tale/control.json", "tale/sub/run.json", "TALE/run.json",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_fault_17_a_path_that_no_run_has_is_refused(archive, elsewhere, tmp_path, path):
    before = set(tmp_path.rglob("*"))
    changed = repack(archive, more=[(path, b"evil")])
    refused(elsewhere, changed)
    assert {found for found in set(tmp_path.rglob("*")) - before if "evil" in found.name} == set()


def test_a_file_that_is_contained_twice_is_refused(archive, elsewhere):
    with pytest.warns(UserWarning, match="Duplicate"):
        changed = repack(archive, more=[("tale/run.json", b"{}")])
    refused(elsewhere, changed, "twice")


def test_a_link_is_refused(archive, elsewhere):
    link = zipfile.ZipInfo("tale/marks.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    changed = repack(archive, lambda name, content: None if name.endswith("marks.json") else content)
    with zipfile.ZipFile(changed, "a") as opened:
        opened.writestr(link, "/etc/passwd")
    refused(elsewhere, changed, "which no run has")


def test_fault_21_an_archive_that_unpacks_to_too_much_is_refused_before_anything_is_written(archive, elsewhere):
    refused(elsewhere, archive, "limit here", max_bytes=50_000)
    bomb = repack(archive, lambda name, content: b"\0" * 3_000_000 if name.endswith("status.json") else content)
    refused(elsewhere, bomb, "more than allowed")


def test_fault_21_a_wrong_size_in_the_archive_is_detected(archive, elsewhere):
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as opened:
        true = opened.getinfo("tale/text.txt").file_size
    place = data.rindex(b"tale/text.txt") - 46  # its entry in the central directory
    assert struct.unpack_from("<I", data, place + 24)[0] == true
    for lie in (1, true - 1, true + 1, 2**31):
        struct.pack_into("<I", data, place + 24, lie)
        path = archive.with_name("lie.zip")
        path.write_bytes(data)
        refused(elsewhere, path)


def test_fault_21_too_many_files_are_refused(archive, elsewhere):
    more = [(f"tale/step_{n:08d}/state.json", b"") for n in range(10_000_000, 10_006_001)]
    refused(elsewhere, repack(archive, more=more), "more than 6000 files")


def test_fault_21_an_encrypted_entry_is_refused(archive, elsewhere):
    data = bytearray(archive.read_bytes())
    place = data.rindex(b"tale/text.txt") - 46
    data[place + 8] |= 1
    path = archive.with_name("locked.zip")
    path.write_bytes(data)
    refused(elsewhere, path, "encrypted")


@pytest.mark.parametrize("missing", ["run.json", "text.txt", "vocabulary.json", "state.json", "model.safetensors"])
def test_fault_23_a_missing_file_is_detected(archive, elsewhere, missing):
    refused(elsewhere, repack(archive, lambda name, content: None if name.endswith(missing) else content))


def test_fault_28_a_flipped_bit_in_a_checkpoint_is_detected(archive, elsewhere):
    for file in ("model.safetensors", "optimizer.safetensors", "state.json"):

        def flip(name, content, file=file):
            return content[:-9] + bytes([content[-9] ^ 1]) + content[-8:] if name.endswith(file) else content

        refused(elsewhere, repack(archive, flip), error=CheckpointError)


def test_fault_26_a_vocabulary_of_another_size_than_the_model_is_refused(archive, elsewhere):
    other = json.dumps({"kind": "compact", "gpt2_ids": list(range(300))}).encode()
    changed = repack(archive, lambda name, content: other if name.endswith("vocabulary.json") else content)
    refused(elsewhere, changed, "300|301", CheckpointError)


def test_another_text_is_refused(archive, elsewhere):
    changed = repack(archive, lambda name, content: content + b"!" if name.endswith("text.txt") else content)
    refused(elsewhere, changed, "not the one")


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("model", {"n_layers": 10**9}),
        ("model", {"n_heads": 0}),
        ("model", {"emb_dim": -16}),
        ("model", {"drop_rate": float("nan")}),
        ("model", {"emb_dim": 32}),
        ("model", {"n_layers": 200, "emb_dim": 16384, "n_heads": 256}),
        ("train", {"lr": 1e9}),
        ("data", {"batch_size": 10**12}),
        (None, {"format": 99}),
        (None, {"surprise": 1}),
        (None, {"text_name": "x" * 10_000}),
    ],
)
def test_fault_22_hostile_settings_are_refused_before_anything_is_allocated(archive, elsewhere, part, values):
    def change(name, content):
        if not name.endswith("run.json"):
            return content
        spec = json.loads(content)
        (spec[part] if part else spec).update(values)
        return json.dumps(spec).encode()

    refused(elsewhere, repack(archive, change))


def test_fault_25_a_newer_version_is_refused(archive, elsewhere):
    newer = repack(
        archive,
        lambda name, content: content.replace(b'"format": 1', b'"format": 2') if "run.json" in name else content,
    )
    refused(elsewhere, newer, "newer version")


def test_fault_24_weights_that_are_not_finite_are_refused(run, elsewhere, tmp_path):
    path = run.step_folder(run.steps()[-1]) / "model.safetensors"
    tensors = load_file(path)
    next(iter(tensors.values())).view(-1)[0] = torch.nan
    save_file(tensors, path)
    refused(elsewhere, export_run(run, tmp_path / "nan.zip"), error=CheckpointError)


def test_an_archive_larger_than_the_free_disk_space_is_refused_before_unpacking(archive, elsewhere, monkeypatch):
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    refused(elsewhere, archive, "make room")


def test_a_failed_export_leaves_no_file(run, tmp_path, monkeypatch):
    monkeypatch.setattr(zipfile.ZipFile, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(RunError, match="No space"):
        export_run(run, tmp_path / "x.zip")
    assert not [name for name in os.listdir(tmp_path) if "x.zip" in name]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_fault_21_a_damaged_archive_is_refused_or_complete(archive, elsewhere, data):
    content = bytearray(archive.read_bytes())
    cut = data.draw(st.integers(0, len(content)))
    flips = data.draw(st.lists(st.integers(0, max(0, cut - 1)), max_size=4))
    for place in flips if cut else []:
        content[place] ^= data.draw(st.integers(1, 255))
    path = archive.with_name("damaged.zip")
    path.write_bytes(content[:cut])
    try:
        run = import_run(elsewhere, path, "probe")
    except PlaygroundError:
        assert elsewhere.names() == []
    else:  # what was hit does not matter to the run
        run.load_model()
        elsewhere.delete("probe") if not run.marks().pinned else (run.set_pinned(False), elsewhere.delete("probe"))
