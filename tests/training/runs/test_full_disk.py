"""A full disk, or a folder that cannot be written to: each request is refused in one sentence and leaves nothing."""

import errno
import os
from pathlib import Path

import pytest

from playground.errors import RunError
from playground.training.jobs.session import run_training
from playground.training.loop.position import Position
from playground.training.runs import files
from playground.training.runs.archive import export_run, import_run
from playground.training.runs.checkpoints.checkpoint import checkpoint_name, delete_unfinished, read_checkpoint
from playground.training.runs.files import write_atomic
from playground.training.runs.fork import fork
from playground.training.runs.status import Status, StatusFile
from playground.training.runs.store import RunStore
from tests.training.conftest import TEXT, create_run

WRITES = [(files, "_replace"), (os, "rename"), (os, "mkdir"), (os, "fsync"), (Path, "open")]
"""The calls that write; each of them fails in turn."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    return export_run(create_run(RunStore(folder / "runs"), "packed"), folder / "packed.zip")


def change(store, archive, what):
    """Ask for one of the changes that write into the folder of runs."""
    run = store.open("run")
    match what:
        case "create":
            create_run(store, "new")
        case "create from a file":
            given = store.root.parent / "given.txt"
            store.create(None, given, run.spec.model, text_name="given", read_later=True)
        case "fork":
            fork(store, "run", new_name="forked", train=run.spec.train.replace(epochs=9))
        case "import":
            import_run(store, archive)
        case "export":
            export_run(run, store.root.parent / "run.zip")
        case "rename":
            store.rename("run", "renamed")
        case "extend":
            store.extend("run", 9)
        case "delete":
            store.delete("run")
        case "undo":
            store.undo(store.deleted()[0])
        case "pin":
            run.set_pinned(True)
        case "pin a checkpoint":
            run.pin_checkpoint(run.steps()[-1])
        case "pause":
            run.control.pause()


CHANGES = ["create", "create from a file", "fork", "import", "export", "rename", "extend", "delete", "undo", "pin"]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write[1])
@pytest.mark.parametrize("what", [*CHANGES, "pin a checkpoint", "pause"])
def test_fault_73_a_change_that_cannot_be_written_is_refused_in_a_sentence(store, archive, monkeypatch, what, write):
    (store.root.parent / "given.txt").write_text(TEXT)
    run = create_run(store, "run", epochs=1)
    list(run_training(run))
    create_run(store, "deleted")
    store.delete("deleted")
    (store.root / ".trash" / "probe").mkdir()
    before = listing(store.root)
    with monkeypatch.context() as patch:
        fails = failing(*write)
        patch.setattr(*write, fails)
        try:
            change(store, archive, what)
        except RunError as error:
            said = str(error)
        else:
            assert not fails.called, "a write failed, and nobody was told"
            return  # this change does not write in that way
    assert "No space left on device" in said
    assert str(store.root) not in said
    assert "\n" not in said
    assert listing(store.root) == before
    assert read_checkpoint(run.step_folder(run.steps()[-1])).position.step == run.steps()[-1]


def failing(owner, name):
    """The function, but a call that would write fails."""
    real = getattr(owner, name)

    def call(*arguments, **more):
        mode = next((mode for mode in (*arguments[1:2], more.get("mode", "")) if isinstance(mode, str)), "")
        is_harmless = (owner is Path and not set(mode) & set("wax+")) or (
            name == "mkdir" and Path(arguments[0]).exists()
        )
        if is_harmless:
            return real(*arguments, **more)
        call.called = True
        raise OSError(errno.ENOSPC, "No space left on device", str(arguments[0]))

    call.called = False
    return call


def listing(root):
    """The files below a folder, without locks and the trash's times."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.name != ".lock")


# --- what remains readable --------------------------------------------------------------------------------------------


def test_fault_73_a_status_is_overwritten_where_there_is_no_room_for_another_file(tmp_path, monkeypatch):
    file = StatusFile(tmp_path)
    file.write(Status(state="running", message="x" * 100, step=7).by_this_process())
    monkeypatch.setattr(files, "_replace", failing(files, "_replace"))
    file.write(Status(state="stopped", step=8))
    assert (file.read().state, file.read().step) == ("stopped", 8)
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_a_durable_file_is_on_the_disk_with_its_name(tmp_path, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.fstat(number).st_ino) or real(number))
    write_atomic(tmp_path / "a", b"x")
    assert synced == []
    write_atomic(tmp_path / "a", b"x", durable=True)
    assert synced == [(tmp_path / "a").stat().st_ino, tmp_path.stat().st_ino]


def test_fault_30_a_process_killed_while_it_replaces_a_checkpoint_leaves_the_former_one(trained, tmp_path, monkeypatch):
    folder = trained.write(tmp_path, Position(step=2, tokens_seen=1))
    rename = os.rename

    def rename_or_die(source, target):
        if Path(target) == folder:
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(os, "rename", rename_or_die)
    with pytest.raises(KeyboardInterrupt):
        trained.write(tmp_path, Position(step=2, tokens_seen=2))
    monkeypatch.setattr(os, "rename", rename)
    assert not folder.exists()
    delete_unfinished(tmp_path)
    assert read_checkpoint(folder).position.tokens_seen == 1
    assert [path.name for path in tmp_path.iterdir()] == [checkpoint_name(2)]


def test_fault_75_a_checkpoint_is_not_written_where_its_run_is_gone(trained, tmp_path):
    with pytest.raises(FileNotFoundError):
        trained.write(tmp_path / "gone", Position(step=2))
    assert not (tmp_path / "gone").exists()
