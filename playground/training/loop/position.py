"""Where a training is between two steps."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SaveReason = Literal["epoch", "best", "freq", "stop", "end"]


class Position(BaseModel):
    """Where a training is; together with weights and optimizer state, all that is needed to resume it.

    The random numbers of a step follow from the seed and the step's number, so no generator state is kept.

    >>> Position(step=3, epoch=1, batch=2).replace(step=4).step
    4
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    step: int = Field(default=0, ge=0, le=10**12)
    """Optimizer steps done."""
    epoch: int = Field(default=0, ge=0, le=10**9)
    """Number of the current epoch, from 0."""
    batch: int = Field(default=0, ge=0, le=10**12)
    """Batches of that epoch already used."""
    tokens_seen: int = Field(default=0, ge=0, le=10**18)
    elapsed_s: float = Field(default=0.0, ge=0)
    """Seconds of training over all sessions, pauses excluded."""
    val_loss: float | None = None
    """Validation loss of the present weights, if it was measured."""
    best_val_loss: float | None = None
    """Lowest validation loss so far."""
    lr: float | None = Field(default=None, gt=0, le=1)
    """The learning rate (the peak, if it is scheduled) that was set during training; None: as in the settings."""

    def replace(self, **changes: Any) -> "Position":
        """A copy with some values changed."""
        return self.model_copy(update=changes)

    def after_step(self, epoch: int, batch: int, batches_per_epoch: int, n_tokens: int) -> "Position":
        """The position after a step on `n_tokens` tokens that ended at `batch` batches of `epoch`.

        >>> after = Position(step=3, val_loss=2.0).after_step(epoch=0, batch=4, batches_per_epoch=4, n_tokens=64)
        >>> after.step, after.epoch, after.batch, after.val_loss
        (4, 1, 0, None)
        """
        ends_epoch = batch == batches_per_epoch
        return self.replace(
            step=self.step + 1,
            epoch=epoch + 1 if ends_epoch else epoch,
            batch=0 if ends_epoch else batch,
            tokens_seen=self.tokens_seen + n_tokens,
            val_loss=None,
        )

    def evaluated(self, val_loss: float) -> tuple["Position", bool]:
        """The position with this validation loss, and whether it is the lowest so far."""
        is_best = self.best_val_loss is None or val_loss < self.best_val_loss
        return self.replace(val_loss=val_loss, best_val_loss=val_loss if is_best else self.best_val_loss), is_best

    def epochs(self, batches_per_epoch: int) -> float:
        """Epochs done, with the fraction of the current one."""
        return self.epoch + self.batch / batches_per_epoch


Snapshot = Callable[[Position], object]
"""Writes a copy of the weights that are trained; raises OSError if the disk is full."""
Save = Callable[[Position, SaveReason], int]
"""Writes a checkpoint of what is trained and returns its size in bytes; raises OSError if the disk is full."""
