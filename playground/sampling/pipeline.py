"""The ordered list of stages between the logits and the next token. B: batch, V: vocabulary, T: tokens so far."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from torch import Tensor

from playground.config import Config, DecodeConfig
from playground.errors import SettingsError
from playground.sampling.probabilities import check_logits
from playground.sampling.stages import AnyStage, DrawState, Mirostat, Stage, Temperature, TopK
from playground.sampling.stages.base import context_rows, is_empty, keep_likeliest
from playground.sampling.stages.orders import ORDERS
from playground.sampling.stages.trace import StageTrace, Trace, first_row, next_row

MAX_JSON_CHARACTERS = 100_000
"""Longest text that `Pipeline.from_json` reads."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a pipeline made of a batch of logits."""

    logits: Tensor
    """`(B, V)`, −inf for a removed token."""
    rescued: Tensor
    """`(B,)`: whether a stage would have removed every token, so that the likeliest was kept."""
    next_mu: Callable[[Tensor], Tensor] | None = None
    """With a Mirostat: from the drawn ids `(B,)` to its next limit `(B,)`."""

    @cached_property
    def probs(self) -> Tensor:
        """`(B, V)`: the probabilities that the next token is drawn with."""
        return self.logits.softmax(dim=-1)


class Pipeline(Config):
    """Stages in order, each on or off. Called like a stage, it applies those that are on.

    Every row keeps at least one token. Raises `SettingsError` for more than 64 stages, and for a second Mirostat that
    is on, because there is one limit per text.

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

    stages: tuple[AnyStage, ...] = Field(default=(), max_length=64, description="The stages, first to last.")

    def __init__(self, stages: Iterable[Stage] = ()) -> None:
        super().__init__(stages=tuple(stages))

    @model_validator(mode="after")
    def _one_mirostat(self) -> Self:
        if sum(isinstance(stage, Mirostat) and stage.on for stage in self.stages) > 1:
            raise ValueError("stages: two Mirostat stages are on; switch one off")
        return self

    @property
    def has_state(self) -> bool:
        """Whether a stage that is on depends on the logits of earlier tokens (Mirostat)."""
        return any(isinstance(stage, Mirostat) and stage.on for stage in self.stages)

    @classmethod
    def from_decode(cls, decode: DecodeConfig) -> Self:
        """The pipeline of some settings: their `stages`, or else the chapter's order, top-k and then temperature.

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

        Raises `SettingsError` for another name.

        >>> Pipeline.named("chapter")
        Pipeline([TopK(k=25), Temperature(temperature=1.4)])
        """
        if name not in ORDERS:
            raise SettingsError(f"stages: there is no order named {name!r}; choose one of {', '.join(ORDERS)}.")
        return cls(ORDERS[name])

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The pipeline of a JSON list of stages, or of the name of a well-known order.

        Raises `SettingsError` for anything else.

        >>> Pipeline.from_json('[{"name": "top_k", "k": 3}, {"name": "temperature", "temperature": 0.5, "on": false}]')
        Pipeline([TopK(k=3), Temperature(temperature=0.5, on=False)])
        """
        if isinstance(text, str) and text in ORDERS:
            return cls.named(text)
        if len(text) > MAX_JSON_CHARACTERS:
            raise SettingsError(f"stages: the text is longer than {MAX_JSON_CHARACTERS:,} characters; shorten it.")
        try:
            return cls(_STAGES.validate_json(text))
        except ValidationError as error:
            raise SettingsError(f"stages: {_explain(error)}") from None

    def to_json(self) -> str:
        """One line of JSON, readable by `from_json`; `on` is omitted where it is true.

        >>> Pipeline([TopK(3), Temperature(0.5, on=False)]).to_json()
        '[{"name":"top_k","k":3},{"name":"temperature","temperature":0.5,"on":false}]'
        """
        return "[" + ",".join(_stage_json(stage) for stage in self.stages) + "]"

    def __call__(self, logits: Tensor, context: Tensor | None = None, state: DrawState | None = None) -> Tensor:
        """New logits of the shape of `logits`, `(B, V)` or `(V,)`, given the ids of the text so far, `(B, T)`."""
        rows = logits.unsqueeze(0) if logits.dim() == 1 else logits
        return self.run(rows, context_rows(rows, context), state or DrawState()).logits.reshape(logits.shape)

    def run(self, logits: Tensor, context: Tensor, state: DrawState) -> Outcome:
        """Apply the stages to logits `(B, V)` after the ids `(B, T)`, and keep what the next token's draw needs."""
        # No stage restores a removed token, so a row that a stage emptied is empty at the end. Only then are the stages
        # run again, with a check after each.
        outcome = self._run(logits, context, state, rescue=False)
        return self._run(logits, context, state, rescue=True) if outcome.rescued.any() else outcome

    def _run(self, logits: Tensor, context: Tensor, state: DrawState, rescue: bool) -> Outcome:
        rescued, next_mu = is_empty(logits), None
        if rescue:
            logits = keep_likeliest(logits, logits)
        for stage in self.stages:
            if stage.on:
                before, logits = logits, stage.apply(logits, context, state)
                if rescue:
                    rescued = rescued | is_empty(logits)
                    logits = keep_likeliest(before, logits)
                if isinstance(stage, Mirostat):
                    next_mu = partial(stage.next_limit, stage.limit(state, len(logits)), logits)
        return Outcome(logits, rescued if rescue else is_empty(logits), next_mu)

    def trace(self, logits: Tensor, context: Tensor | None = None, state: DrawState | None = None) -> Trace:
        """What every stage that is on does to one row of logits, `(V,)` or `(1, V)`.

        Raises `SettingsError` for several rows, and for logits with NaN or +∞.
        """
        check_logits(logits)
        rows = logits.detach().reshape(-1, logits.shape[-1]).float()
        if len(rows) != 1:
            raise SettingsError(f"A trace is of one row of logits, not of {len(rows)}; pick one.")
        context, state = context_rows(rows, context), state or DrawState()
        trace: list[StageTrace] = [first_row(keep_likeliest(rows, rows)[0])]
        for index, stage in enumerate(self.stages):
            if stage.on:
                before = trace[-1].logits.unsqueeze(0)
                after = stage.apply(before, context, state)
                kept = keep_likeliest(before, after)[0]
                trace.append(next_row(stage, index, trace[-1], kept, rescued=bool(is_empty(after))))
        return Trace(tuple(trace))

    def __repr__(self) -> str:
        return f"Pipeline([{', '.join(map(repr, self.stages))}])"

    __str__ = __repr__


_STAGES: TypeAdapter[tuple[AnyStage, ...]] = TypeAdapter(tuple[AnyStage, ...])


def _stage_json(stage: Stage) -> str:
    """One stage: its name first, then its settings, then `on` if it is off."""
    order = ("name", *type(stage).setting_names(), *([] if stage.on else ["on"]))
    dumped = stage.model_dump(mode="json")
    return json.dumps({name: dumped[name] for name in order}, separators=(",", ":"))


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["type"] == "union_tag_invalid":
        return f"there is no stage named {first['ctx']['tag']!r}; the names are {first['ctx']['expected_tags']}."
    if first["type"] == "union_tag_not_found":
        return 'every stage needs a name, as in {"name": "top_k", "k": 3}.'
    return f'this is not a list of stages in JSON ({first["msg"]}); write it like [{{"name": "top_k", "k": 3}}].'
