"""Runs side by side: the settings in which they differ, and their loss curves over a common axis."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from playground.training.loop.events import Evaluated, Stepped
from playground.training.runs.given_text import UNREAD
from playground.training.runs.history import read_events
from playground.training.runs.run import Run
from playground.training.runs.spec import RunSpec

Axis = Literal["steps", "epochs", "tokens", "seconds"]
_FIELD: dict[Axis, str] = {"steps": "step", "epochs": "epoch", "tokens": "tokens_seen", "seconds": "elapsed_s"}


@dataclass(frozen=True)
class Difference:
    """A setting that is not the same in all runs."""

    setting: str
    values: tuple[Any, ...]
    """One per run, in the order of the runs."""


def differences(specs: Sequence[RunSpec]) -> list[Difference]:
    """The settings in which runs differ, in the order of the configs; the text counts as a setting.

    >>> differences([])
    []
    """
    rows: list[tuple[str, list[Any]]] = [("preset", [spec.preset for spec in specs])]
    same_text = len({spec.text_sha256 for spec in specs} - {UNREAD}) <= 1  # what is not read yet is not known to differ
    rows.append(("text", ["" if same_text else f"{spec.text_name} ({spec.text_sha256[:6]})" for spec in specs]))
    for part in ("model", "data", "train"):
        names = getattr(specs[0], part).keys() if specs else ()
        rows += [(name, [getattr(spec, part)[name] for spec in specs]) for name in names]
    rows = [(name, _lowest_lrs(specs) if name == "min_lr" else values) for name, values in rows]
    rows.append(
        ("forked from", [f"{spec.parent.name}, step {spec.parent.step}" if spec.parent else "" for spec in specs])
    )
    return [Difference(name, tuple(values)) for name, values in rows if any(value != values[0] for value in values)]


def _lowest_lrs(specs: Sequence[RunSpec]) -> list[float | None]:
    """The lowest learning rates; as they were set where that is all that differs: a tenth of `lr`, or a number."""
    given = [spec.train.min_lr for spec in specs]
    return [spec.train.lowest_lr for spec in specs] if None in given and set(given) != {None} else given


@dataclass(frozen=True)
class Curves:
    """The losses of one run over an axis; the `x` and `y` of a curve have the same length."""

    name: str
    loss_x: list[float] = field(default_factory=list)
    """Every step; `loss_y` is the mean training loss of its tokens."""
    loss_y: list[float] = field(default_factory=list)
    eval_x: list[float] = field(default_factory=list)
    """Every evaluation; `train_y` and `val_y` are its losses."""
    train_y: list[float] = field(default_factory=list)
    val_y: list[float] = field(default_factory=list)


def curves(run: Run, over: Axis = "steps") -> Curves:
    """The curves of a run over an axis; those of a fork start at its parent's last evaluation before the fork."""
    found, x = Curves(run.name), _FIELD[over]
    forked_at, events = read_events(run)
    for event in events:
        if isinstance(event, Stepped) and event.step > forked_at:
            found.loss_x.append(getattr(event, x))
            found.loss_y.append(event.loss)
        elif isinstance(event, Evaluated):
            if event.step <= forked_at:
                for values in (found.eval_x, found.train_y, found.val_y):
                    values.clear()
            found.eval_x.append(getattr(event, x))
            found.train_y.append(event.train_loss)
            found.val_y.append(event.val_loss)
    return found
