"""What the stages did at one token, stage by stage."""

from typing import Annotated, Any

import torch
from pydantic import Field

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.model.inside import SwitchedOff
from playground.sampling import DrawState, Pipeline, next_token_logits
from playground.sampling.stages import Stage
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.tabs.generate.start import load_model

MAX_TOKENS = 20_000
"""Tokens before the one that is looked at."""


class StagesQuery(Query):
    """A position in a text, and the model and settings that wrote its token.

    >>> StagesQuery(run="story", step=5, before=[7, 8], n_prompt=1, settings={"top_k": 5}).weights
    'float32'
    """

    run: str = Field(max_length=200)
    step: int
    weights: str = "float32"
    before: list[Annotated[int, Field(strict=True, ge=0)]] = Field(max_length=MAX_TOKENS)
    """The ids before the token …"""
    n_prompt: int = Field(ge=0)
    """… the first of them the prompt's."""
    settings: dict[str, Any]


def trace_token(context: Context, query: StagesQuery) -> dict[str, Any]:
    """`rows`, the model's own distribution first: what each stage removed, and the entropy of what was left.

    Raises a `PlaygroundError` for a model that does not exist, or impossible ids or settings.
    """
    if not query.before:
        raise SettingsError("Nothing stands before this token, or more than can be looked at.")
    settings = DecodeConfig(**query.settings)
    model, _ = load_model(context, query.run, query.step, query.weights)
    state = DrawState(seeds=(settings.seed,), position=max(0, len(query.before) - query.n_prompt))
    off = SwitchedOff.parse(settings.switched_off)
    logits = next_token_logits(model, query.before, past_context=settings.past_context, off=off)
    trace = Pipeline.from_decode(settings).trace(logits, torch.tensor([query.before]), state)
    return {
        "rows": [
            {
                "stage": "Model" if row.stage is None else stage_label(row.stage),
                "kept": row.kept,
                "cut": len(row.removed),
                "mass": row.removed_probability,
                "entropy": row.entropy_bits,
                "rescued": row.rescued,
            }
            for row in trace.rows
        ]
    }


def stage_label(stage: Stage) -> str:
    """A stage's title and its first two numbers.

    >>> from playground.sampling import Temperature, TopK
    >>> stage_label(TopK(25)), stage_label(Temperature(1.4))
    ('Top-k 25', 'Temperature 1.4')
    """
    numbers = [stage[name] for name in stage.setting_names()]
    return " ".join([stage.title, *(f"{number:g}" for number in numbers if isinstance(number, (int, float)))][:3])
