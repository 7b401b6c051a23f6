from types import SimpleNamespace

import pytest

from playground.errors import BusyError, RunError
from playground.ui.shares import Shares, visitor_of


class Jobs:
    """Runs at work, by name."""

    def __init__(self):
        self.at_work, self.gone = set(), set()

    def active(self, name):
        if name in self.gone:
            raise RunError("There is no such run; look again.")
        return name in self.at_work


@pytest.fixture
def jobs():
    return Jobs()


@pytest.fixture
def begin(jobs):
    shares = Shares(jobs, most=2)
    return lambda visitor, run: shares.begin(visitor, run, lambda: jobs.at_work.add(run))


def test_fault_43_a_visitor_may_have_so_many_trainings_at_work_and_others_as_many(begin, jobs):
    begin("me", "a")
    begin("me", "b")
    with pytest.raises(BusyError, match="2 trainings of yours"):
        begin("me", "c")
    assert "c" not in jobs.at_work
    begin("you", "c")


def test_a_training_that_ended_or_was_deleted_counts_no_more(begin, jobs):
    begin("me", "a")
    begin("me", "b")
    jobs.at_work.remove("a")
    begin("me", "c")
    jobs.gone.add("b")
    begin("me", "d")


def test_what_is_at_work_already_may_be_told_to_go_on(begin, jobs):
    begin("me", "a")
    begin("me", "b")
    begin("me", "a")
    begin("you", "a")
    begin("you", "c")
    begin("you", "d")
    with pytest.raises(BusyError):
        begin("you", "e")


def test_what_could_not_begin_does_not_count(begin, jobs):
    shares = Shares(jobs, most=1)

    def refuse():
        raise RunError("It is complete.")

    with pytest.raises(RunError):
        shares.begin("me", "a", refuse)
    shares.begin("me", "b", lambda: jobs.at_work.add("b"))


def test_without_a_bound_nothing_is_counted(jobs):
    shares = Shares(jobs)
    for name in "abcdef":
        shares.begin("me", name, lambda name=name: jobs.at_work.add(name))
    shares.check("me")
    assert len(jobs.at_work) == 6


def request(host, **headers):
    return SimpleNamespace(client=SimpleNamespace(host=host), headers=headers)


def test_a_visitor_is_told_by_the_address_and_cannot_make_one_up(monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert visitor_of(request("10.0.0.1", **{"x-forwarded-for": "6.6.6.6"})) == "10.0.0.1"
    assert visitor_of(None) == visitor_of(SimpleNamespace(client=None)) == ""
    monkeypatch.setenv("SPACE_ID", "me/space")
    assert visitor_of(request("10.0.0.1", **{"x-forwarded-for": "6.6.6.6, 1.2.3.4"})) == "1.2.3.4"
    assert visitor_of(request("10.0.0.1")) == "10.0.0.1"
