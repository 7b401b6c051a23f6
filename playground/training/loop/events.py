"""The events of a training, as small records; each converts to and from one line of JSON.

The trainer yields them, a run's log (`events.jsonl`) stores them, and the command line and the page show them. A log
may come from elsewhere, so every number has bounds, with which readers can compute. Losses, gradient norms and
probabilities may be NaN or infinite, as those of a training that diverges are.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Count = Annotated[int, Field(ge=0, le=2**53)]
"""A number of steps, tokens, bytes or the like; the browser knows no larger whole numbers."""
Epochs = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
LearningRate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, le=1e24, allow_inf_nan=False)]
"""Tokens or operations per second."""
TokenId = Annotated[int, Field(ge=0, lt=262_144)]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    step: Count = 0
    """Optimizer steps done at the time of the event."""
    elapsed_s: Seconds = 0.0
    """Seconds of training so far, over all sessions of the run."""


class Started(_Event):
    """A session starts: at step 0 for a new run, at a later step for a resumed one."""

    type: Literal["started"] = "started"
    total_steps: Count
    steps_per_epoch: Count
    tokens_per_step: Count
    n_parameters: Count
    device: str
    precision: str
    threads: Count
    """CPU threads of each process."""
    processes: Count = 1
    flop_per_token: Count | None = None
    """Floating-point operations of training per token; None if unknown (older logs do not record it)."""
    peak_flop_per_s: Rate | None = None
    """Highest speed of all processes together in a matrix product, measured on each one's device with its precision and
    threads; None if unknown."""
    exact: bool = True
    """Whether this session continues the last one bit for bit."""
    why_not_exact: str = ""

    def share_of_peak(self, tokens_per_s: float) -> float | None:
        """Share of the peak speed that a training at this speed uses (model FLOPs utilization, MFU).

        None if the peak is unknown, or was measured too low because other programs used the machine: then the training
        is faster than it. Source: Chowdhery et al. (2022), PaLM, section 4.1.

        >>> started = Started(total_steps=9, steps_per_epoch=9, tokens_per_step=1, n_parameters=1, device="cpu",
        ...     precision="float32", threads=1, flop_per_token=1_000_000, peak_flop_per_s=1e9)
        >>> started.share_of_peak(250)
        0.25
        """
        if not (self.flop_per_token and self.peak_flop_per_s):
            return None
        share = tokens_per_s * self.flop_per_token / self.peak_flop_per_s
        return share if share <= 1 else None


class Stepped(_Event):
    """One optimizer step."""

    type: Literal["stepped"] = "stepped"
    epoch: Epochs
    """Epochs done, with the fraction of the current one."""
    loss: float
    """Mean training loss over the step's tokens, before the update, dropout on."""
    lr: LearningRate
    grad_norm: float
    """Gradient norm before clipping."""
    tokens_seen: Count
    tokens_per_s: Rate
    """Over the last 20 steps, without evaluations and saves."""


class Evaluated(_Event):
    """An evaluation on `eval_iter` batches of the training and the validation part, without dropout."""

    type: Literal["evaluated"] = "evaluated"
    epoch: Epochs
    tokens_seen: Count
    train_loss: float
    val_loss: float
    best: bool
    """Whether `val_loss` is the lowest so far."""
    probe: list[tuple[TokenId, float]] = Field(default=[], max_length=20)
    """The at most 20 most likely tokens after `start_context`, as (token id, probability), most likely first."""


class Sampled(_Event):
    """A text the model wrote at the end of an epoch, `start_context` included."""

    type: Literal["sampled"] = "sampled"
    epoch: Epochs
    text: str


class Saved(_Event):
    """A checkpoint is complete on the disk."""

    type: Literal["saved"] = "saved"
    reason: Literal["epoch", "best", "freq", "stop", "end"]
    size_bytes: Count


class Changed(_Event):
    """The learning rate was changed during the training."""

    type: Literal["changed"] = "changed"
    lr: LearningRate


class Paused(_Event):
    """The training waits; `Resumed` follows when it continues."""

    type: Literal["paused"] = "paused"


class Resumed(_Event):
    """A paused training continues."""

    type: Literal["resumed"] = "resumed"


class Warned(_Event):
    """Something the user should know; the training continues."""

    type: Literal["warned"] = "warned"
    message: str


class Finished(_Event):
    """The session has ended."""

    type: Literal["finished"] = "finished"
    reason: Literal["completed", "stopped", "diverged", "failed"]
    message: str = ""
    """For `diverged` and `failed`: one sentence on what happened and what to do."""
    evaluation_s: Seconds = 0.0
    """Seconds of this session spent on evaluations."""
    sampling_s: Seconds = 0.0
    """Seconds of this session spent on samples."""
    saving_s: Seconds = 0.0
    """Seconds of this session spent on checkpoints and snapshots."""


Event = Annotated[
    Started | Stepped | Evaluated | Sampled | Saved | Changed | Paused | Resumed | Warned | Finished,
    Field(discriminator="type"),
]
_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def event_to_json(event: Event) -> str:
    """The event as one line of JSON, without the line break.

    >>> event_to_json(Paused(step=7))
    '{"step":7,"elapsed_s":0.0,"type":"paused"}'
    """
    return event.model_dump_json()


def event_from_json(line: str | bytes) -> Event:
    """The event in one line of JSON; raises `pydantic.ValidationError` for anything else.

    >>> event_from_json('{"type":"paused","step":7}')
    Paused(step=7, elapsed_s=0.0, type='paused')
    """
    return _ADAPTER.validate_json(line)
