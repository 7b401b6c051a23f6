import json
import os

import pytest

from playground.config import ModelConfig
from playground.errors import CheckpointError, RunError, TextError
from playground.text.upload import clean_text
from playground.training.jobs.session import run_training
from playground.training.loop.events import Paused
from playground.training.runs.spec import Parent
from playground.training.runs.status import Status
from playground.training.runs.store import RunStore

MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
TEXT = "It was the best of times, it was the worst of times. " * 20


def train(run):
    return list(run_training(run))


# --- creating and opening runs --------------------------------------------------------------------------------


def test_a_new_run_can_be_opened_from_its_folder_alone(store, new_run):
    made = new_run("first", lr=0.01, parent=None)
    run = RunStore(store.root).open("first")
    assert run.spec == made.spec
    assert run.spec.train.lr == 0.01
    assert run.spec.text_name == "story.txt"
    assert run.spec.model.vocab_size == run.tokenizer.n_vocab == 257
    assert run.spec.versions["torch"]
    assert (run.status().state, run.steps(), run.events()) == ("stopped", [], ([], 0))


@pytest.mark.parametrize("text", [TEXT, "\r\nline\rend\n\n" * 60, "\ufeffwörter 日本語 🙂 " * 60, "a\ud800b " * 200])
def test_the_text_that_is_stored_is_the_one_that_is_trained_on(new_run, text):
    run = new_run(text=text)
    assert run.text() == run.corpus().text == clean_text(text)
    assert run.spec.text_sha256 == run.corpus().sha256


def test_a_taken_name_is_refused_and_the_old_run_is_unchanged(store, new_run):
    before = new_run("same").spec
    with pytest.raises(RunError, match="already"):
        new_run("same", lr=0.5)
    assert store.open("same").spec == before


def test_two_processes_cannot_create_runs_of_the_same_name(store, new_run, monkeypatch):
    new_run("same")
    monkeypatch.setattr("pathlib.Path.exists", lambda _: False)  # as both processes saw it
    with pytest.raises((RunError, OSError)):
        new_run("same")
    assert sorted(path.name for path in store.root.iterdir()) == ["same"]


def test_a_run_without_a_name_is_named_after_text_and_preset(store):
    names = [
        store.create(None, TEXT, MODEL, preset="mini", text_name="A Tale.txt").name,
        store.create(None, TEXT, MODEL, preset="mini", text_name="A Tale.txt").name,
        store.create(None, TEXT, MODEL, text_name="../../etc/passwd").name,
        store.create(None, TEXT, MODEL, text_name="…").name,
    ]
    assert names == ["A-Tale-mini", "A-Tale-mini-2", "passwd", "run"]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a\0b", "x" * 300, "CON", "..", ""])
def test_fault_17_no_name_refers_to_a_file_outside_the_folder(store, name):
    for act in (
        store.open,
        store.delete,
        lambda name: store.rename(name, "ok"),
        lambda name: store.create(name, TEXT, MODEL),
    ):
        with pytest.raises(RunError):
            act(name)
    with pytest.raises(RunError):
        store.undo(name)
    assert not store.root.exists()


def test_a_name_in_any_script_becomes_the_title_and_the_folder_is_named_after_it(store):
    runs = [store.create(title, TEXT, MODEL) for title in ("Café: 変身", "Café: 変身", "変身", "<b>")]
    assert [run.name for run in runs] == ["Cafe", "Cafe-2", "run", "b"]
    assert [store.open(run.name).spec.shown_name for run in runs] == ["Café: 変身", "Café: 変身", "変身", "<b>"]


def test_a_run_is_renamed_to_a_title_and_back(store, new_run):
    new_run("plain")
    run = store.rename("plain", "Mein Lauf")
    assert (run.name, run.spec.title) == ("Mein-Lauf", "Mein Lauf")
    run = store.rename("Mein-Lauf", "plain")
    assert (run.name, run.spec.title, run.spec.shown_name) == ("plain", "", "plain")
    for title in ("../x y", "a\0 b", "\u202e x"):
        with pytest.raises(RunError, match="not allowed"):
            store.rename("plain", title)
    assert store.names() == ["plain"]


def test_a_run_without_a_title_opens_as_before(store, new_run):
    run = new_run("old")
    stored = json.loads((run.folder / "run.json").read_text())
    del stored["title"]
    (run.folder / "run.json").write_text(json.dumps(stored))
    assert store.open("old").spec.shown_name == "old"


def test_a_text_that_is_too_short_leaves_nothing_behind(store):
    with pytest.raises(TextError):
        store.create("short", "too short", MODEL)
    assert store.names() == []
    assert not store.root.exists() or list(store.root.iterdir()) == []


def test_a_run_that_does_not_exist_is_named_in_the_message(store):
    with pytest.raises(RunError, match="no run named nowhere"):
        store.open("nowhere")


def test_runs_are_listed_pinned_first_then_newest_first(store, new_run):
    for name in ("old", "middle", "new"):
        new_run(name)
    store.open("old").set_pinned(True)
    assert [row.name for row in store.runs()] == ["old", "new", "middle"]
    assert [row.pinned for row in store.runs()] == [True, False, False]
    assert all(row.size_bytes > len(TEXT) for row in store.runs())


def test_a_damaged_run_is_reported_and_hides_no_other(store, new_run):
    new_run("good")
    for name, content in (("empty", b""), ("torn", b'{"name":'), ("list", b"[]"), ("bad", b'{"format": 1}')):
        (new_run(name).folder / "run.json").write_bytes(content)
    newer = new_run("newer").folder / "run.json"
    newer.write_text(json.dumps({**json.loads(newer.read_text()), "format": 99}))
    invalid = new_run("invalid").folder / "run.json"
    invalid.write_text(invalid.read_text().replace('"n_heads": 2', '"n_heads": 0'))
    assert [row.name for row in store.runs()] == ["good"]
    assert set(store.unreadable()) == {"empty", "torn", "list", "bad", "newer", "invalid"}
    assert "n_heads" in store.unreadable()["invalid"]
    assert "newer version" in store.unreadable()["newer"]
    assert all("\n" not in sentence for sentence in store.unreadable().values())


def test_a_missing_text_or_vocabulary_is_reported_in_one_sentence(new_run):
    run = new_run()
    (run.folder / "text.txt").unlink()
    with pytest.raises(RunError, match="text of the run run"):
        run.corpus()
    (run.folder / "vocabulary.json").unlink()
    with pytest.raises(CheckpointError, match="vocabulary of the run run"):
        run.tokenizer  # noqa: B018


# --- state ---------------------------------------------------------------------------------------------------------


def test_fault_36_a_run_whose_process_is_gone_is_interrupted(new_run):
    run = new_run()
    alive = Status(state="running", step=7).by_this_process()
    run.set_status(alive)
    assert run.status() == alive
    run.set_status(alive.model_copy(update={"process_started": "earlier"}))
    assert (run.status().state, run.status().step) == ("interrupted", 7)
    assert "resume" in run.status().message


@pytest.mark.parametrize("content", [b"", b"{", b'{"state":"dancing"}', b"\0\0\0\0"])
def test_a_run_with_an_unreadable_status_is_interrupted(new_run, content):
    run = new_run()
    (run.folder / "status.json").write_bytes(content)
    assert run.status().state == "interrupted"


def test_a_process_that_exits_while_its_status_is_read_is_not_interrupted(new_run, monkeypatch):
    run = new_run()
    statuses = iter([Status(state="running", pid=1, process_started="?"), Status(state="completed")])
    monkeypatch.setattr(run.status_file, "stored", lambda: next(statuses))
    assert run.status().state == "completed"


def test_a_full_disk_does_not_stop_the_process_that_writes_the_status(new_run, monkeypatch):
    run = new_run()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    run.set_status(Status(state="running"))
    assert run.status().state == "stopped"
    assert not [path for path in run.folder.iterdir() if path.name.startswith(".status")]


def test_a_run_is_claimed_by_one_process_at_a_time(store, new_run):
    run = new_run()
    with run.claim(), pytest.raises(RunError, match="trained already"), store.open("run").claim():
        pass
    with store.open("run").claim():
        pass


# --- checkpoints ---------------------------------------------------------------------------------------------------


def test_checkpoints_are_found_by_step_and_as_last_and_best(new_run):
    run = new_run(save_freq=1, keep_checkpoints=1000, eval_freq=1)
    with pytest.raises(RunError, match="no checkpoint yet"):
        run.find_step()
    train(run)
    infos = run.checkpoints()
    assert [info.step for info in infos] == run.steps() == sorted(run.steps())
    assert [info.last for info in infos].count(True) == [info.best for info in infos].count(True) == 1
    assert run.find_step("last") == infos[-1].step == run.status().step
    assert run.find_step("best") == next(info.step for info in infos if info.best) == run.status().best_step
    assert run.load_checkpoint(3).position.step == 3
    assert all(info.size_bytes > 10_000 for info in infos)
    with pytest.raises(RunError, match="no checkpoint at step 999"):
        run.find_step(999)


def test_a_loaded_model_is_in_evaluation_mode(new_run):
    run = new_run()
    train(run)
    model = run.load_model("best")
    assert not model.training
    assert model.config == run.spec.model


def test_pinned_checkpoints_are_stored_in_the_folder(store, new_run):
    run = new_run(save_freq=1, keep_checkpoints=1000)
    train(run)
    run.pin_checkpoint(2)
    run.pin_checkpoint(2)
    run.pin_checkpoint(3)
    run.pin_checkpoint(3, False)
    assert [info.step for info in store.open("run").checkpoints() if info.pinned] == [2]
    with pytest.raises(RunError):
        run.pin_checkpoint(999)


# --- rename, delete ------------------------------------------------------------------------------------------------


def test_a_renamed_run_keeps_its_files_and_its_forks_refer_to_the_new_name(store, new_run):
    new_run("before")
    child = new_run("child")
    spec = child.spec.model_copy(update={"parent": Parent(name="before", step=3)})
    (child.folder / "run.json").write_text(spec.model_dump_json())
    run = store.rename("before", "after")
    assert run.spec.name == run.name == "after"
    assert sorted(store.names()) == ["after", "child"]
    assert store.open("child").spec.parent == Parent(name="after", step=3)


def test_renaming_to_a_taken_or_invalid_name_changes_nothing(store, new_run):
    new_run("a"), new_run("b")
    for name in ("b", "../c", "a"):
        with pytest.raises(RunError):
            store.rename("a", name)
    assert sorted(store.names()) == ["a", "b"]


def test_undo_restores_a_deleted_run(store, new_run):
    new_run("deleted").log.append(Paused(step=7))
    token = store.delete("deleted")
    assert store.names() == []
    with pytest.raises(RunError):
        store.open("deleted")
    run = store.undo(token)
    assert run.name == "deleted"
    assert run.events()[0] == [Paused(step=7)]
    with pytest.raises(RunError, match="deleted for good"):
        store.undo(token)


def test_undo_uses_another_name_when_the_old_one_is_taken(store, new_run):
    new_run("same")
    token = store.delete("same")
    new_run("same")
    assert store.undo(token).name == "same-2"


def test_runs_deleted_a_day_ago_are_removed_for_good(store, new_run):
    new_run("old"), new_run("new")
    old = store.delete("old")
    os.rename(store.root / ".trash" / old, store.root / ".trash" / "1~old")
    store.delete("new")
    assert [token.partition("~")[2] for token in store.deleted()] == ["new"]


@pytest.mark.parametrize("state", ["queued", "running", "paused"])
def test_a_run_that_trains_is_neither_deleted_nor_renamed(store, new_run, state):
    new_run("busy").set_status(Status(state=state).by_this_process())
    for act in (lambda: store.delete("busy"), lambda: store.rename("busy", "other")):
        with pytest.raises(RunError, match="stop it first"):
            act()


def test_a_pinned_run_is_not_deleted(store, new_run):
    new_run("pinned").set_pinned(True)
    with pytest.raises(RunError, match="pinned"):
        store.delete("pinned")
    store.open("pinned").set_pinned(False)
    store.delete("pinned")
