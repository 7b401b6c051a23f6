"""What can be chosen at the writing desk: the runs that have a model, and the checkpoints of one."""

from playground.errors import PlaygroundError, SettingsError
from playground.training.runs.run import Which
from playground.ui.access import listed_runs
from playground.ui.context import Context

Choices = list[tuple[str, str]]
"""Pairs of what is shown and what it stands for, as a `gr.Dropdown` takes them."""


def run_choices(context: Context) -> Choices:
    """The runs with a checkpoint that every visitor may see, the newest first."""
    return [(row.name, row.name) for row in listed_runs(context) if context.store.open(row.name).steps()]


def checkpoint_choices(context: Context, run_name: str | None) -> Choices:
    """The models of a run: the last and the best by name, then every step that can be looked at."""
    if not run_name:
        return [("Last", "last")]
    try:
        run = context.store.open(run_name)
        named = [("Last", "last"), (f"Best (step {run.find_step('best'):,})", "best")] if run.steps() else []
        return named + [(name_of_step(step), str(step)) for step in reversed(run.model_steps())]
    except PlaygroundError:
        return [("Last", "last")]


def name_of_step(step: int) -> str:
    """What a step of a run is called.

    >>> name_of_step(1500), name_of_step(0)
    ('Step 1,500', 'Step 0, untrained')
    """
    return f"Step {step:,}" if step else "Step 0, untrained"


def which(choice: str | int | None) -> Which:
    """What a choice of checkpoint stands for; nothing chosen is the last. Raises `SettingsError` for anything else.

    >>> which("best"), which("500"), which(None)
    ('best', 500, 'last')
    """
    match str(choice or "last").strip().lower().removeprefix("step "):
        case "last":
            return "last"
        case "best":
            return "best"
        case number if number.isascii() and number.isdigit() and len(number) < 13:
            return int(number)
    raise SettingsError("Checkpoint: choose last, best, or one of the steps on the list.")
