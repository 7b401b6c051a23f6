"""A run as it grew: at which of its steps it is shown, and how well it did there."""

from collections.abc import Sequence

from playground.training.loop.events import Evaluated
from playground.training.runs.run import Run
from playground.ui.thinning import thin_rows

FEWEST = 3
"""Snapshots that are shown without the checkpoints between them."""


def steps_to_show(run: Run, most: int) -> list[int]:
    """At most so many steps of a run, evenly spread, the first and the last that are kept among them.

    Snapshots lie at round steps, so they are shown alone but for the last checkpoint; where there are hardly any, all
    checkpoints are.
    """
    snapshots = run.snapshots()
    steps = sorted({*snapshots, *run.steps()[-1:]}) if len(snapshots) >= FEWEST else run.model_steps()
    return thin_rows(steps, most)


def name_of_losses(told: Sequence[Evaluated], step: int) -> str:
    """The losses at the evaluation nearest to a step, in a few words.

    >>> told = [Evaluated(step=n, epoch=0, tokens_seen=0, train_loss=9 - n, val_loss=9, best=True) for n in (1, 6)]
    >>> name_of_losses(told, 5), name_of_losses(told, 1), name_of_losses([], 5)
    ('Loss at step 6: training 3.000, validation 9.000', 'Loss: training 8.000, validation 9.000', '')
    """
    if not told:
        return ""
    nearest = min(told, key=lambda event: abs(event.step - step))
    where = "" if nearest.step == step else f" at step {nearest.step:,}"
    return f"Loss{where}: training {nearest.train_loss:.3f}, validation {nearest.val_loss:.3f}"
