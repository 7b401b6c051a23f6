"""The ordered list of stages between the logits and the next token. B: batch, V: vocabulary, T: tokens so far."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from torch import Tensor

from playground.config import Config, DecodeConfig
from playground.errors import SettingsError
from playground.sampling.probabilities import check_logits
from playground.sampling.stages import AnyStage, Mirostat, Moment, Stage, Temperature, TopK
from playground.sampling.stages.base import context_rows, is_empty, keep_likeliest
from playground.sampling.stages.orders import ORDERS
from playground.sampling.stages.trace import StageTrace, Trace, first_row, next_row

LONGEST_JSON = 100_000
"""Characters that `from_json` reads at most."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a pipeline made of a batch of logits."""

    logits: Tensor
    """`(B, V)`, −inf for a token that is out."""
    rescued: Tensor
    """`(B,)`: whether a stage would have left nothing, so that the likeliest token was kept."""
    next_mu: Callable[[Tensor], Tensor] | None
    """With a Mirostat: the ids drawn, `(B,)`, to its next limit `(B,)`."""


class Pipeline(Config):
    """Stages in order, each on or off; called like a stage, it applies those that are on.

    Whatever the stages are, at least one token is left. Raises `SettingsError`, also for a second Mirostat, since the
    two would fight over one limit.

    >>> import torch
    >>> pipeline = Pipeline([TopK(2), Temperature(0.5)])
    >>> pipeline(torch.tensor([3.0, 1.0, 2.0])).softmax(dim=-1)
    tensor([0.8808, 0.0000, 0.1192])
    >>> print(pipeline.trace(torch.tensor([3.0, 1.0, 2.0])))
    stage                         kept  removed  probability  moved     entropy  choices
    model                            3                               1.201 bits     2.30
    TopK(k=2)                        2        1        9.00%  0.00%  0.840 bits     1.79
    Temperature(temperature=0.5)     2        0        0.00% 14.97%  0.527 bits     1.44
    """

    stages: tuple[AnyStage, ...] = Field((), max_length=64, description="The stages, first to last.")

    def __init__(self, stages: Iterable[Stage] = ()) -> None:
        super().__init__(stages=tuple(stages))

    @model_validator(mode="after")
    def _one_mirostat(self) -> Self:
        if sum(isinstance(stage, Mirostat) and stage.on for stage in self.stages) > 1:
            raise ValueError("stages: two Mirostat stages are on; switch one off")
        return self

    @property
    def remembers(self) -> bool:
        """Whether a stage that is on keeps something from token to token."""
        return any(isinstance(stage, Mirostat) and stage.on for stage in self.stages)

    @classmethod
    def from_decode(cls, decode: DecodeConfig) -> Self:
        """The stages that the settings name, or else the chapter's order: top-k, then temperature.

        >>> Pipeline.from_decode(DecodeConfig(top_k=25, temperature=1.4))
        Pipeline([TopK(k=25), Temperature(temperature=1.4)])
        """
        if decode.stages is not None:
            return cls.from_json(decode.stages)
        top_k = [] if decode.top_k is None else [TopK(decode.top_k)]
        return cls([*top_k, Temperature(decode.temperature)])

    @classmethod
    def named(cls, name: str) -> Self:
        """A well-known order with its own settings: `chapter`, `transformers` or `llama.cpp`.

        >>> Pipeline.named("chapter")
        Pipeline([TopK(k=25), Temperature(temperature=1.4)])
        """
        return cls(_order(name))

    def in_order(self, name: str) -> Self:
        """The same stages in a well-known order; those that it does not know go behind, as they were.

        >>> Pipeline([TopK(3), Temperature(2.0)]).in_order("transformers")
        Pipeline([Temperature(temperature=2.0), TopK(k=3)])
        """
        places = {stage.name: place for place, stage in enumerate(_order(name))}
        return type(self)(sorted(self.stages, key=lambda stage: places.get(stage.name, len(places))))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The pipeline of a JSON list, or of a well-known order's name; raises `SettingsError` for anything else.

        >>> Pipeline.from_json('[{"name": "top_k", "k": 3}, {"name": "temperature", "temperature": 0.5, "on": false}]')
        Pipeline([TopK(k=3), Temperature(temperature=0.5, on=False)])
        """
        if text in ORDERS:
            return cls.named(text)
        if len(text) > LONGEST_JSON:
            raise SettingsError(f"stages: the text is longer than {LONGEST_JSON:,} characters; shorten it.")
        try:
            return cls(_STAGES.validate_json(text))
        except ValidationError as error:
            raise SettingsError(f"stages: {_why(error)}") from None

    def to_json(self) -> str:
        """One line of JSON; `on` is left out where it is true.

        >>> Pipeline([TopK(3), Temperature(0.5, on=False)]).to_json()
        '[{"name":"top_k","k":3},{"name":"temperature","temperature":0.5,"on":false}]'
        """
        return "[" + ",".join(_stage_json(stage) for stage in self.stages) + "]"

    def __call__(self, logits: Tensor, context: Tensor | None = None, moment: Moment | None = None) -> Tensor:
        """New logits of the shape of `logits`, `(B, V)` or `(V,)`, given the ids of the text so far, `(B, T)`."""
        rows = logits.unsqueeze(0) if logits.dim() == 1 else logits
        return self.run(rows, context_rows(rows, context), moment or Moment()).logits.reshape(logits.shape)

    def run(self, logits: Tensor, context: Tensor, moment: Moment) -> Outcome:
        """As a call, on logits `(B, V)` and ids `(B, T)`, with what is needed to go on to the next token."""
        outcome = self._run(logits, context, moment, rescue=False)
        # what is out stays out, so one look at the end tells whether any stage left nothing; then each is looked at
        return self._run(logits, context, moment, rescue=True) if outcome.rescued.any() else outcome

    def _run(self, logits: Tensor, context: Tensor, moment: Moment, rescue: bool) -> Outcome:
        rescued, next_mu = is_empty(logits), None
        if rescue:
            logits = keep_likeliest(logits, logits)
        for stage in self.stages:
            if stage.on:
                before, logits = logits, stage.apply(logits, context, moment)
                if rescue:
                    rescued = rescued | is_empty(logits)
                    logits = keep_likeliest(before, logits)
                if isinstance(stage, Mirostat):
                    next_mu = partial(stage.next_limit, stage.limit(moment, len(logits)), logits)
        return Outcome(logits, rescued if rescue else is_empty(logits), next_mu)

    def trace(self, logits: Tensor, context: Tensor | None = None, moment: Moment | None = None) -> Trace:
        """What every stage that is on does to one row of logits, `(V,)` or `(1, V)`.

        Raises `SettingsError` for several rows, and for logits that hold NaN or +∞.
        """
        check_logits(logits)
        rows = logits.detach().reshape(-1, logits.shape[-1]).float()
        if len(rows) != 1:
            raise SettingsError(f"A trace is of one row of logits, not of {len(rows)}; pick one.")
        context, moment = context_rows(rows, context), moment or Moment()
        lines: list[StageTrace] = [first_row(keep_likeliest(rows, rows)[0])]
        for place, stage in enumerate(self.stages):
            if stage.on:
                before = lines[-1].logits.unsqueeze(0)
                after = stage.apply(before, context, moment)
                kept = keep_likeliest(before, after)[0]
                lines.append(next_row(stage, place, lines[-1], kept, rescued=bool(is_empty(after))))
        return Trace(tuple(lines))

    def __repr__(self) -> str:
        return f"Pipeline([{', '.join(map(repr, self.stages))}])"

    __str__ = __repr__


_STAGES: TypeAdapter[tuple[AnyStage, ...]] = TypeAdapter(tuple[AnyStage, ...])


def _order(name: str) -> tuple[Stage, ...]:
    if name not in ORDERS:
        raise SettingsError(f"stages: there is no order named {name!r}; choose one of {', '.join(ORDERS)}.")
    return ORDERS[name]


def _stage_json(stage: Stage) -> str:
    """One stage, its name first, then its settings, then `on` if it is off."""
    fields = {"name", *type(stage).setting_names(), *([] if stage.on else ["on"])}
    order = ("name", *type(stage).setting_names(), "on")
    dumped = stage.model_dump(mode="json", include=fields)
    return json.dumps({name: dumped[name] for name in order if name in dumped}, separators=(",", ":"))


def _why(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["type"] == "union_tag_invalid":
        return f"there is no stage named {first['ctx']['tag']!r}; the names are {first['ctx']['expected_tags']}."
    if first["type"] == "union_tag_not_found":
        return 'every stage needs a name, as in {"name": "top_k", "k": 3}.'
    return f'this is not a list of stages in JSON ({first["msg"]}); write it like [{{"name": "top_k", "k": 3}}].'
