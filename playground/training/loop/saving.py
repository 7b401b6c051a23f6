"""When a training saves, and what it does when the disk does not take it, and of the weights alone (snapshots)."""

import math
import time
from collections.abc import Iterator
from itertools import count

from playground.config import TrainConfig
from playground.training.loop.clock import Clock
from playground.training.loop.events import Event, Saved, Warned
from playground.training.loop.parallel.ranks import Ranks
from playground.training.loop.position import Position, Save, SaveReason, Snapshot

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


LARGEST_BYTES = 1_000_000_000
"""What the copies of a run may take where their number is left to us."""
MOST_SNAPSHOTS = 1_000
"""Copies of one training after step 0, however many are asked for."""
_ABOUT, _FEWEST = 10, 3


def snapshot_every(total_steps: int, n_parameters: int, freq: int | None = None) -> int:
    """Steps between two copies, the first one at step 0; 0: none are kept.

    `freq` is what the settings ask for. Left to us (None), it is the smallest round number that makes about ten copies,
    or as many as 1 GB holds; none, if that holds fewer than three.

    >>> snapshot_every(180, 1_000_000), snapshot_every(180, 50_000_000), snapshot_every(180, 124_000_000)
    (20, 50, 0)
    >>> snapshot_every(180, 1_000_000, freq=7)
    7
    """
    if freq is not None:
        return freq and max(freq, math.ceil(total_steps / MOST_SNAPSHOTS))
    copies = min(1 + _ABOUT, LARGEST_BYTES // (4 * n_parameters))
    if copies < _FEWEST:
        return 0
    round_numbers = (lead * 10**power for power in count() for lead in (1, 2, 5))
    return next(every for every in round_numbers if every * (copies - 1) >= total_steps)
