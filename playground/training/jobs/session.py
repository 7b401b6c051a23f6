"""One session of a run: resume from its newest intact checkpoint, train, and keep its folder up to date.

The command line trains in its own process, the page in child processes (`child.py`); both iterate `run_training`.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from playground.device import available_cores, resolve_device
from playground.errors import PlaygroundError, reason_of
from playground.model.gpt import GPTModel
from playground.text.tokenizer import encode
from playground.training.jobs.own_folder import OwnFolder
from playground.training.loop.batches import make_batches
from playground.training.loop.control import Control
from playground.training.loop.events import Event, Finished, Started, Stepped, Warned
from playground.training.loop.machine_use import choose_threads
from playground.training.loop.optimizer import make_optimizer
from playground.training.loop.parallel.distributed import broadcast_training
from playground.training.loop.parallel.ranks import Ranks
from playground.training.loop.parallel.sharding import gather_model, gather_optimizer
from playground.training.loop.position import Position, SaveReason
from playground.training.loop.trainer import Callbacks, Sample, Training, sample_writer, train_on
from playground.training.runs.checkpoints.checkpoint import Checkpoint, write_checkpoint
from playground.training.runs.checkpoints.conditions import Conditions
from playground.training.runs.control_file import ControlReader
from playground.training.runs.given_text import Progress
from playground.training.runs.run import Run
from playground.training.runs.status import Status

STATUS_EVERY_S = 0.5
NEW_OPTIMIZER = "The checkpoint contains no optimizer state, so the optimizer starts anew."

_log = logging.getLogger(__name__)


def run_training(
    run: Run,
    sample: Sample | None = None,
    control: Callable[[], Control] | None = None,
    *,
    threads: int | None = None,
    keep_wishes: bool = False,
    sharded: bool = False,
) -> Iterator[Event]:
    """Train `run` from its newest intact checkpoint, or from the start; every event is logged, then yielded.

    The training does what the run's control file asks for, unless `control` asks for something else. What the control
    file asks for at the start belongs to an earlier session and is cleared, unless `keep_wishes` is set. `threads`
    overrides the run's own setting. `sharded` distributes the model over the processes that torchrun has started,
    instead of a copy for each.

    Raises RunError at the first `next` if another process trains the run, or if its folder cannot be written to. Any
    later failure is a `Finished` event with one sentence on what went wrong. If the folder is removed or replaced by
    another, the training ends; nothing more is written then, not even that event.

    >>> import tempfile
    >>> from playground import ModelConfig, RunStore, TrainConfig
    >>> model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> train = TrainConfig(max_steps=1, device="cpu", threads=1)
    >>> run = RunStore(tempfile.mkdtemp()).create("first", "so it goes. " * 200, model, train=train)
    >>> [event.type for event in run_training(run)]
    ['started', 'stepped', 'evaluated', 'saved', 'finished']
    """
    with run.claim():
        folder = OwnFolder(run.folder)
        recorder = _Recorder(run, folder, "Reading the text" if run.is_unread else "")
        try:
            run.log.repair()
            if not keep_wishes:
                run.control.reset()
            if run.is_unread:
                # With a reader of its own: a single step that is asked for meanwhile is left to the training.
                stop_asked = _first_of(control, ControlReader(run.control))
                run.read_given_text(_reading_progress(recorder, stop_asked))
            for event in _train(run, folder, sample, control, threads, sharded):
                recorder.record(event)
                yield event
        except _StoppedWhileReadingError:
            yield recorder.record(Finished(reason="stopped"))
        except Exception as error:
            yield recorder.record(Finished(step=recorder.status.step, reason="failed", message=_sentence(error)))
        finally:
            recorder.close()


def _train(
    run: Run,
    folder: OwnFolder,
    sample: Sample | None,
    control: Callable[[], Control] | None,
    threads: int | None,
    sharded: bool,
) -> Iterator[Event]:
    """The events of a session of a run whose text has been read."""
    run.saved.delete_leftovers()
    spec, ranks = run.spec, Ranks.here(sharded=sharded)
    corpus = run.corpus()
    train_batches, val_batches = make_batches(corpus, spec.data, spec.model.context_length, spec.train.seed)

    # The model: new, or with the weights of the newest intact checkpoint.
    torch.manual_seed(spec.train.seed)
    model = GPTModel(spec.model)
    checkpoint, warnings = run.saved.newest_intact(spec.model)
    if checkpoint is not None:
        checkpoint.load_model(model)
    if not sharded:  # else its shards are moved there, one block at a time
        model.to(resolve_device(spec.train.device))

    # The settings on this machine.
    max_threads = threads or spec.train.threads or ranks.threads or available_cores()
    config = spec.train
    if config.threads is None:
        config = config.replace(threads=_choose_threads(model, spec.data.batch_size, checkpoint, max_threads))
    else:
        config = config.replace(threads=max_threads)
    conditions = Conditions.here(corpus.sha256, spec.model, spec.data, config, ranks)

    # Optimizer and position: new, or those of the checkpoint.
    optimizer = make_optimizer(model, config)
    position, why_not_exact = Position(), ""
    if checkpoint is not None:
        position = checkpoint.position
        why_not_exact = conditions.why_not_exact(checkpoint.conditions)
        if checkpoint.has_optimizer:
            checkpoint.load_optimizer(model, optimizer)
        else:  # as in the recorded run
            why_not_exact = f"{why_not_exact} {NEW_OPTIMIZER}".strip()
        if spec.parent is not None and position.step == spec.parent.step:
            position = position.replace(lr=None)  # set by hand in the parent; the fork's settings include it
    run.saved.delete_snapshots_after(position.step)

    training = Training(
        model,
        optimizer,
        train_batches,
        val_batches,
        config,
        position,
        prompt=encode(config.start_context, corpus.tokenizer),
        why_not_exact=why_not_exact,
        ranks=ranks,
    )
    write_sample = sample_writer(sample, training, corpus)
    broadcast_training(training, corpus, spec.data, writes_samples=write_sample is not None)
    writer = _CheckpointWriter(run, folder, model, optimizer, conditions, ranks)
    control = _first_of(control, ControlReader(run.control))
    for event in train_on(training, Callbacks(control, write_sample, writer.save, writer.snapshot)):
        yield event
        if isinstance(event, Started):
            for message in warnings:
                yield Warned(step=event.step, elapsed_s=event.elapsed_s, message=message)


def _choose_threads(model: GPTModel, batch_size: int, checkpoint: Checkpoint | None, max_threads: int) -> int:
    """The threads of the last session, so that this one is exact, or the fastest number."""
    if checkpoint is not None and checkpoint.conditions.threads <= max_threads:
        return checkpoint.conditions.threads
    return choose_threads(model, batch_size, max_threads)


@dataclass(frozen=True)
class _CheckpointWriter:
    """Writes checkpoints and snapshots of what is being trained into the run's folder."""

    run: Run
    own_folder: OwnFolder
    model: GPTModel
    optimizer: torch.optim.Optimizer
    conditions: Conditions
    ranks: Ranks

    def save(self, position: Position, _: SaveReason) -> int:
        model = gather_model(self.model, self.ranks)
        optimizer = gather_optimizer(self.model, model, self.optimizer, self.ranks)
        self.own_folder.check()
        folder = self.run.saved.checkpoint_folder(position.step)
        size_bytes = write_checkpoint(folder, model, optimizer, position, self.conditions)
        self.run.saved.prune(self.run.spec.train.keep_checkpoints, self.run.marks().checkpoints)
        return size_bytes

    def snapshot(self, position: Position) -> int:
        model = gather_model(self.model, self.ranks)
        self.own_folder.check()
        folder = self.run.saved.snapshot_folder(position.step)
        folder.parent.mkdir(exist_ok=True)
        return write_checkpoint(folder, model, None, position, self.conditions)


class _Recorder:
    """Writes every event into the log, and what the run is doing into its status file, while the folder is there."""

    def __init__(self, run: Run, folder: OwnFolder, message: str) -> None:
        self._log, self._status_file, self._folder = run.log, run.status_file, folder
        self.status = run.status().model_copy(update={"state": "running", "message": message}).by_this_process()
        self._written_s = 0.0
        self._is_finished = False
        run.set_status(self.status)

    def record(self, event: Event) -> Event:
        """Record an event, and return it; raises `FolderGoneError` if the folder is gone, except for the last one."""
        self._is_finished = isinstance(event, Finished)
        if not self._is_finished:
            self._folder.check()
        elif not self._folder.is_there():
            return event
        self._log.append(event)
        self.status = self.status.after(event)
        if isinstance(event, Stepped):
            self._write_occasionally()
        else:
            self._write(self.status)
        return event

    def show(self, message: str) -> None:
        """Show what the run is doing before its first step."""
        self.status = self.status.model_copy(update={"message": message})
        self._write_occasionally()

    def close(self) -> None:
        """Record that the run was interrupted, unless it has finished: its caller stopped iterating."""
        if not self._is_finished:
            interrupted = {"state": "interrupted", "message": "The training was interrupted."}
            self._write(self.status.model_copy(update=interrupted))

    def _write_occasionally(self) -> None:
        if time.monotonic() - self._written_s > STATUS_EVERY_S:
            self._write(self.status)

    def _write(self, status: Status) -> None:
        self._written_s = time.monotonic()
        self._status_file.write(status.by_this_process())


class _StoppedWhileReadingError(Exception):
    """Stop was requested while the text was read."""


def _reading_progress(recorder: _Recorder, control: Callable[[], Control]) -> Progress:
    """Shows how much of the text has been read; a pause takes effect before the first step."""

    def progress(done_bytes: int, total_bytes: int) -> None:
        if control().command == "stop":
            raise _StoppedWhileReadingError
        recorder.show(f"Reading the text, {done_bytes / total_bytes:.0%}")

    return progress


def _first_of(first: Callable[[], Control] | None, second: Callable[[], Control]) -> Callable[[], Control]:
    """What `first` asks for, or what `second` does if `first` asks for nothing."""

    def control() -> Control:
        if first is not None and (asked := first()) != Control():
            return asked
        return second()

    return control


def _sentence(error: Exception) -> str:
    if isinstance(error, PlaygroundError):
        return str(error)
    if isinstance(error, OSError):
        _log.exception("training failed")
        return f"The training could not read or write its files ({reason_of(error)}); make room on the disk and resume."
    # PyTorch reports a failed allocation on the CPU as a plain RuntimeError.
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "alloc" in str(error).lower():
        return "There is not enough memory for this training; use a smaller batch_size, context_length or model."
    _log.exception("training failed")
    return f"The training failed with an unexpected error ({type(error).__name__}: {error}); its traceback is logged."
