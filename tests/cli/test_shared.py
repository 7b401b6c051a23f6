"""The signal handling that the commands share."""

import signal

import pytest

from playground.cli.shared import stop_on_signal
from playground.training.loop.control import Control


@pytest.fixture
def ends():
    """A list of the signals that would have ended this process."""
    found = []
    before = {number: signal.signal(number, lambda n, _: found.append(n)) for number in (signal.SIGINT, signal.SIGTERM)}
    yield found
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_stops_the_training_and_the_second_ends_the_process(ends, number):
    with stop_on_signal() as control:
        assert control() == Control()
        signal.raise_signal(number)
        assert control() == Control("stop")
        assert ends == []
        signal.raise_signal(number)
        assert ends == [number]


def test_under_torchrun_a_second_signal_is_ignored(ends, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with stop_on_signal() as control:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert control() == Control("stop")
    assert ends == []
    signal.raise_signal(signal.SIGTERM)
    assert ends == [signal.SIGTERM]
