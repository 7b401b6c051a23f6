"""Runs side by side: the settings in which they differ, and their loss curves over a common axis."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from playground.training.runs.history import read_history
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
    same_text = len({spec.text_sha256 for spec in specs}) <= 1
    rows.append(("text", ["" if same_text else f"{spec.text_name} ({spec.text_sha256[:6]})" for spec in specs]))
    for part in ("model", "data", "train"):
        names = getattr(specs[0], part).keys() if specs else ()
        rows += [(name, [getattr(spec, part)[name] for spec in specs]) for name in names]
    rows.append(
        ("forked from", [f"{spec.parent.name}, step {spec.parent.step}" if spec.parent else "" for spec in specs])
    )
    return [Difference(name, tuple(values)) for name, values in rows if any(value != values[0] for value in values)]


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
    history = read_history(run)
    own = history.own
    inherited = len(history.evaluations) - len(own.evaluations)
    evaluations = history.evaluations[max(0, inherited - 1) :]
    x = _FIELD[over]
    return Curves(
        name=run.name,
        loss_x=[getattr(event, x) for event in own.steps],
        loss_y=[event.loss for event in own.steps],
        eval_x=[getattr(event, x) for event in evaluations],
        train_y=[event.train_loss for event in evaluations],
        val_y=[event.val_loss for event in evaluations],
    )
