"""Where a training stands between two steps."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SaveReason = Literal["epoch", "best", "freq", "stop", "end"]


class Position(BaseModel):
    """Where a training stands; with weights and optimizer this is all that going on needs.

    What is random in a step follows from the seed and the step's number, so no generator has to be kept.

    >>> Position(step=3, epoch=1, batch=2).replace(step=4).step
    4
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    step: int = Field(0, ge=0, le=10**12)
    """Optimizer steps done."""
    epoch: int = Field(0, ge=0, le=10**9)
    """Number of the epoch that goes on, from 0."""
    batch: int = Field(0, ge=0, le=10**12)
    """Batches of that epoch already used."""
    tokens_seen: int = Field(0, ge=0, le=10**18)
    elapsed_s: float = Field(0.0, ge=0)
    """Seconds of training over all sittings, pauses left out."""
    val_loss: float | None = None
    """Validation loss of these very weights, if it was measured."""
    best_val_loss: float | None = None
    """Lowest validation loss so far."""
    lr: float | None = Field(None, gt=0, le=1)
    """The learning rate (the peak, when it is scheduled) set while the training ran; None: as in the settings."""

    def replace(self, **changes: Any) -> "Position":
        """A copy with some values changed."""
        return self.model_copy(update=changes)


Snapshot = Callable[[Position], object]
"""Keeps a copy of the weights being trained, to look at; OSError if the disk does not take it."""
Save = Callable[[Position, SaveReason], int]
"""Writes a checkpoint of what is being trained and returns its size in bytes; OSError if the disk does not take it."""
