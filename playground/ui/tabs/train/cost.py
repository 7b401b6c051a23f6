"""The numbers of a text and of a training, as the Train tab shows them before the training starts."""

import math
from collections.abc import Sequence
from typing import Any

from playground.cost import Plan, estimate_memory
from playground.device import free_memory_bytes
from playground.evaluation.chapter.costs import (
    LLAMA_HOURS,
    LLAMA_PARAMETERS,
    LLAMA_TOKENS,
    a100_hours,
    dollars,
)
from playground.model.presets import count_parameters
from playground.ui.widgets.facts.facts import facts

_ESTIMATED = "Estimated from a sample of this large text. After Train it is read as a whole, which takes a while."


def text_facts(plan: Plan | None = None, notes: Sequence[str] = (), *, are_settings_right: bool = True) -> str:
    """The value of `Facts` for a text: its numbers, and what could not be read of it; without a plan, the names alone.

    Without right settings the numbers that depend on them are left out.
    """
    stats = plan.stats if plan else None
    form = _count_format(plan)
    batches = stats if are_settings_right else None
    return facts(
        ("Characters", stats and stats.characters, form),
        ("Tokens", stats and stats.tokens, form),
        ("Distinct tokens", stats and stats.different_tokens, form),
        ("Training windows", batches and batches.train_windows, form),
        ("Batches", batches and batches.train_batches, form),
        (
            "Held out for validation",
            batches and batches.val_batches,
            form if form == "about" or not batches else "batches",
        ),
        ("Vocabulary", stats and stats.vocab_size, form),
        ("Blind guessing", stats and f"ln {stats.vocab_size:,} = {math.log(stats.vocab_size):.2f}", ""),
        note=" ".join([*notes, *([_ESTIMATED] if plan and plan.is_estimate else [])]) or _vocabulary_note(plan),
    )


def _vocabulary_note(plan: Plan | None) -> str:
    """Why the vocabulary has more tokens than the text; without a plan that of the default, to keep its room."""
    if plan is None or plan.data.vocabulary == "compact":
        return "The vocabulary also has the 256 bytes and the parts that its tokens are merged from."
    return "The vocabulary has all tokens of its kind, also those that are not in this text."


def cost_facts(plan: Plan | None = None, step_s: float | None = None) -> str:
    """The value of `Facts` for a training: parameters, memory and steps; and its time, if `step_s` was measured.

    Without a plan, the names alone.
    """
    n_parameters = count_parameters(plan.model)["total"] if plan else None
    memory_bytes = estimate_memory(plan.model, plan.data, plan.train).training_bytes if plan else None
    return facts(
        ("Parameters", n_parameters, "short"),
        ("Memory", memory_bytes, "bytes"),
        ("Steps", plan and plan.steps, _count_format(plan)),
        ("Time", None if plan is None or step_s is None else plan.time_s(step_s), "time"),
        ("Per step", step_s, "time"),
        ("Tokens per step", plan and plan.tokens_per_step, "whole"),
        note="" if memory_bytes is None else _memory_warning(memory_bytes),
        more="Parameters, memory and cost",
        bars=[_parameter_bar(plan), _memory_bar(plan)] if plan else [],
        table=None if plan is None or n_parameters is None else _beside_llama(plan, n_parameters, step_s),
    )


def _count_format(plan: Plan | None) -> str:
    """The format of a number that depends on the text: one of `FORMATS` in `widgets/lib/format.js`."""
    return "about" if plan and plan.is_estimate else "whole"


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
    """A table that compares the training with that of Llama 2 7B, at about 6 operations per parameter and token.

    Hours of an A100 are what the operations take there at the pace of Llama's own training, for both.
    """
    tokens = plan.steps * plan.tokens_per_step
    operations, llama_operations = 6 * n_parameters * tokens, 6 * LLAMA_PARAMETERS * LLAMA_TOKENS
    hours_here = None if step_s is None else plan.time_s(step_s) / 3600
    llama_hours_here = None if hours_here is None else hours_here / operations * llama_operations
    return {
        "title": "Beside the training of Llama 2 7B",
        "head": ["", "this one", "Llama 2"],
        "rows": [
            ["Tokens", _size(tokens), _size(LLAMA_TOKENS)],
            ["Operations", _size(operations), _size(llama_operations)],
            ["Hours on one A100", _size(a100_hours(operations)), _size(LLAMA_HOURS)],
            [
                "Dollars, at the A100's price",
                _size(dollars(a100_hours(operations))),
                _size(dollars(LLAMA_HOURS)),
            ],
            ["Hours on this machine", _measured(hours_here), _measured(llama_hours_here)],
        ],
    }


def _measured(hours: float | None) -> str:
    return "being measured" if hours is None else _size(hours)


def _size(number: float) -> str:
    """A number of any size, short enough to compare.

    >>> _size(691200.0), _size(0.0123), _size(8.4e22), _size(3e-7)
    ('691,200', '0.012', '8.4 × 10²²', '3 × 10⁻⁷')
    """
    if number >= 1e9 or 0 < number < 1e-3:
        exponent = math.floor(math.log10(number))
        raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{number / 10**exponent:.2g} × 10{raised}"
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"
