import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.training.loop.events import Paused, Sampled, Started
from playground.training.runs.event_log import MAX_PENDING, EventLog


def paused(step):
    return Paused(step=step)


def started(step, **more):
    return Started(
        **more,
        step=step,
        total_steps=9,
        steps_per_epoch=9,
        tokens_per_step=1,
        n_parameters=1,
        device="cpu",
        precision="f",
        threads=1,
    )


@pytest.fixture
def log(tmp_path):
    return EventLog(tmp_path / "events.jsonl")


def test_a_log_without_a_file_is_empty(log):
    assert log.read() == ([], 0)


def test_appended_events_are_read_in_order(log):
    events = [paused(1), Sampled(step=2, epoch=1.0, text='a "quoted"\n\u2028 line\r'), started(2)]
    for event in events:
        log.append(event)
    assert log.read()[0] == events


def test_the_peak_speed_is_logged_and_logs_without_it_can_be_read(log):
    log.append(started(0, flop_per_token=600, peak_flop_per_s=1.5e11))
    log.path.write_text(
        log.path.read_text() + '{"step":2,"type":"started","total_steps":9,"steps_per_epoch":9,"tokens_per_step":1,'
        '"n_parameters":1,"device":"cpu","precision":"f","threads":1}\n'
    )
    new, old = log.read()[0]
    assert (new.flop_per_token, new.peak_flop_per_s) == (600, 1.5e11)
    assert old == started(2)
    assert (new.share_of_peak(5e7), old.share_of_peak(5e7)) == (0.2, None)
    assert new.share_of_peak(3e8) is None, "faster than the peak, which cannot have been one"


def test_reading_continues_from_an_offset(log):
    log.append(paused(1))
    first, offset = log.read()
    assert log.read(offset) == ([], offset)
    log.append(paused(2))
    second, end = log.read(offset)
    assert (first, second) == ([paused(1)], [paused(2)])
    assert end == log.path.stat().st_size


def test_a_torn_last_line_does_not_count_until_it_is_complete(log):
    log.append(paused(1))
    whole = log.path.read_bytes()
    for cut in range(1, len(whole)):
        log.path.write_bytes(whole + whole[:cut])
        assert log.read() == ([paused(1)], len(whole))
    log.path.write_bytes(whole + whole)
    assert log.read(len(whole)) == ([paused(1)], 2 * len(whole))


@pytest.mark.parametrize("torn", [b"", b'{"type":', b"x" * 200_000])
def test_repair_removes_only_the_torn_line(log, torn):
    log.append(paused(1))
    with log.path.open("ab") as file:
        file.write(torn)
    log.repair()
    log.append(paused(2))
    assert log.read()[0] == [paused(1), paused(2)]


def test_repair_of_a_log_that_is_one_torn_line_leaves_an_empty_one(log):
    log.path.write_bytes(b'{"type":"pau')
    log.repair()
    assert log.path.read_bytes() == b""


def test_lines_of_an_unknown_kind_are_skipped(log):
    log.path.write_bytes(b'{"type":"from the future","step":1}\nnonsense\n{"type":"paused","step":2}\n')
    assert log.read()[0] == [paused(2)]


def test_an_offset_beyond_the_end_restarts_at_0(log):
    log.append(paused(1))
    assert log.read(10_000)[0] == [paused(1)]


@given(limit=st.integers(1, 300), n=st.integers(0, 12))
def test_reading_in_chunks_gives_the_same_events(tmp_path_factory, limit, n):
    log = EventLog(tmp_path_factory.mktemp("log") / "events.jsonl")
    for step in range(n):
        log.append(paused(step * 10**step))
    pieces, offset = [], 0
    while True:
        events, offset = log.read(offset, limit)
        if not events:
            break
        pieces += events
    assert pieces == log.read()[0]
    assert len(pieces) == n


def test_fault_31_events_wait_in_memory_while_the_disk_is_full(log, monkeypatch):
    log.append(paused(1))
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda *_, **__: (_ for _ in ()).throw(full))
        log.append(paused(2))
        log.append(paused(3))
    assert log.read()[0] == [paused(1)]
    log.append(paused(4))
    assert [event.step for event in log.read()[0]] == [1, 2, 3, 4]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_fault_31_a_full_device_raises_nothing(tmp_path):
    (tmp_path / "events.jsonl").symlink_to("/dev/full")
    log = EventLog(tmp_path / "events.jsonl")
    for step in range(3):
        log.append(paused(step))
    log.path.unlink()
    log.append(paused(3))
    assert [event.step for event in log.read()[0]] == [0, 1, 2, 3]


def test_memory_stays_bounded_while_the_disk_is_full(log, monkeypatch):
    log.path = log.path.parent / "no such folder" / "events.jsonl"
    log._pending = [b"old\n"] * MAX_PENDING
    log.append(paused(1))
    assert len(log._pending) == MAX_PENDING
    assert b'"step":1' in log._pending[-1]
