"""Long evaluations in processes of their own: progress, result, errors, cancel, and pages that have gone."""

import os
import signal
import time

import psutil
import pytest

from playground.errors import PlaygroundError, TextError
from playground.evaluation import work
from playground.evaluation.work import Works

pytestmark = pytest.mark.process


def double(number, *, on_progress):
    on_progress(0.5)
    return {"double": 2 * number, "pid": os.getpid()}


def refuse(*, on_progress):
    raise TextError("The text is too short.")


def wait(path, *, on_progress):
    on_progress(0.25)
    path.write_text(str(os.getpid()))
    time.sleep(600)
    return {}


@pytest.fixture
def works():
    made = Works()
    yield made
    for key in list(made._active):
        made.cancel(key)


def result(works, *arguments):
    for _ in range(400):
        answer = works.ask(*arguments)
        if "progress" not in answer:
            return answer
    raise AssertionError("no result")


def started(works, tmp_path, key):
    """Begin a work that waits; the id of its process."""
    path = tmp_path / key
    for _ in range(400):
        works.ask(key, wait, path)
        if path.is_file() and path.read_text():
            return int(path.read_text())
    raise AssertionError("it never began")


def has_ended(pid):
    for _ in range(100):
        if not psutil.pid_exists(pid):
            return True
        time.sleep(0.05)
    return False


def test_a_result_comes_from_another_process_and_is_kept(works):
    first = result(works, "a", double, 21)
    assert first["double"] == 42
    assert first["pid"] != os.getpid()
    assert works.ask("a", double, 21) == first
    assert has_ended(first["pid"])


def test_progress_is_answered_until_it_is_done(works, tmp_path):
    started(works, tmp_path, "b")
    assert works.ask("b", wait, tmp_path / "b") == {"progress": 0.25}


def test_a_refusal_is_raised_here_and_may_be_asked_for_again(works):
    for _ in range(2):
        with pytest.raises(PlaygroundError, match=r"The text is too short\."):
            result(works, "c", refuse)


def test_a_cancelled_work_ends_its_process(works, tmp_path):
    pid = started(works, tmp_path, "d")
    works.cancel("d")
    works.cancel("d")
    assert has_ended(pid)


def test_a_work_that_no_page_asks_for_is_ended(works, tmp_path, monkeypatch):
    pid = started(works, tmp_path, "e")
    monkeypatch.setattr(work, "FORGOTTEN_S", 0.0)
    result(works, "f", double, 1)
    assert has_ended(pid)


def test_more_works_than_may_run_wait(works, tmp_path):
    for key in ("g", "h"):
        started(works, tmp_path, key)
    assert [works.ask("i", double, 1) for _ in range(3)] == [{"progress": 0.0}] * 3
    works.cancel("g")
    assert result(works, "i", double, 1)["double"] == 2


def test_fault_45_a_process_that_is_killed_gets_a_sentence(works, tmp_path):
    os.kill(started(works, tmp_path, "j"), signal.SIGKILL)
    with pytest.raises(PlaygroundError, match="ended before it was done"):
        result(works, "j", wait, tmp_path / "j")
