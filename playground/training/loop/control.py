"""What can be asked of a running training between two steps: to pause, continue or stop, and another learning rate."""

import math
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal, get_args

from playground.errors import SettingsError
from playground.training.loop.clock import Clock
from playground.training.loop.events import Changed, Event, Paused, Resumed
from playground.training.loop.parallel.ranks import Ranks
from playground.training.loop.position import Position

Command = Literal["run", "pause", "stop", "step"]

_PAUSE_POLL_S = 0.02
_COMMANDS: tuple[Command, ...] = get_args(Command)


@dataclass(frozen=True)
class Control:
    """What the training should do next, and the learning rate it should have (None: unchanged).

    `step` asks for a single step: it is returned once for every step asked for, and `pause` in between.

    >>> Control("run", lr=0.001)
    Control(command='run', lr=0.001)
    """

    command: Command = "run"
    lr: float | None = None


class Controls:
    """Calls `control` before every step and does what it asks; with several ranks, rank 0's answer counts for all.

    `lr` is the learning rate in the settings.
    """

    def __init__(self, control: Callable[[], Control] | None, lr: float, clock: Clock, ranks: Ranks) -> None:
        self._control, self._lr, self._clock, self._ranks = control, lr, clock, ranks
        self._is_paused = False

    def before_step(self, position: Position) -> Generator[Event, None, tuple[Position, bool]]:
        """Wait while the training is paused; the position with its learning rate, and whether to stop."""
        while True:
            asked = self._ask()
            if asked.lr is not None and asked.lr != (position.lr or self._lr):
                position = position.replace(lr=asked.lr)
                yield Changed(step=position.step, elapsed_s=self._clock.elapsed_s, lr=asked.lr)
            if asked.command == "stop":
                return position, True
            if asked.command == "run" and self._is_paused:
                self._is_paused = False
                yield Resumed(step=position.step, elapsed_s=self._clock.elapsed_s)
            if asked.command != "pause":
                return position, False
            if not self._is_paused:
                self._is_paused = True
                yield Paused(step=position.step, elapsed_s=self._clock.elapsed_s)
            with self._clock.during("pause"):
                time.sleep(_PAUSE_POLL_S)

    def _ask(self) -> Control:
        asked = self._control() if self._control is not None else Control()
        command, lr = self._ranks.agree(_COMMANDS.index(asked.command), math.nan if asked.lr is None else asked.lr)
        return Control(_COMMANDS[int(command)], None if math.isnan(lr) else lr)


def check_lr(lr: float) -> None:
    """Raise SettingsError unless the settings allow `lr` as a learning rate.

    >>> check_lr(2.0)
    Traceback (most recent call last):
        ...
    playground.errors.SettingsError: lr: the learning rate must be above 0 and at most 1 (got 2.0); choose another.
    """
    if not isinstance(lr, int | float) or not math.isfinite(lr) or not 0 < lr <= 1:
        raise SettingsError(f"lr: the learning rate must be above 0 and at most 1 (got {lr!r}); choose another.")
