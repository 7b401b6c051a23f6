import pytest

from playground.errors import SettingsError
from playground.training.loop.control import Control
from playground.training.runs.control_file import ControlFile, ControlReader, Request


@pytest.fixture
def file(tmp_path):
    return ControlFile(tmp_path)


def test_without_a_request_the_training_runs(file):
    assert ControlReader(file)() == Control("run")


@pytest.mark.parametrize("command", ["run", "pause", "stop"])
def test_a_request_is_seen_by_the_next_call(file, command):
    reader = ControlReader(file)
    reader()
    getattr(file, command)()
    assert reader().command == command
    assert reader().command == command  # it stays


def test_each_single_step_is_returned_once(file):
    reader = ControlReader(file)
    file.pause()
    assert reader().command == "pause"
    for _ in range(2):
        file.step()
        assert [reader().command for _ in range(3)] == ["step", "pause", "pause"]


def test_two_steps_requested_between_two_calls_are_two_steps(file):
    reader = ControlReader(file)
    file.step()
    file.step()
    assert [reader().command for _ in range(3)] == ["step", "step", "pause"]


def test_stop_takes_precedence_over_remaining_steps(file):
    reader = ControlReader(file)
    file.step()
    file.stop()
    assert reader().command == "stop"


def test_a_learning_rate_is_returned_by_every_call_and_kept_during_a_pause(file):
    reader = ControlReader(file)
    file.set_lr(0.01)
    file.pause()
    assert reader() == Control("pause", 0.01)
    file.run()
    assert reader() == Control("run", 0.01)


@pytest.mark.parametrize("lr", [0, -1, 1.5, float("nan"), float("inf"), "0.1", None])
def test_an_invalid_learning_rate_is_refused(file, lr):
    with pytest.raises(SettingsError):
        file.set_lr(lr)
    assert file.read() == Request()


def test_reset_clears_old_requests(file):
    file.set_lr(0.01)
    file.stop()
    file.reset()
    assert ControlReader(file)() == Control("run")
    file.reset(paused=True)
    assert ControlReader(file)() == Control("pause")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"command":"explode"}', b'{"unknown":1}', b"\xff"])
def test_an_invalid_file_requests_nothing(file, content):
    file.path.write_bytes(content)
    assert ControlReader(file)() == Control("run")


def test_the_file_is_only_read_when_it_has_changed(file, monkeypatch):
    file.pause()
    reader = ControlReader(file)
    reader()
    monkeypatch.setattr(file, "read", lambda: pytest.fail("read again"))
    assert reader().command == "pause"


def test_a_deleted_file_requests_nothing(file):
    reader = ControlReader(file)
    file.pause()
    reader()
    file.path.unlink()
    assert reader().command == "run"
