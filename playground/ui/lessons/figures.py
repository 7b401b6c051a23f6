"""What the log of the recorded run says, for the lessons."""

import json
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import Any

from playground.model.presets import count_parameters
from playground.training.runs.recorded import RECORDING
from playground.training.runs.spec import RunSpec


@dataclass(frozen=True)
class RecordedFigures:
    """What the log of the recorded run says."""

    n_parameters: int
    vocab_size: int
    epochs: int
    start_context: str
    evaluations: tuple[dict[str, Any], ...]

    @property
    def first(self) -> dict[str, Any]:
        """The first evaluation, which is before nearly all training."""
        return self.evaluations[0]

    @property
    def second(self) -> dict[str, Any]:
        """The second one, when there is a first sample."""
        return self.evaluations[1]

    @property
    def best(self) -> dict[str, Any]:
        """The one with the lowest validation loss."""
        return min(self.evaluations, key=lambda row: row["val_loss"])

    @property
    def last(self) -> dict[str, Any]:
        """The last one."""
        return self.evaluations[-1]

    @property
    def favourite(self) -> float:
        """The probability of the most probable token after the start context, at the end."""
        return max(share for _, share in self.last["probe"])


@cache
def recorded_figures() -> RecordedFigures:
    """Read the figures from the recording in the package.

    >>> recorded_figures().best["step"]
    61
    """
    with zipfile.ZipFile(RECORDING) as recording:
        spec = RunSpec.model_validate_json(recording.read("run.json"))
        lines = recording.read("events.jsonl").splitlines()
    events = [json.loads(line) for line in lines if b'"val_loss"' in line]
    return RecordedFigures(
        n_parameters=count_parameters(spec.model)["total"],
        vocab_size=spec.model.vocab_size,
        epochs=spec.train.epochs,
        start_context=spec.train.start_context,
        evaluations=tuple(event for event in events if event.get("val_loss") is not None),
    )
