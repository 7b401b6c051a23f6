"""One run: its settings, text, log, checkpoints and present state, all in one folder.

checkpoints/<run>/
├── run.json            RunSpec: what was asked for, frozen
├── text.txt            the training text, UTF-8
├── given.txt           the file it is made from, until it is read (`reading.py`)
├── vocabulary.json     the tokens kept
├── events.jsonl        what happened, only ever appended to
├── status.json         what is happening (Status), replaced about once a second
├── control.json        what others ask of the training
├── marks.json          what the user pinned
├── grown/              snapshots: checkpoints of the weights alone, to look at the model as it grew
└── step_00000500/      a checkpoint; never changed after it is there
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout
from pydantic import ValidationError

from playground.errors import CheckpointError, RunError
from playground.training.loop.events import Event
from playground.training.runs.control_file import ControlFile
from playground.training.runs.event_log import EventLog
from playground.training.runs.files import folder_bytes, write_atomic
from playground.training.runs.spec import FORMAT, CheckpointInfo, Marks, RunSpec, RunSummary
from playground.training.runs.status import INTERRUPTED, LIVE_STATES, Status

if TYPE_CHECKING:
    import tiktoken

    from playground.model.gpt import GPTModel
    from playground.text.corpus import Corpus
    from playground.text.tokenizer import Vocabulary
    from playground.training.loop.position import Position
    from playground.training.runs.checkpoints.checkpoint import Checkpoint

_STEP_FOLDER = re.compile(r"step_(\d{8,12})")

GIVEN = "given.txt"
TOKENS = ".tokens"
"""The folder beside the runs that keeps the token ids of large texts, for all runs on them."""

SNAPSHOTS = "grown"
"""The folder in a run that keeps its snapshots."""

Which = int | Literal["last", "best"]


class Run:
    """A run's folder, opened; `RunStore` makes these.

    Reading never needs the training process and never disturbs it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name
        self.log = EventLog(folder / "events.jsonl")
        self.control = ControlFile(folder)

    def __repr__(self) -> str:
        return f"Run({self.name!r})"

    @cached_property
    def spec(self) -> RunSpec:
        """The settings; raises RunError if `run.json` is missing, damaged, or of a newer version."""
        try:
            raw = json.loads((self.folder / "run.json").read_bytes())
            if isinstance(raw, dict) and isinstance(raw.get("format"), int) and raw["format"] > FORMAT:
                raise RunError(f"The run {self.name} was made by a newer version of the playground; update to read it.")
            return RunSpec(**{**raw, "name": self.name})
        except (OSError, ValueError, TypeError, ValidationError) as error:
            raise RunError(f"The settings of the run {self.name} cannot be read (run.json): {_first(error)}.") from None

    # --- text -----------------------------------------------------------------------------------------------------

    @property
    def is_unread(self) -> bool:
        """Whether the text is still to be read: its digest and the size of its vocabulary are not known yet."""
        return (self.folder / GIVEN).is_file()

    def text(self) -> str:
        """The training text; raises RunError if it is gone."""
        try:
            return (self.folder / "text.txt").read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise RunError(f"The text of the run {self.name} cannot be read: {_first(error)}.") from None

    @cached_property
    def vocabulary(self) -> "Vocabulary":
        """The tokens of this run; raises CheckpointError if the file is damaged."""
        from playground.text.tokenizer import Vocabulary

        try:
            stored = (self.folder / "vocabulary.json").read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CheckpointError(f"The vocabulary of the run {self.name} cannot be read: {_first(error)}.") from None
        return Vocabulary.from_json(stored)

    @property
    def tokenizer(self) -> "tiktoken.Encoding":
        """The tokenizer of this run."""
        return self.vocabulary.tokenizer

    def corpus(self) -> "Corpus":
        """The text as token ids, split into training and validation part; those of a large text are read from disk."""
        from playground.text.token_file import open_corpus

        text = self.folder / "text.txt"
        if not text.is_file():
            raise RunError(f"The text of the run {self.name} is gone; bring back its text.txt.")
        return open_corpus(text, self.spec.data, self.vocabulary, cache=self.folder.parent / TOKENS)

    # --- events and state -----------------------------------------------------------------------------------------

    def append(self, event: Event) -> None:
        """Add an event to the log. Only for the process that trains the run."""
        self.log.append(event)

    def events(self, offset_bytes: int = 0, limit_bytes: int | None = None) -> tuple[list[Event], int]:
        """The events logged from `offset_bytes` on, and where to go on reading (see `EventLog.read`)."""
        return self.log.read(offset_bytes, limit_bytes)

    def status(self) -> Status:
        """What the run is doing; a run whose process is gone is interrupted, whatever the file says."""
        for _ in range(2):
            status = self._stored_status()
            if status.state not in LIVE_STATES or status.live:
                return status
            # It may have written its last word and ended between the two looks: look once more.
        return status.model_copy(update={"state": "interrupted", "message": INTERRUPTED})

    def set_status(self, status: Status) -> None:
        """Write `status.json`. On a full disk the old state stays: the log tells what happened."""
        try:
            write_atomic(self.folder / "status.json", status.model_dump_json().encode())
        except OSError:
            return

    def _stored_status(self) -> Status:
        try:
            return Status.model_validate_json((self.folder / "status.json").read_bytes())
        except FileNotFoundError:
            return Status(message="Not started yet.")
        except (OSError, ValidationError):
            return Status(state="interrupted", message=INTERRUPTED)

    @contextmanager
    def claim(self) -> Iterator[None]:
        """Hold the run for training; raises RunError while another process does. Freed by the system if we die."""
        lock = FileLock(self.folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunError(f"The run {self.name} is being trained already; stop it first.") from None
        try:
            yield
        finally:
            lock.release()

    # --- checkpoints ----------------------------------------------------------------------------------------------

    def step_folder(self, step: int) -> Path:
        """Where the checkpoint of `step` lies or would lie."""
        return self.folder / f"step_{step:08d}"

    def steps(self) -> list[int]:
        """Steps of the complete checkpoints, oldest first."""
        return _steps_in(self.folder)

    def checkpoints(self) -> list[CheckpointInfo]:
        """The complete checkpoints, oldest first."""
        from playground.training.runs.checkpoints.checkpoint import read_position

        steps, marks, losses = self.steps(), self.marks(), {}
        for step in steps:
            try:
                losses[step] = read_position(self.step_folder(step)).val_loss
            except CheckpointError:
                losses[step] = None
        known = {step: loss for step, loss in losses.items() if loss is not None}
        best = min(known, key=known.__getitem__, default=None)
        return [
            CheckpointInfo(
                step,
                folder_bytes(self.step_folder(step)),
                best=step == best,
                pinned=step in marks.checkpoints,
                last=step == steps[-1],
            )
            for step in steps
        ]

    def find_step(self, which: Which = "last") -> int:
        """The step that `which` stands for; raises RunError if there is no such checkpoint."""
        steps = self.steps()
        if not steps:
            raise RunError(f"The run {self.name} has no checkpoint yet; wait for the first one, or train it.")
        if which == "last":
            return steps[-1]
        if which == "best":
            return next((info.step for info in self.checkpoints() if info.best), steps[-1])
        if which in steps:
            return which
        if which in self.snapshots():
            raise RunError(
                f"The run {self.name} keeps only the weights of step {which}, to be looked at; a training goes on from "
                f"{_listed(steps)}."
            )
        raise RunError(f"The run {self.name} has no checkpoint at step {which}; there are {_listed(steps)}.")

    def load_position(self, which: Which = "last") -> "Position":
        """Where a checkpoint stands; raises CheckpointError if that cannot be read."""
        from playground.training.runs.checkpoints.checkpoint import read_position

        return read_position(self.step_folder(self.find_step(which)))

    def load_checkpoint(self, which: Which = "last") -> "Checkpoint":
        """Weights, optimizer and position of a checkpoint, digests checked; raises CheckpointError if damaged."""
        from playground.training.runs.checkpoints.checkpoint import read_checkpoint

        return read_checkpoint(self.step_folder(self.find_step(which)), self.spec.model)

    # --- models to look at ----------------------------------------------------------------------------------------

    def snapshot_folder(self, step: int) -> Path:
        """Where the snapshot of `step` lies or would lie."""
        return self.folder / SNAPSHOTS / self.step_folder(step).name

    def snapshots(self) -> list[int]:
        """Steps of the complete snapshots, oldest first."""
        return _steps_in(self.folder / SNAPSHOTS)

    def model_steps(self) -> list[int]:
        """Steps whose model can be looked at, oldest first: those of snapshots and of checkpoints."""
        return sorted({*self.snapshots(), *self.steps()})

    def find_model(self, which: Which = "last") -> int:
        """The step of the model that `which` stands for; raises RunError if there is none.

        The last and the best model are those of the last and the best checkpoint.
        """
        steps = self.model_steps()
        if isinstance(which, str) or not steps:
            return self.find_step(which)
        if which not in steps:
            raise RunError(f"The run {self.name} has no model at step {which}; there are {_listed(steps)}.")
        return which

    def load_model(self, which: Which = "last") -> "GPTModel":
        """The model of a checkpoint or snapshot on the CPU, in evaluation mode; raises CheckpointError if damaged."""
        from playground.model.gpt import GPTModel
        from playground.training.runs.checkpoints.checkpoint import read_checkpoint

        step = self.find_model(which)
        folder = self.step_folder(step) if step in self.steps() else self.snapshot_folder(step)
        model = GPTModel(self.spec.model)
        read_checkpoint(folder, self.spec.model).load_model(model)
        return model.eval()

    # --- marks ----------------------------------------------------------------------------------------------------

    def marks(self) -> Marks:
        """What the user pinned."""
        try:
            return Marks.model_validate_json((self.folder / "marks.json").read_bytes())
        except (OSError, ValidationError):
            return Marks()

    def set_pinned(self, pinned: bool) -> None:
        """Pin the run (it stands first and is not deleted), or let it go."""
        self._mark(pinned=pinned)

    def pin_checkpoint(self, step: int, pinned: bool = True) -> None:
        """Keep a checkpoint through all pruning, or let it go; raises RunError if there is none at `step`."""
        steps = {*self.marks().checkpoints} - {step}
        self._mark(checkpoints=sorted(steps | {self.find_step(step)} if pinned else steps))

    def _mark(self, **changes: object) -> None:
        write_atomic(self.folder / "marks.json", self.marks().model_copy(update=changes).model_dump_json().encode())

    def summary(self) -> RunSummary:
        """The run as one row of a table."""
        return RunSummary(self.name, self.spec, self.status(), folder_bytes(self.folder), self.marks().pinned)


def _steps_in(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    found = (_STEP_FOLDER.fullmatch(path.name) for path in folder.iterdir() if path.is_dir())
    return sorted(int(match[1]) for match in found if match)


def _listed(steps: list[int]) -> str:
    return ", ".join(map(str, steps[-12:]))


def _first(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error).split("\n")[0].rstrip(".")
