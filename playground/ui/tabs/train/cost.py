"""What a text holds and what a training will take, as the facts that the Train tab shows beforehand."""

import math
from typing import Any

from playground.cost import Plan, estimate_memory
from playground.device import machine
from playground.model.presets import count_parameters
from playground.ui.widgets.facts.facts import facts

# Touvron and others (2023), as the book tells it: 8 A100 cards cost about 30 dollars an hour.
_LLAMA_PARAMETERS, _LLAMA_TOKENS, _LLAMA_HOURS = 7e9, 2e12, 184_320
_DOLLARS_PER_GPU_HOUR = 30 / 8


_ESTIMATED = "Estimated from a sample of this large text. After Start it is read as a whole, which takes a while."


def text_facts(plan: Plan) -> str:
    """Characters, tokens, windows and batches."""
    stats = plan.stats
    return facts(
        ("Characters", stats.characters, plan.whole),
        ("Tokens", stats.tokens, plan.whole),
        ("Different tokens", stats.different_tokens, plan.whole),
        ("Windows", stats.train_windows, plan.whole),
        ("Batches", stats.train_batches, plan.whole),
        ("To validate", stats.val_batches, "about" if plan.is_estimate else "batches"),
        note=_ESTIMATED if plan.is_estimate else "",
    )


def cost_facts(plan: Plan, step_s: float | None = None) -> str:
    """Parameters, memory and steps, computed; and the time, once a step was measured."""
    parts = count_parameters(plan.model)
    memory = estimate_memory(plan.model, plan.data, plan.train)
    held = [
        ["Weights", memory.weights_bytes],
        ["Gradients at a time", memory.gradients_bytes],
        ["AdamW's two moments", memory.optimizer_bytes],
        ["Activations", memory.activations_bytes],
    ]
    program_bytes = memory.training_bytes - sum(size for _, size in held)
    free_bytes = machine().free_memory_bytes
    note = ""
    if memory.training_bytes > free_bytes:
        note = (
            f"This needs about {memory.training_bytes / 1e9:.1f} GB of memory, and {free_bytes / 1e9:.1f} GB are free: "
            "take a smaller size, batch or context."
        )
    return facts(
        ("Parameters", parts["total"], "short"),
        ("Memory", memory.training_bytes, "bytes"),
        ("Steps", plan.steps, plan.whole),
        ("Time", None if step_s is None else plan.time_s(step_s), "time"),
        ("Per step", step_s, "time"),
        ("Tokens per step", plan.tokens_per_step, "whole"),
        note=note,
        more="Where they go",
        bars=[
            {
                "title": "Parameters",
                "format": "whole",
                "parts": [[_words(name), size] for name, size in parts.items() if name != "total" and size],
            },
            {
                "title": "Memory while training, about",
                "format": "bytes",
                "parts": [*held, ["Python and PyTorch", program_bytes]] if program_bytes > 0 else held,
            },
        ],
        table=_beside_llama(plan, parts["total"], step_s),
    )


def _beside_llama(plan: Plan, n_parameters: int, step_s: float | None) -> dict[str, Any]:
    """The training beside that of Llama 2 7B: about 6 operations for each weight and token."""
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
    """A number of any size, to be read and compared.

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


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
