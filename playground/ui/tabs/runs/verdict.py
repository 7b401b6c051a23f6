"""The difference between two runs in one sentence, computed from their settings and curves."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from playground.training.loop.events import Evaluated
from playground.training.runs.compare import differences
from playground.training.runs.fork import SIZE
from playground.training.runs.history import read_history
from playground.training.runs.run import Run
from playground.training.runs.spec import RunSpec
from playground.training.runs.status import Status
from playground.ui.tabs.runs.what_if import setting_label

ONE_SEED = "One training each: another seed also changes the loss a little."
_FOLLOWS = {"emb_dim": SIZE, "n_heads": SIZE, "n_layers": SIZE, "min_lr": "lr", "vocab_size": "vocabulary"}
"""Settings that another one takes along."""
_NO_EFFECT = {"forked from", "device", "precision", "threads", "save_freq", "keep_checkpoints", "snapshot_freq"}
_OTHER_TOKENS = {"vocabulary", "train_ratio"}
"""Where these differ, the validation text or its tokens are others."""
_OTHER_STEPS = {"batch_size", "accumulation_steps", "stride", "context_length", "drop_last"}
"""Where these differ, a step reads another amount of text."""
_MIN_NOISE = 0.01


@dataclass(frozen=True)
class Trained:
    """A run as far as the sentence needs it."""

    spec: RunSpec
    status: Status
    evaluations: Sequence[Evaluated]

    @classmethod
    def of(cls, run: Run) -> "Trained":
        """Read it; raises RunError if the settings cannot be read."""
        return cls(run.spec, run.status(), read_history(run, with_steps=False).evaluations)

    @property
    def best(self) -> Evaluated:
        """The evaluation with the lowest validation loss."""
        return min(self.evaluations, key=lambda row: row.val_loss)


def verdict(runs: Sequence[Trained]) -> str:
    """What the setting in which two runs differ has changed, in a sentence or two; "" for more or fewer runs."""
    if len(runs) != 2:
        return ""
    old, new = _since_fork(*sorted(runs, key=lambda run: run.spec.created))
    changed = _changed(old.spec, new.spec)
    if not changed:
        return _same(old, new)
    if len(changed) > 1:
        labels = ", ".join(setting_label(name).lower() for name in changed)
        return f"These runs differ in {len(changed)} settings ({labels}): no single one explains the difference."
    setting, (before, after) = next(iter(changed.items()))
    if setting == "text":
        return "These runs learned from different texts, so their losses cannot be compared."
    label = setting_label(setting).lower()
    with_it, instead = f"With {label} {after}", f"instead of {before}"
    if new.status.state == "diverged":
        return f"{with_it} {instead} the training diverged at step {new.status.step:,}."
    if not new.evaluations or not old.evaluations:
        return f"{with_it} {instead}: the difference is told here after the first evaluation."
    if setting in _OTHER_TOKENS:
        return (
            f"{with_it} {instead} the validation loss was lowest at step {new.best.step:,} ({new.best.val_loss:.2f}), "
            f"before at step {old.best.step:,} ({old.best.val_loss:.2f}); the two cannot be compared, since they are "
            "means over other tokens."
        )
    if new.status.state != "completed":
        return _so_far(old, new, with_it, f"with {before}")
    return _at_the_end(old, new, f"{with_it} {instead}", over_epochs=setting in _OTHER_STEPS)


def noise(evaluations: Sequence[Evaluated]) -> float:
    """How far an evaluation scatters about its neighbours: the typical second difference, as a standard deviation.

    A curve that bends slowly has none of its own; 0.01 at least.
    """
    losses = [row.val_loss for row in evaluations]
    bends = [abs(a - 2 * b + c) for a, b, c in zip(losses, losses[1:], losses[2:], strict=False)]
    return max(_MIN_NOISE, statistics.median(bends) / (0.6745 * 6**0.5)) if bends else _MIN_NOISE


def _since_fork(old: Trained, new: Trained) -> tuple[Trained, Trained]:
    """The runs without the evaluations that a fork has in common with its parent."""
    parent = new.spec.parent
    if parent is None or parent.name != old.spec.name:
        return old, new
    own = [[row for row in run.evaluations if row.step > parent.step] for run in (old, new)]
    return Trained(old.spec, old.status, own[0]), Trained(new.spec, new.status, own[1])


def _same(old: Trained, new: Trained) -> str:
    if not old.evaluations or not new.evaluations:
        return ""
    pairs = zip(old.evaluations, new.evaluations, strict=False)
    if all(a.val_loss == b.val_loss for a, b in pairs):
        return "Same settings, same text, same seed: the same losses, so one curve hides the other."
    return "These runs have the same settings and text."


def _so_far(old: Trained, new: Trained, with_it: str, without_it: str) -> str:
    now = new.evaluations[-1]
    then = min(old.evaluations, key=lambda row: abs(row.epoch - now.epoch))
    state = "so far" if new.status.live else "when it was stopped"
    return (
        f"{with_it} the validation loss is {now.val_loss:.2f} after {now.epoch:.3g} epochs, {state}; "
        f"{without_it} it was {then.val_loss:.2f} there."
    )


def _at_the_end(old: Trained, new: Trained, words: str, *, over_epochs: bool) -> str:
    a, b = old.best, new.best
    at = (lambda row: f"after {row.epoch:.3g} epochs") if over_epochs else (lambda row: f"at step {row.step:,}")
    pace = b.epoch / a.epoch if a.epoch else 1.0
    speed = "slower" if pace > 1.05 else "sooner" if pace < 0.95 else "as fast"
    gain = a.val_loss - b.val_loss
    scatter = 2 * max(noise(old.evaluations), noise(new.evaluations))
    if abs(gain) <= scatter:
        quality = "no better and no worse"
        why = f"{abs(gain):.2f} is within the scatter of the evaluations (about {scatter:.2f}). "
    else:
        quality, why = (f"better by {gain:.2f}" if gain > 0 else f"no better: worse by {-gain:.2f}"), ""
    falling = " It was still falling at the end: more epochs may help." if b is new.evaluations[-1] else ""
    return (
        f"{words} the validation loss was lowest {at(b)} ({b.val_loss:.2f}) rather than {at(a)} ({a.val_loss:.2f}): "
        f"{speed}, and {quality}. {why}{ONE_SEED}{falling}"
    )


def _changed(old: RunSpec, new: RunSpec) -> dict[str, tuple[str, str]]:
    """The settings that differ, without those that follow from another one or change no loss."""
    found = {row.setting: (_said(row.values[0]), _said(row.values[1])) for row in differences([old, new])}
    for name in list(found):
        if name in _NO_EFFECT or _FOLLOWS.get(name, name) in found.keys() - {name}:
            del found[name]
    return found


def _said(value: object) -> str:
    if value is None or value == "":
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
