"""Streams to the page: which lines are sent when, in which order, and what an error leaves."""

import json
from threading import Event

import pytest

from playground.errors import TextError
from playground.ui.tabs.generate.log import line
from playground.ui.tabs.generate.streams import MAX_INTERVAL_S, MIN_INTERVAL_S, RESTART, LogStreams


def logs_of(lines, log=""):
    """The logs that a stream of these lines yields."""
    return list(LogStreams().stream(log, lambda _job, _stopped: iter(lines)))


def kinds(log):
    return [json.loads(each).get("kind") for each in log.split("\n") if each]


def test_lines_that_are_made_when_they_are_sent_keep_their_order():
    def made_later():
        return line(i=2)

    log = logs_of([line(i=1), made_later, line(i=3)])[-1]
    assert [json.loads(each).get("i") for each in log.split("\n") if each] == [None, 1, 2, 3]


def test_a_stream_continues_the_log_unless_it_restarts():
    before = line(kind="desk")
    assert kinds(logs_of([line(kind="end")], before)[-1]) == ["desk", "start", "end"]
    assert kinds(logs_of([RESTART, line(kind="end")], before)[-1]) == ["start", "end"]


@pytest.mark.parametrize(
    ("error", "says"), [(TextError("No such token."), "No such token."), (KeyError("k"), "Something went wrong")]
)
@pytest.mark.parametrize("when_sent", [True, False])
def test_an_error_ends_the_stream_with_a_sentence(error, says, when_sent, caplog):
    stops = []

    def fail():
        raise error

    def lines(_job, stopped):
        stops.append(stopped)
        yield line(i=1)
        yield fail if when_sent else fail()

    log = list(LogStreams().stream("", lines))[-1]
    assert kinds(log) == ["start", None, "error"]
    assert says in log
    assert stops[0].is_set()
    assert len(caplog.records) == isinstance(error, KeyError)


def test_the_longer_the_log_the_fewer_the_updates_after_the_first(monkeypatch):
    class Ended(Event):
        def wait(self, timeout=None):
            waits.append(timeout)
            return super().wait(timeout)

    monkeypatch.setattr("playground.ui.tabs.generate.streams.Event", Ended)
    last = []
    for n_characters in (0, 200_000, 20_000_000):
        waits, goes_on = [], Event()

        def lines(_job, _stopped, goes_on=goes_on):
            yield line(i=1)
            goes_on.wait(20)
            yield line(kind="end")

        logs = LogStreams().stream("x" * n_characters, lines)
        next(logs), next(logs)
        goes_on.set()
        list(logs)
        assert waits[0] == MIN_INTERVAL_S
        last.append(waits[-1])
    assert MIN_INTERVAL_S == last[0] < last[1] < last[2] == MAX_INTERVAL_S
