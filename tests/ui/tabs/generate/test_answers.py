"""Long answers to the page: what is sent when, in which order, and what a fault leaves."""

import json
from threading import Event

import pytest

from playground.errors import TextError
from playground.ui.tabs.generate.answers import LATEST_UPDATE_S, RESTART, UPDATE_S, Answers
from playground.ui.tabs.generate.log import line


def shown_by(lines, log=""):
    """The logs that an answer of these lines yields."""
    return list(Answers().answer(log, lambda _job, _stopped: iter(lines)))


def kinds(log):
    return [json.loads(each).get("kind") for each in log.split("\n") if each]


def test_lines_that_are_made_when_they_are_sent_keep_their_places():
    def made_later():
        return line(i=2)

    log = shown_by([line(i=1), made_later, line(i=3)])[-1]
    assert [json.loads(each).get("i") for each in log.split("\n") if each] == [None, 1, 2, 3]


def test_an_answer_goes_on_from_the_log_unless_it_begins_afresh():
    before = line(kind="desk")
    assert kinds(shown_by([line(kind="end")], before)[-1]) == ["desk", "start", "end"]
    assert kinds(shown_by([RESTART, line(kind="end")], before)[-1]) == ["start", "end"]


@pytest.mark.parametrize(
    ("error", "says"), [(TextError("No such token."), "No such token."), (KeyError("k"), "Something went wrong")]
)
@pytest.mark.parametrize("when_sent", [True, False])
def test_a_fault_ends_the_answer_with_a_sentence(error, says, when_sent, caplog):
    stops = []

    def fail():
        raise error

    def lines(_job, stopped):
        stops.append(stopped)
        yield line(i=1)
        yield fail if when_sent else fail()

    log = list(Answers().answer("", lines))[-1]
    assert kinds(log) == ["start", None, "error"]
    assert says in log
    assert stops[0].is_set()
    assert len(caplog.records) == isinstance(error, KeyError)


def test_the_longer_the_log_the_rarer_the_updates_after_the_first(monkeypatch):
    class Ended(Event):
        def wait(self, timeout=None):
            waits.append(timeout)
            return super().wait(timeout)

    monkeypatch.setattr("playground.ui.tabs.generate.answers.Event", Ended)
    last = []
    for n_characters in (0, 200_000, 20_000_000):
        waits, goes_on = [], Event()

        def lines(_job, _stopped, goes_on=goes_on):
            yield line(i=1)
            goes_on.wait(20)
            yield line(kind="end")

        logs = Answers().answer("x" * n_characters, lines)
        next(logs), next(logs)
        goes_on.set()
        list(logs)
        assert waits[0] == UPDATE_S
        last.append(waits[-1])
    assert UPDATE_S == last[0] < last[1] < last[2] == LATEST_UPDATE_S
