"""What is asked of a running training between two steps: to go on, to pause, to stop, another learning rate."""

import math
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal

from playground.errors import SettingsError
from playground.training.loop.clock import Clock
from playground.training.loop.events import Changed, Event, Paused, Resumed
from playground.training.loop.parallel.ranks import Ranks
from playground.training.loop.position import Position

Command = Literal["run", "pause", "stop", "step"]

_PAUSE_POLL_S = 0.02
_COMMANDS = ("run", "pause", "stop", "step")


@dataclass(frozen=True)
class Control:
    """What is wanted of the training now, and the learning rate wanted (None: leave it).

    `step` asks for a single step: it is given once for every step wanted, and `pause` in between.
    """

    command: Command = "run"
    lr: float | None = None


class Obedience:
    """Asks `control` before every step; with several processes the first one's answer goes for all."""

    def __init__(self, control: Callable[[], Control] | None, clock: Clock, ranks: Ranks) -> None:
        self._control, self._clock, self._ranks = control, clock, ranks
        self._paused = False

    def before_step(self, position: Position, lr: float) -> Generator[Event, None, tuple[Position, bool]]:
        """Wait as long as it takes; the position with the learning rate that is wanted, and whether to go on.

        `lr` is the one of the settings.
        """
        while True:
            wanted = self._ask()
            if wanted.lr is not None and wanted.lr != (position.lr or lr):
                position = position.replace(lr=wanted.lr)
                yield Changed(step=position.step, elapsed_s=self._clock.elapsed_s, lr=wanted.lr)
            if wanted.command == "stop":
                return position, False
            if wanted.command == "run" and self._paused:
                self._paused = False
                yield Resumed(step=position.step, elapsed_s=self._clock.elapsed_s)
            if wanted.command != "pause":
                return position, True
            if not self._paused:
                self._paused = True
                yield Paused(step=position.step, elapsed_s=self._clock.elapsed_s)
            with self._clock.during("pause"):
                time.sleep(_PAUSE_POLL_S)

    def _ask(self) -> Control:
        wanted = self._control() if self._control is not None else Control()
        command, lr = self._ranks.agree(_COMMANDS.index(wanted.command), math.nan if wanted.lr is None else wanted.lr)
        return Control(_COMMANDS[int(command)], None if math.isnan(lr) else lr)


def check_lr(lr: float) -> None:
    """Raise SettingsError unless `lr` is a learning rate that the settings would allow."""
    if not isinstance(lr, int | float) or not math.isfinite(lr) or not 0 < lr <= 1:
        raise SettingsError(f"lr: a learning rate lies above 0 and at most at 1 (got {lr!r}); choose another.")
