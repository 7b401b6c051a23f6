"""How the stages made of the model's distribution what one token was drawn from, row by row."""

from typing import Any

import torch

from playground.config import DecodeConfig, WeightsName
from playground.errors import SettingsError
from playground.sampling import DrawState, Pipeline, next_token_logits
from playground.sampling.stages import Stage
from playground.ui.context import Context
from playground.ui.tabs.generate.answers import use_threads_for

LONGEST = 20_000
"""Tokens before the one that is looked at."""


def trace_token(
    context: Context,
    run_name: str,
    step: int,
    before: list[int],
    n_prompt: int,
    settings: dict[str, Any],
    weights: WeightsName = "float32",
) -> dict[str, Any]:
    """`rows`, the model's own first: what each stage cut, in tokens and probability, and how unsure it left the choice.

    before: the ids that stood before the token, `n_prompt` of them the prompt's; settings: what it was written with.
    Raises the playground's errors for a model that is not there, ids or settings that cannot be.
    """
    if not 0 < len(before) <= LONGEST or not all(type(i) is int for i in before) or n_prompt < 0:
        raise SettingsError("Nothing stands before this token, or more than can be looked at.")
    decode = DecodeConfig(**{str(name): value for name, value in settings.items()})
    model, _ = context.models.get(run_name, step, weights)
    use_threads_for(model)
    state = DrawState(seeds=(decode.seed,), position=max(0, len(before) - n_prompt))
    logits = next_token_logits(model, before, past_context=decode.past_context)
    trace = Pipeline.from_decode(decode).trace(logits, torch.tensor([before]), state)
    return {
        "rows": [
            {
                "stage": "Model" if row.stage is None else name_of(row.stage),
                "kept": row.kept,
                "cut": len(row.removed),
                "mass": row.removed_probability,
                "moved": row.moved_probability,
                "entropy": row.entropy_bits,
                "rescued": row.rescued,
            }
            for row in trace.rows
        ]
    }


def name_of(stage: Stage) -> str:
    """A stage in a few words.

    >>> from playground.sampling import Temperature, TopK
    >>> name_of(TopK(25)), name_of(Temperature(1.4))
    ('Top-k 25', 'Temperature 1.4')
    """
    numbers = [stage[name] for name in stage.setting_names()]
    return " ".join([stage.title, *(f"{number:g}" for number in numbers if isinstance(number, (int, float)))][:3])
