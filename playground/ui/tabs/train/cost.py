"""The numbers of a text and of a training, as the Train tab shows them before the training starts."""

import math
from collections.abc import Sequence
from typing import Any

from playground.cost import Plan, estimate_memory
from playground.device import free_memory_bytes
from playground.model.presets import count_parameters
from playground.ui.widgets.facts.facts import facts

# Touvron and others (2023), quoted in the book: 8 A100 GPUs cost about 30 dollars an hour.
_LLAMA_PARAMETERS, _LLAMA_TOKENS, _LLAMA_HOURS = 7e9, 2e12, 184_320
_DOLLARS_PER_GPU_HOUR = 30 / 8

_ESTIMATED = "Estimated from a sample of this large text. After Start it is read as a whole, which takes a while."


def text_facts(plan: Plan, notes: Sequence[str] = ()) -> str:
    """The value of `Facts` for a text: characters, tokens, windows and batches; and what could not be read of it."""
    stats, form = plan.stats, _count_format(plan)
    return facts(
        ("Characters", stats.characters, form),
        ("Tokens", stats.tokens, form),
        ("Different tokens", stats.different_tokens, form),
        ("Windows", stats.train_windows, form),
        ("Batches", stats.train_batches, form),
        ("To validate", stats.val_batches, "about" if plan.is_estimate else "batches"),
        note=" ".join([*notes, *([_ESTIMATED] if plan.is_estimate else [])]),
    )


def cost_facts(plan: Plan, step_s: float | None = None) -> str:
    """The value of `Facts` for a training: parameters, memory and steps; and its time, if `step_s` was measured."""
    n_parameters = count_parameters(plan.model)["total"]
    memory_bytes = estimate_memory(plan.model, plan.data, plan.train).training_bytes
    return facts(
        ("Parameters", n_parameters, "short"),
        ("Memory", memory_bytes, "bytes"),
        ("Steps", plan.steps, _count_format(plan)),
        ("Time", None if step_s is None else plan.time_s(step_s), "time"),
        ("Per step", step_s, "time"),
        ("Tokens per step", plan.tokens_per_step, "whole"),
        note=_memory_warning(memory_bytes),
        more="Where they go",
        bars=[_parameter_bar(plan), _memory_bar(plan)],
        table=_beside_llama(plan, n_parameters, step_s),
    )


def _count_format(plan: Plan) -> str:
    """The format of a number that depends on the text: one of `FORMATS` in `widgets/lib/format.js`."""
    return "about" if plan.is_estimate else "whole"


def _memory_warning(needed_bytes: int) -> str:
    free_bytes = free_memory_bytes()
    if needed_bytes <= free_bytes:
        return ""
    return (
        f"This needs about {needed_bytes / 1e9:.1f} GB of memory, and {free_bytes / 1e9:.1f} GB are free: "
        "take a smaller size, batch or context."
    )


def _parameter_bar(plan: Plan) -> dict[str, Any]:
    sizes = count_parameters(plan.model).items()
    parts = [[name.replace("_", " ").capitalize(), size] for name, size in sizes if name != "total" and size]
    return {"title": "Parameters", "format": "whole", "parts": parts}


def _memory_bar(plan: Plan) -> dict[str, Any]:
    memory = estimate_memory(plan.model, plan.data, plan.train)
    parts = [
        ("Weights", memory.weights_bytes),
        ("Gradients at a time", memory.gradients_bytes),
        ("AdamW's two moments", memory.optimizer_bytes),
        ("Activations", memory.activations_bytes),
    ]
    program_bytes = memory.training_bytes - sum(size for _, size in parts)
    if program_bytes > 0:
        parts.append(("Python and PyTorch", program_bytes))
    return {"title": "Memory while training, about", "format": "bytes", "parts": parts}


def _beside_llama(plan: Plan, n_parameters: int, step_s: float | None) -> dict[str, Any]:
    """A table that compares the training with that of Llama 2 7B, at about 6 operations per parameter and token."""
    tokens = plan.steps * plan.tokens_per_step
    hours = None if step_s is None else plan.time_s(step_s) / 3600
    dollars = None if hours is None else hours * _DOLLARS_PER_GPU_HOUR
    return {
        "title": "Beside the training of Llama 2 7B",
        "head": ["", "this one", "Llama 2"],
        "rows": [
            ["Tokens", _size(tokens), _size(_LLAMA_TOKENS)],
            ["Operations", _size(6 * n_parameters * tokens), _size(6 * _LLAMA_PARAMETERS * _LLAMA_TOKENS)],
            ["Hours", _size(hours), _size(_LLAMA_HOURS)],
            ["Dollars, at the price of an A100", _size(dollars), _size(_LLAMA_HOURS * _DOLLARS_PER_GPU_HOUR)],
        ],
    }


def _size(number: float | None) -> str:
    """A number of any size, short enough to compare.

    >>> _size(691200.0), _size(0.0123), _size(8.4e22), _size(None)
    ('691,200', '0.012', '8.4 × 10²²', '–')
    """
    if number is None:
        return "–"
    if number >= 1e9:
        exponent = int(math.log10(number))
        raised = str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{number / 10**exponent:.2g} × 10{raised}"
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"
