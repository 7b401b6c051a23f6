from types import SimpleNamespace

import pytest

from playground.errors import BusyError, RunError
from playground.ui.visitors import TrainingQuota, visitor_of


class Jobs:
    """Active runs, by name."""

    def __init__(self):
        self.running, self.gone = set(), set()

    def active(self, name):
        if name in self.gone:
            raise RunError("There is no such run; look again.")
        return name in self.running


@pytest.fixture
def jobs():
    return Jobs()


@pytest.fixture
def start(jobs):
    quota = TrainingQuota(jobs, max_active=2)
    return lambda visitor, run: quota.start(visitor, run, lambda: jobs.running.add(run))


def test_fault_43_a_visitor_is_refused_a_training_above_the_limit_and_others_are_not(start, jobs):
    start("me", "a")
    start("me", "b")
    with pytest.raises(BusyError, match="2 trainings of yours"):
        start("me", "c")
    assert "c" not in jobs.running
    start("you", "c")


def test_a_training_that_ended_or_was_deleted_no_longer_counts(start, jobs):
    start("me", "a")
    start("me", "b")
    jobs.running.remove("a")
    start("me", "c")
    jobs.gone.add("b")
    start("me", "d")


def test_resuming_an_active_run_is_free_and_leaves_it_with_who_started_it(start, jobs):
    start("me", "a")
    start("me", "b")
    start("me", "a")
    start("you", "a")
    start("you", "c")
    start("you", "d")
    with pytest.raises(BusyError):
        start("you", "e")


def test_a_training_that_failed_to_start_does_not_count(jobs):
    quota = TrainingQuota(jobs, max_active=1)

    def refuse():
        raise RunError("It is complete.")

    with pytest.raises(RunError):
        quota.start("me", "a", refuse)
    quota.start("me", "b", lambda: jobs.running.add("b"))


def test_without_a_limit_nothing_is_counted(jobs):
    quota = TrainingQuota(jobs)
    for name in "abcdef":
        quota.start("me", name, lambda name=name: jobs.running.add(name))
    quota.check("me")
    assert len(jobs.running) == 6


def request(host, **headers):
    return SimpleNamespace(client=SimpleNamespace(host=host), headers=headers)


def test_a_visitor_is_known_by_an_address_that_they_cannot_invent(monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert visitor_of(request("10.0.0.1", **{"x-forwarded-for": "6.6.6.6"})) == "10.0.0.1"
    assert visitor_of(None) == visitor_of(SimpleNamespace(client=None)) == ""
    monkeypatch.setenv("SPACE_ID", "me/space")
    assert visitor_of(request("10.0.0.1", **{"x-forwarded-for": "6.6.6.6, 1.2.3.4"})) == "1.2.3.4"
    assert visitor_of(request("10.0.0.1")) == "10.0.0.1"
