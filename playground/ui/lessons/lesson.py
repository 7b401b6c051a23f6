"""What a lesson consists of."""

from dataclasses import dataclass, field
from typing import Any

HIDEABLE = ("settings", "tabs", "run", "verdict", "order")
"""Parts of the page that a lesson can hide; `theme.css` has a rule for each."""


@dataclass(frozen=True)
class Lesson:
    """One lesson, as the widget `Lesson` reads it.

    `guess` is one of `{"answers", "right"}` (texts to choose from and the index of the right one), `{"right", "near",
    "unit", "max"}` (a number), `{"step", "near", "last"}` (a place on the chart of the training, as a step), or None.

    `done` says when the task has been done, as `condition.js` checks it; None where the guess is all there is to do.
    In `answer`, `{}` stands for the text of the element that the selector `read` finds at that moment.
    """

    id: str
    title: str
    tab: str
    question: str
    guess: dict[str, Any] | None
    answer: str
    why: str
    task: str = ""
    done: dict[str, Any] | None = None
    place: dict[str, str] = field(default_factory=dict)
    """What the lesson sets of `run`, `step` and `prompt`."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Further parameters of the address: `moment`, `lab`, `desk`."""
    hide: tuple[str, ...] = ()
    """Parts of the page that it does not need, of `HIDEABLE`."""
    conceal: tuple[str, ...] = ()
    """Parts that would give the answer away; shown with it."""
    read: str = ""
    look: str = ""
    """Selector of what the learner needs to see; a small screen scrolls to it."""
