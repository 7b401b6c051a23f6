"""One run: its settings, text, log, checkpoints and state, all in one folder.

checkpoints/<run>/
├── run.json            settings (RunSpec)
├── text.txt            the training text, UTF-8
├── given.txt           the file it is made from, until that is read (`given_text.py`)
├── vocabulary.json     the tokens in use
├── events.jsonl        the log (EventLog); lines are only appended
├── status.json         the present state (Status), replaced about twice a second
├── control.json        what other processes ask of the training (Request)
├── marks.json          what the user has pinned (Marks)
├── grown/              snapshots: checkpoints with weights only, to look at the model at earlier steps
└── step_00000500/      a checkpoint; never changed once it exists
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import tiktoken
from filelock import FileLock, Timeout

from playground.errors import CheckpointError, RunError, reason_of
from playground.model.gpt import GPTModel
from playground.text.corpus import Corpus
from playground.text.token_file import open_corpus
from playground.text.tokenizer import Vocabulary
from playground.training.loop.events import Event
from playground.training.loop.position import Position
from playground.training.runs.checkpoints.checkpoint import Checkpoint, read_checkpoint, read_position
from playground.training.runs.checkpoints.saved_steps import SavedSteps
from playground.training.runs.control_file import ControlFile
from playground.training.runs.event_log import EventLog, Kinds
from playground.training.runs.files import folder_bytes
from playground.training.runs.given_text import GIVEN_FILE, TOKENS_FOLDER, Progress, read_given_text
from playground.training.runs.marks import Marks, MarksFile
from playground.training.runs.spec import RunSpec, read_spec
from playground.training.runs.status import Status, StatusFile

LOCK_FILE = ".lock"
"""In the folder of a run; the process that trains the run keeps it open and locked."""
Which = int | Literal["last", "best"]
"""A checkpoint: its step, the newest one, or the one with the lowest validation loss."""

ModelVersion = tuple[int, int, int]


@dataclass(frozen=True)
class CheckpointInfo:
    """A checkpoint as a row of a list."""

    step: int
    size_bytes: int
    best: bool
    """Whether it has the lowest validation loss of the existing ones."""
    pinned: bool
    last: bool


class Run:
    """A run in its folder; `RunStore` opens and creates these. Reading never disturbs a training."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name
        self.log = EventLog(folder / "events.jsonl")
        self.control = ControlFile(folder)
        self.status_file = StatusFile(folder)
        self.marks_file = MarksFile(folder)
        self.saved = SavedSteps(folder)

    def __repr__(self) -> str:
        return f"Run({self.name!r})"

    @cached_property
    def spec(self) -> RunSpec:
        """The settings; raises RunError if they are missing, damaged, or of a newer version."""
        return read_spec(self.folder)

    # --- text -----------------------------------------------------------------------------------------------------

    @property
    def is_unread(self) -> bool:
        """Whether the text has not been read yet: then its digest and the size of its vocabulary are unknown."""
        return (self.folder / GIVEN_FILE).is_file()

    def read_given_text(self, progress: Progress | None = None) -> None:
        """Read the given text and complete the settings; for the process that trains the run.

        Raises TextError if the text cannot be read or is too short; then it stays unread.
        """
        read_given_text(self.folder, self.spec, progress)
        self.__dict__.pop("spec")  # read it again

    def text(self) -> str:
        """The training text; raises RunError if it cannot be read."""
        try:
            return (self.folder / "text.txt").read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise RunError(f"The text of the run {self.name} cannot be read: {_reason(error)}.") from None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The tokens in use; raises CheckpointError if the file is damaged."""
        try:
            stored = (self.folder / "vocabulary.json").read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CheckpointError(f"The vocabulary of the run {self.name} cannot be read: {_reason(error)}.") from None
        return Vocabulary.from_json(stored)

    @property
    def tokenizer(self) -> tiktoken.Encoding:
        """The tokenizer of the vocabulary; raises CheckpointError if that is damaged."""
        return self.vocabulary.tokenizer

    def corpus(self) -> Corpus:
        """The text as token ids, in a training and a validation part; those of a large text are mapped from disk.

        Raises RunError if the text is missing, or if the run was made from weights and has none.
        """
        if not self.spec.has_text:
            raise RunError(f"{self.spec.shown_name} came without a training text; use one of yours.")
        text = self.folder / "text.txt"
        if not text.is_file():
            raise RunError(f"The text of the run {self.name} is missing; restore its text.txt.")
        return open_corpus(text, self.spec.data, self.vocabulary, cache=self.folder.parent / TOKENS_FOLDER)

    # --- state ----------------------------------------------------------------------------------------------------

    def events(
        self, offset_bytes: int = 0, limit_bytes: int | None = None, kinds: Kinds | None = None
    ) -> tuple[list[Event], int]:
        """The events logged from `offset_bytes` on, and the offset for the next call (see `EventLog.read`)."""
        return self.log.read(offset_bytes, limit_bytes, kinds)

    def status(self) -> Status:
        """What the run is doing (see `StatusFile.read`)."""
        return self.status_file.read()

    def set_status(self, status: Status) -> None:
        """Write the status (see `StatusFile.write`)."""
        self.status_file.write(status)

    @contextmanager
    def claim(self) -> Iterator[None]:
        """A context in which no other process can claim the run for training; raises RunError if one has.

        The system releases the claim of a process that is killed.
        """
        lock = FileLock(self.folder / LOCK_FILE)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunError(f"The run {self.name} is being trained already; stop it first.") from None
        except OSError as error:
            raise RunError(f"The folder of the run {self.name} cannot be written to ({reason_of(error)}).") from None
        try:
            yield
        finally:
            lock.release()

    def marks(self) -> Marks:
        """What the user has pinned."""
        return self.marks_file.read()

    def set_pinned(self, pinned: bool) -> None:
        """Pin the run (it is listed first and cannot be deleted), or unpin it."""
        self.marks_file.set_pinned(pinned)

    def pin_checkpoint(self, step: int, pinned: bool = True) -> None:
        """Pin a checkpoint (it is never pruned), or unpin it; raises RunError if there is no checkpoint at `step`."""
        self.marks_file.pin_checkpoint(self.find_step(step) if pinned else step, pinned)

    # --- checkpoints and snapshots --------------------------------------------------------------------------------

    def step_folder(self, step: int) -> Path:
        """The folder of the checkpoint of `step`, which need not exist."""
        return self.saved.checkpoint_folder(step)

    def snapshot_folder(self, step: int) -> Path:
        """The folder of the snapshot of `step`, which need not exist."""
        return self.saved.snapshot_folder(step)

    def steps(self) -> list[int]:
        """Steps of the complete checkpoints, oldest first."""
        return self.saved.checkpoints()

    def snapshots(self) -> list[int]:
        """Steps of the complete snapshots, oldest first."""
        return self.saved.snapshots()

    def model_steps(self) -> list[int]:
        """Steps with a snapshot or a checkpoint, oldest first."""
        return sorted({*self.snapshots(), *self.steps()})

    def checkpoints(self) -> list[CheckpointInfo]:
        """The complete checkpoints, oldest first."""
        steps, best, pinned = self.steps(), self.saved.best(), self.marks().checkpoints
        return [
            CheckpointInfo(
                step,
                folder_bytes(self.step_folder(step)),
                best=step == best,
                pinned=step in pinned,
                last=step == steps[-1],
            )
            for step in steps
        ]

    def find_step(self, which: Which = "last") -> int:
        """The step of a checkpoint; raises RunError if it does not exist. Without a known best one, it is the last."""
        steps = self.steps()
        if not steps:
            raise RunError(f"The run {self.name} has no checkpoint yet; wait for the first one, or train it.")
        if which == "last":
            return steps[-1]
        if which == "best":
            best = self.saved.best()
            return steps[-1] if best is None else best
        if which in steps:
            return which
        if which in self.snapshots():
            raise RunError(
                f"The run {self.name} keeps only the weights of step {which}, to be looked at; a training resumes from "
                f"{_listed(steps)}."
            )
        raise RunError(f"The run {self.name} has no checkpoint at step {which}; there are {_listed(steps)}.")

    def load_position(self, which: Which = "last") -> Position:
        """The position of a checkpoint; raises RunError if it does not exist, CheckpointError if it is damaged."""
        return read_position(self.step_folder(self.find_step(which)))

    def load_checkpoint(self, which: Which = "last") -> Checkpoint:
        """A checkpoint, with all digests checked; raises RunError if it does not exist, CheckpointError if damaged."""
        return read_checkpoint(self.step_folder(self.find_step(which)), self.spec.model)

    def find_model(self, which: Which = "last") -> int:
        """The step of a model; raises RunError if it does not exist. Last and best are those of checkpoints."""
        steps = self.model_steps()
        if isinstance(which, str) or not steps:
            return self.find_step(which)
        if which not in steps:
            raise RunError(f"The run {self.name} has no model at step {which}; there are {_listed(steps)}.")
        return which

    def load_model(self, which: Which = "last") -> GPTModel:
        """A model on the CPU, in evaluation mode; raises RunError if it does not exist, CheckpointError if damaged."""
        checkpoint = read_checkpoint(self._model_folder(self.find_model(which)), self.spec.model)
        return checkpoint.new_model(self.spec.model).eval()

    def model_version(self, step: int) -> ModelVersion:
        """What differs between two models that were saved under the same name and step, one after the other.

        Raises RunError if there is no model.
        """
        try:
            stat = self._model_folder(step).stat()
        except OSError:
            raise RunError(f"The run {self.name} has no model at step {step}.") from None
        return step, stat.st_ino, stat.st_mtime_ns

    def _model_folder(self, step: int) -> Path:
        return self.step_folder(step) if step in self.steps() else self.snapshot_folder(step)


def _listed(steps: list[int]) -> str:
    return ", ".join(map(str, steps[-12:]))


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else error.reason) or type(error).__name__
