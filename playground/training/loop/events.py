"""What happens in a training, as small records; each goes to and from one line of JSON.

The trainer yields them, the run store appends them to `events.jsonl`, and the command line and the page show them.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    step: int = 0
    """Optimizer steps done when it happened."""
    elapsed_s: float = 0.0
    """Seconds of training so far, over all sittings of the run."""


class Started(_Event):
    """A sitting begins: a new run at step 0, or a resumed one further on."""

    type: Literal["started"] = "started"
    total_steps: int
    steps_per_epoch: int
    tokens_per_step: int
    n_parameters: int
    device: str
    precision: str
    threads: int
    """Processor threads of each process."""
    processes: int = 1
    flop_per_token: int | None = None
    """Floating-point operations that training needs for a token; None in a log that was begun before it was kept."""
    peak_flop_per_s: float | None = None
    """What all processes together reached in a matrix product, each measured on its device at its precision with its
    threads; None likewise."""
    exact: bool = True
    """Whether this sitting continues the last one bit for bit."""
    why_not_exact: str = ""

    def share_of_peak(self, tokens_per_s: float) -> float | None:
        """Which part of the measured peak a training at this speed makes use of; None if the peak is not known.

        Nor is it known where the training is faster than what was measured: then other programs had the machine.

        Source: model FLOPs utilization, Chowdhery and others (2022, PaLM), section 4.1.

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
    epoch: float
    """Epochs done, with the fraction of the current one."""
    loss: float
    """Mean training loss over the step's tokens, before the update, dropout on."""
    lr: float
    grad_norm: float
    """Gradient norm before clipping."""
    tokens_seen: int
    tokens_per_s: float
    """Over the last steps, evaluations and saves left out."""


class Evaluated(_Event):
    """An evaluation on `eval_iter` batches of each part, dropout off."""

    type: Literal["evaluated"] = "evaluated"
    epoch: float
    tokens_seen: int
    train_loss: float
    val_loss: float
    best: bool
    """Whether `val_loss` is the lowest so far."""
    probe: list[tuple[int, float]] = []
    """The likeliest next tokens after `start_context`: (token id, probability), likeliest first, at most 20."""


class Sampled(_Event):
    """A text the model wrote after an epoch, `start_context` included."""

    type: Literal["sampled"] = "sampled"
    epoch: float
    text: str


class Saved(_Event):
    """A checkpoint is complete on disk."""

    type: Literal["saved"] = "saved"
    reason: Literal["epoch", "best", "freq", "stop", "end"]
    size_bytes: int


class Changed(_Event):
    """The learning rate was changed while the training ran."""

    type: Literal["changed"] = "changed"
    lr: float


class Paused(_Event):
    """The training waits; `Resumed` follows when it goes on."""

    type: Literal["paused"] = "paused"


class Resumed(_Event):
    """A paused training goes on."""

    type: Literal["resumed"] = "resumed"


class Warned(_Event):
    """Something the user should know; the training goes on."""

    type: Literal["warned"] = "warned"
    message: str


class Finished(_Event):
    """The sitting is over."""

    type: Literal["finished"] = "finished"
    reason: Literal["completed", "stopped", "diverged", "failed"]
    message: str = ""
    """For `diverged` and `failed`: one sentence that says what happened and what to do."""
    evaluation_s: float = 0.0
    """Seconds of this sitting that went into evaluations; likewise below."""
    sampling_s: float = 0.0
    saving_s: float = 0.0


Event = Annotated[
    Started | Stepped | Evaluated | Sampled | Saved | Changed | Paused | Resumed | Warned | Finished,
    Field(discriminator="type"),
]
_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def event_to_json(event: Event) -> str:
    """One line of JSON, without the line break.

    >>> event_to_json(Paused(step=7))
    '{"step":7,"elapsed_s":0.0,"type":"paused"}'
    """
    return event.model_dump_json()


def event_from_json(line: str | bytes) -> Event:
    """The event of one line of JSON; raises `pydantic.ValidationError` on anything else.

    >>> event_from_json('{"type":"paused","step":7}')
    Paused(step=7, elapsed_s=0.0, type='paused')
    """
    return _ADAPTER.validate_json(line)
