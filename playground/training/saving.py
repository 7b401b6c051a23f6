"""When a training saves, and what it does when the disk does not take it."""

import time
from collections.abc import Iterator

from playground.config import TrainConfig
from playground.training.clock import Clock
from playground.training.events import Event, Saved, Warned
from playground.training.position import Position, Save, SaveReason, Snapshot
from playground.training.ranks import Ranks

_BEST_SHARE, _BEST_GRACE_S = 0.1, 1.0
_WRITTEN_BYTES_PER_S = 400e6  # a careful guess, until the first checkpoint has been timed


class Saver:
    """Calls `save` when a checkpoint is due: at most once a step, and not at a step that is already saved.

    A new lowest validation loss is saved only as long as all such saves together take less than a tenth of the
    training's time and a second: a large model with frequent evaluations would otherwise do little else. Of several
    processes the first one decides, by its own clock and disk.
    """

    def __init__(
        self, save: Save | None, clock: Clock, n_parameters: int, saved_step: int | None, ranks: Ranks
    ) -> None:
        self._save, self._clock, self._saved_step, self._ranks = save, clock, saved_step, ranks
        self._last_s = 12 * n_parameters / _WRITTEN_BYTES_PER_S  # weights and AdamW's two moments, 4 bytes each
        self._best_s = 0.0

    def due(self, step: int, config: TrainConfig, *, ends: bool, epoch_ends: bool, improved: bool) -> SaveReason | None:
        """Why a checkpoint is due after this step; None if none is."""
        if ends:
            return "end"
        if improved:
            has_time = self._best_s + self._last_s <= _BEST_GRACE_S + _BEST_SHARE * self._clock.elapsed_s
            if any(self._ranks.agree(has_time)):
                return "best"
        if epoch_ends:
            return "epoch"
        if config.save_freq and step % config.save_freq == 0:
            return "freq"
        return None

    def save(self, position: Position, reason: SaveReason) -> Iterator[Event]:
        """Save, and say so; a full disk is a warning, and the training goes on.

        Raises `CheckpointError` if what should be saved is not finite.
        """
        wanted = self._save is not None and self._saved_step != position.step
        if not any(self._ranks.agree(wanted)) or self._save is None:
            return
        started = time.perf_counter()
        try:
            with self._clock.during("saving"):
                size_bytes = self._save(position, reason)
        except OSError as error:
            message = (
                f"The checkpoint of step {position.step} could not be saved ({_why(error)}); make room on the disk."
            )
            yield Warned(step=position.step, elapsed_s=self._clock.elapsed_s, message=message)
            return
        self._last_s = time.perf_counter() - started
        self._best_s += self._last_s if reason == "best" else 0.0
        self._saved_step = position.step
        yield Saved(step=position.step, elapsed_s=self._clock.elapsed_s, reason=reason, size_bytes=size_bytes)


def keep_snapshot(snapshot: Snapshot | None, every: int, position: Position, clock: Clock) -> Iterator[Event]:
    """Keep a copy of the weights if this is one of `every` so many steps; a full disk is a warning.

    Raises `CheckpointError` if the weights are not finite.
    """
    if snapshot is None or not every or position.step % every:
        return
    try:
        with clock.during("saving"):
            snapshot(position.replace(elapsed_s=clock.elapsed_s))
    except OSError as error:
        message = f"The copy of the weights at step {position.step} could not be kept ({_why(error)}); make room."
        yield Warned(step=position.step, elapsed_s=clock.elapsed_s, message=message)


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
