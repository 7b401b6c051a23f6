"""When checkpoints and snapshots are written, and what happens when the disk is full."""

import math
import time
from collections.abc import Generator, Iterator
from itertools import count

from playground.config import TrainConfig
from playground.errors import CheckpointError
from playground.training.loop.clock import Clock
from playground.training.loop.events import Event, Saved, Started, Warned
from playground.training.loop.parallel.ranks import Ranks
from playground.training.loop.position import Position, Save, SaveReason, Snapshot

MAX_SNAPSHOT_BYTES = 1_000_000_000
"""Most bytes that the snapshots of a run take where their number is not set."""
MAX_SNAPSHOTS = 1_000
"""Most snapshots of a training, however many are asked for (the one at step 0 not counted)."""
_USUAL_SNAPSHOTS, _MIN_SNAPSHOTS = 11, 3
MAX_EXTRA_BYTES = 200_000_000
"""Most bytes of all snapshots of a small model, which has more than the usual number."""
_MOST_SNAPSHOTS, _EXTRA_SHARE = 40, 0.05

_BEST_SHARE, _BEST_GRACE_S = 0.1, 1.0
_WRITTEN_BYTES_PER_S = 400e6  # a conservative guess, until the first checkpoint has been timed


class Saver:
    """Calls `save` when a checkpoint is due and `snapshot` when a snapshot is; a full disk is a warning.

    A step is saved at most once, and the step that the training started from is already saved. Checkpoints of a new
    lowest validation loss may take a tenth of the training's time, plus a second: with a large model and frequent
    evaluations, they would otherwise take most of it. With several ranks, rank 0's clock and disk decide.
    """

    def __init__(
        self,
        save: Save | None,
        snapshot: Snapshot | None,
        config: TrainConfig,
        started: Started,
        clock: Clock,
        ranks: Ranks,
    ) -> None:
        self._save, self._snapshot, self._config = save, snapshot, config
        self._total_steps, self._clock, self._ranks = started.total_steps, clock, ranks
        self._interval = snapshot_interval(started.total_steps, started.n_parameters, config.snapshot_freq)
        self._extra_interval = extra_snapshot_interval(
            started.total_steps, started.n_parameters, self._interval, config.snapshot_freq
        )
        self._snapshots_s = self._last_snapshot_s = 0.0
        self._saved_step = started.step or None
        checkpoint_bytes = 12 * started.n_parameters  # weights and AdamW's two moments, 4 bytes each
        self._last_save_s = checkpoint_bytes / _WRITTEN_BYTES_PER_S
        self._best_saves_s = 0.0

    def save_if_due(self, position: Position, is_best: bool) -> Iterator[Event]:
        """Save if a checkpoint is due after the step that led to `position`; raises as `save` does."""
        reason = self._reason(position, is_best)
        if reason is not None:
            yield from self.save(position, reason)

    def save(self, position: Position, reason: SaveReason) -> Iterator[Event]:
        """Save, unless this step is saved; raises `CheckpointError` if the weights are not finite."""
        is_wanted = self._save is not None and self._saved_step != position.step
        if not any(self._ranks.agree(is_wanted)) or self._save is None:
            return
        started_s = time.perf_counter()
        try:
            with self._clock.during("saving"):
                size_bytes = self._save(position.replace(elapsed_s=self._clock.elapsed_s), reason)
        except OSError as error:
            message = (
                f"The checkpoint of step {position.step} could not be saved ({_why(error)}); make room on the disk."
            )
            yield Warned(step=position.step, elapsed_s=self._clock.elapsed_s, message=message)
            return
        self._last_save_s = time.perf_counter() - started_s
        self._best_saves_s += self._last_save_s if reason == "best" else 0.0
        self._saved_step = position.step
        yield Saved(step=position.step, elapsed_s=self._clock.elapsed_s, reason=reason, size_bytes=size_bytes)

    def snapshot(self, position: Position) -> Iterator[Event]:
        """Write a snapshot if one is due at this step; raises `CheckpointError` if the weights are not finite."""
        if self._snapshot is None or not self._snapshot_is_due(position.step):
            return
        started_s = time.perf_counter()
        try:
            with self._clock.during("saving"):
                self._snapshot(position.replace(elapsed_s=self._clock.elapsed_s))
        except OSError as error:
            message = f"The snapshot of step {position.step} could not be saved ({_why(error)}); make room on the disk."
            yield Warned(step=position.step, elapsed_s=self._clock.elapsed_s, message=message)
        self._last_snapshot_s = time.perf_counter() - started_s
        self._snapshots_s += self._last_snapshot_s

    def _snapshot_is_due(self, step: int) -> bool:
        """Whether a snapshot is due: one of the usual ones, or an extra one that the time of the training allows."""
        if not self._interval:
            return False
        if step % self._interval == 0:
            return True
        if not self._extra_interval or step % self._extra_interval:
            return False
        allowed_s = _EXTRA_SHARE * self._clock.elapsed_s
        return any(self._ranks.agree(self._snapshots_s + self._last_snapshot_s <= allowed_s))

    def _reason(self, position: Position, is_best: bool) -> SaveReason | None:
        """Why a checkpoint is due; None if none is."""
        if position.step == self._total_steps:
            return "end"
        if is_best:
            allowed_s = _BEST_GRACE_S + _BEST_SHARE * self._clock.elapsed_s
            if any(self._ranks.agree(self._best_saves_s + self._last_save_s <= allowed_s)):
                return "best"
        if position.batch == 0:
            return "epoch"
        if self._config.save_freq and position.step % self._config.save_freq == 0:
            return "freq"
        return None


def weights_are_finite(saving: Iterator[Event]) -> Generator[Event, None, bool]:
    """The events of a save or a snapshot, and then whether it found all weights finite."""
    try:
        yield from saving
    except CheckpointError:
        return False
    return True


def snapshot_interval(total_steps: int, n_parameters: int, freq: int | None = None) -> int:
    """Steps between two snapshots, the first one at step 0; 0: no snapshots.

    `freq` is the setting. Without it (None), the interval is the smallest round number that makes about ten snapshots,
    or as many as 1 GB holds; 0 if that is fewer than three. A small model has some in between, too (see
    `extra_snapshot_interval`).

    >>> snapshot_interval(180, 1_000_000), snapshot_interval(180, 50_000_000), snapshot_interval(180, 124_000_000)
    (20, 50, 0)
    >>> snapshot_interval(180, 1_000_000, freq=7)
    7
    """
    if freq is not None:
        return freq and max(freq, math.ceil(total_steps / MAX_SNAPSHOTS))
    snapshots = min(_USUAL_SNAPSHOTS, MAX_SNAPSHOT_BYTES // (4 * n_parameters))
    if snapshots < _MIN_SNAPSHOTS:
        return 0
    round_numbers = (digit * 10**power for power in count() for digit in (1, 2, 5))
    return next(interval for interval in round_numbers if interval * (snapshots - 1) >= total_steps)


def extra_snapshot_interval(total_steps: int, n_parameters: int, interval: int, freq: int | None = None) -> int:
    """Steps between the snapshots of a small model, if they are more than the usual ones; 0: there are no others.

    A divisor of `interval` with at most 40 snapshots, and 200 MB of them. They show when each word was learned; each
    is taken only while all of them together need less than a twentieth of the training's time.

    >>> extra_snapshot_interval(180, 1_000_000, interval=20), extra_snapshot_interval(180, 5_000_000, interval=20)
    (5, 0)
    """
    most = min(_MOST_SNAPSHOTS, MAX_EXTRA_BYTES // (4 * n_parameters))
    if freq is not None or not interval or most <= _USUAL_SNAPSHOTS:
        return 0
    divisors = (step for step in range(1, interval) if interval % step == 0)
    return next((step for step in divisors if step * (most - 1) >= total_steps), 0)


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
