"""Archives made to harm the server: logs that unpack to too much, directories without end, numbers out of range."""

import json
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.errors import CheckpointError, PlaygroundError, RunError
from playground.training.loop.events import event_from_json
from playground.training.runs import archive as archives
from playground.training.runs import event_log
from playground.training.runs.archive import export_run, import_run
from playground.training.runs.compare import curves
from playground.training.runs.event_log import MAX_LINE_BYTES, MAX_UNKNOWN_LINES
from playground.training.runs.marks import Marks
from playground.training.runs.status import Status
from playground.training.runs.store import RunStore
from tests.training.conftest import create_run

STEPPED = {"type": "stepped", "epoch": 0, "loss": 1, "lr": 0, "grad_norm": 0, "tokens_seen": 0, "tokens_per_s": 0}
EVALUATED = {"type": "evaluated", "epoch": 0, "tokens_seen": 0, "train_loss": 1, "val_loss": 1, "best": True}
DEEP = "[" * 100_000


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The archive of a run that was not trained."""
    folder = tmp_path_factory.mktemp("packed")
    return export_run(create_run(RunStore(folder / "runs"), "tale"), folder / "tale.zip")


@pytest.fixture
def elsewhere(tmp_path):
    """The run store of another machine."""
    return RunStore(tmp_path / "elsewhere")


def repack(packed, target, **files):
    """The archive with other contents of `events`, `run`, `status` or `marks`."""
    names = {"events": "events.jsonl", "run": "run.json", "status": "status.json", "marks": "marks.json"}
    contents = {f"tale/{names[name]}": content for name, content in files.items()}
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in contents:
                new.writestr(name, old.read(name))
        for name, content in contents.items():
            new.writestr(name, content)
    return target


def refused(store, archive, match=None, **limits):
    with pytest.raises((RunError, CheckpointError), match=match) as caught:
        import_run(store, archive, **limits)
    assert "\n" not in str(caught.value)
    assert not list(store.root.iterdir()), "something was left behind"
    return str(caught.value)


def lines(*events):
    return "".join(json.dumps(event) + "\n" for event in events).encode()


# --- logs -------------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(20)
@pytest.mark.parametrize("line", [b"\n", b" \n", b"{}\n", lines(STEPPED)])
def test_fault_69_a_log_that_unpacks_to_far_more_than_it_is_packed_is_refused(packed, elsewhere, tmp_path, line):
    bomb = repack(packed, tmp_path / "bomb.zip", events=line * (10_000_000 // len(line)))
    assert bomb.stat().st_size < 100_000
    refused(elsewhere, bomb, "not a run's log")


@pytest.mark.parametrize(
    "log", [b"\n" * (MAX_UNKNOWN_LINES + 1), b" " * (MAX_LINE_BYTES + 1), b"x\n" * (MAX_UNKNOWN_LINES + 1)]
)
def test_fault_69_a_log_of_other_lines_than_events_is_refused(packed, elsewhere, tmp_path, monkeypatch, log):
    monkeypatch.setattr(archives, "_MAX_LOG_RATIO", 10**9)
    refused(elsewhere, repack(packed, tmp_path / "x.zip", events=log), "not a run's log")


def test_fault_69_more_events_than_the_limit_are_refused(packed, elsewhere, tmp_path):
    archive = repack(packed, tmp_path / "x.zip", events=lines(*[STEPPED] * 20))
    refused(elsewhere, archive, "more than 19 events", max_events=19)
    assert len(import_run(elsewhere, archive, max_events=20).events()[0]) == 20


def test_an_imported_log_is_written_anew_without_what_is_unknown(packed, elsewhere, tmp_path):
    log = lines({"type": "of the future"}, {**STEPPED, "more": "x" * 1000}) + b"\n\nnonsense\n" + lines(EVALUATED)
    run = import_run(elsewhere, repack(packed, tmp_path / "x.zip", events=log))
    assert [event.type for event in run.events()[0]] == ["stepped", "evaluated"]
    assert (run.folder / "events.jsonl").stat().st_size < 400


@pytest.mark.timeout(20)
def test_fault_69_a_log_of_countless_sessions_is_read_in_linear_time(packed, elsewhere):
    run = create_run(elsewhere, "tale")
    started = {"type": "started", **dict.fromkeys(("total_steps", "steps_per_epoch", "tokens_per_step"), 1)}
    started |= {"n_parameters": 1, "device": "", "precision": "", "threads": 1}
    (run.folder / "events.jsonl").write_bytes(lines(started) * 30_000)
    assert curves(run).loss_x == []


@pytest.mark.timeout(20)
def test_fault_69_blank_lines_in_a_log_are_skipped_without_being_parsed(elsewhere, monkeypatch):
    run = create_run(elsewhere, "tale")
    (run.folder / "events.jsonl").write_bytes(b"\n" * 2_000_000 + lines(STEPPED))
    parsed = []
    monkeypatch.setattr(event_log, "event_from_json", lambda line: parsed.append(line) or event_from_json(line))
    assert len(run.events()[0]) == 1
    assert len(parsed) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"step": -1}, {"step": 10**400}, {"epoch": float("inf")}, {"epoch": "NaN"}, {"epoch": -1}, {"lr": 1e9},
        {"tokens_seen": 2**70}, {"tokens_per_s": float("inf")}, {"elapsed_s": float("nan")}, {"elapsed_s": 1e300},
        {"probe": [[2**40, 0.5]]}, {"probe": [[-1, 0.5]]}, {"probe": [[1, 0.5]] * 21},
    ],
)  # fmt: skip
def test_fault_72_events_with_numbers_out_of_range_are_left_out(packed, elsewhere, tmp_path, change):
    log = lines({**STEPPED, **change}, {**EVALUATED, "lr": 0, **change}, {"type": "paused"})
    run = import_run(elsewhere, repack(packed, tmp_path / "x.zip", events=log))
    probe_or_lr = {
        "probe": "stepped",
        "lr": "evaluated",
        "tokens_per_s": "evaluated",
    }  # the other kind has no such field
    kept = probe_or_lr.get(next(iter(change)))
    assert [event.type for event in run.events()[0]] == [*([kept] if kept else []), "paused"]


def test_fault_72_losses_that_are_not_finite_are_kept(packed, elsewhere, tmp_path):
    log = lines({**STEPPED, "loss": "NaN", "grad_norm": "Infinity"})
    run = import_run(elsewhere, repack(packed, tmp_path / "x.zip", events=log))
    assert str(run.events()[0][0].loss) == "nan"


def test_fault_72_a_log_that_names_a_token_beyond_the_vocabulary_is_refused(packed, elsewhere, tmp_path):
    log = lines({**EVALUATED, "probe": [[257, 0.5]]})
    refused(elsewhere, repack(packed, tmp_path / "x.zip", events=log), "does not contain")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
hostile_lines = st.binary(max_size=30) | st.builds(
    lambda event, changes: json.dumps({**event, **changes}).encode(),
    st.sampled_from([STEPPED, EVALUATED, {"type": "paused"}, {"type": "started"}]),
    st.dictionaries(st.sampled_from([*STEPPED, *EVALUATED, "step", "probe", "type"]), json_values, max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(hostile=st.lists(hostile_lines, max_size=8))
def test_fault_72_any_log_is_refused_or_can_be_read_everywhere(packed, hostile):
    with tempfile.TemporaryDirectory() as folder:
        there = RunStore(Path(folder) / "runs")
        try:
            run = import_run(there, repack(packed, Path(folder) / "x.zip", events=b"\n".join(hostile)))
        except PlaygroundError:
            assert there.names() == []
            return
        status = Status()
        for event in run.events()[0]:
            status = status.after(event)
            assert all(token < run.spec.model.vocab_size for token, _ in getattr(event, "probe", []))
        assert Status.model_validate_json(status.model_dump_json()).step == status.step
        assert len(curves(run, "seconds").eval_x) == len(curves(run).eval_x)


# --- the zip file -----------------------------------------------------------------------------------------------------


def directory_of(entries, target):
    """A zip file that consists of a directory with that many entries, of 47 bytes each."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0x10, 0) + b"/"
    size = entries * len(entry)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, 0)
    end64 += struct.pack("<4sLQL", b"PK\6\7", 0, size, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65_535, 65_535, 2**32 - 1, 2**32 - 1, 0)
    target.write_bytes(entry * entries + end64 + end)
    return target


def test_fault_70_a_directory_of_countless_entries_is_refused_before_it_is_read(elsewhere, tmp_path, monkeypatch):
    class CountedEntry(zipfile.ZipInfo):
        made = 0

        def __init__(self, *arguments):
            CountedEntry.made += 1
            super().__init__(*arguments)

    monkeypatch.setattr(zipfile, "ZipInfo", CountedEntry)
    refused(elsewhere, directory_of(100, tmp_path / "few.zip"), "one folder with run.json")
    assert CountedEntry.made == 100
    refused(elsewhere, directory_of(60_000, tmp_path / "many.zip"), "more than 6000 files")
    assert CountedEntry.made == 100


def test_fault_72_a_damaged_byte_in_a_packed_file_is_reported_in_a_sentence(packed, elsewhere, tmp_path):
    data = bytearray(repack(packed, tmp_path / "whole.zip").read_bytes())
    with zipfile.ZipFile(tmp_path / "whole.zip") as opened:
        entry = opened.getinfo("tale/text.txt")
    start = entry.header_offset + 30 + len(entry.filename)
    for place in range(start, start + min(40, entry.compress_size)):
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        (tmp_path / "damaged.zip").write_bytes(damaged)
        refused(elsewhere, tmp_path / "damaged.zip")


# --- settings, state and marks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [DEEP, '{"a":' * 100_000, '{"format": 1, "model": ' + DEEP])
def test_fault_72_settings_that_are_nested_too_deeply_are_refused(packed, elsewhere, tmp_path, content):
    refused(elsewhere, repack(packed, tmp_path / "x.zip", run=content))


@pytest.mark.parametrize(
    "status",
    [{"epoch": "Infinity"}, {"pid": 2**70}, {"pid": -1}, {"step": 10**400}, {"tokens_per_s": "NaN"}, {"lr": 1e300}],
)
def test_fault_72_a_state_with_numbers_out_of_range_counts_as_interrupted(packed, elsewhere, tmp_path, status):
    archive = repack(packed, tmp_path / "x.zip", status=json.dumps({"state": "running", **status}))
    run = import_run(elsewhere, archive)
    assert run.status() == run.status_file.stored()
    assert (run.status().state, run.status().epoch, run.status().pid) == ("interrupted", 0, None)


def test_fault_71_a_model_above_the_limit_is_refused_before_the_run_is_there(packed, elsewhere, tmp_path):
    pinned = repack(packed, tmp_path / "x.zip", marks='{"pinned": true, "checkpoints": [1]}')
    said = refused(elsewhere, pinned, "parameters; this server takes up to 1,000", name="secret", max_parameters=1000)
    assert "secret" not in said


def test_fault_71_marks_from_elsewhere_are_dropped(packed, elsewhere, tmp_path):
    run = import_run(elsewhere, repack(packed, tmp_path / "x.zip", marks='{"pinned": true, "checkpoints": [1]}'))
    assert run.marks() == Marks()
    elsewhere.delete(run.name)
