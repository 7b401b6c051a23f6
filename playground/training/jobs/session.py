"""One sitting of a run: open it, go on from its last good checkpoint, train, and keep the folder up to date.

The same generator serves the command line, which trains in its own process, and the page, whose trainings run in a
child process (see `child.py`).
"""

import logging
import time
from collections.abc import Callable, Iterator

import torch

from playground.device import available_cores, resolve_device
from playground.errors import CheckpointError, PlaygroundError
from playground.model.gpt import GPTModel
from playground.training.loop.control import Control
from playground.training.loop.events import Event, Finished, Started, Stepped, Warned
from playground.training.loop.machine_use import choose_threads
from playground.training.loop.optimizer import make_optimizer
from playground.training.loop.parallel.distributed import lead
from playground.training.loop.parallel.ranks import Ranks
from playground.training.loop.parallel.sharding import whole_model, whole_optimizer
from playground.training.loop.position import Position, SaveReason
from playground.training.loop.trainer import Sample, train
from playground.training.runs.checkpoints.checkpoint import Checkpoint, remove_temporaries, write_checkpoint
from playground.training.runs.checkpoints.conditions import Conditions
from playground.training.runs.checkpoints.pruning import drop_undone, prune, set_aside, sweep
from playground.training.runs.control_file import ControlReader
from playground.training.runs.given_text import read_given
from playground.training.runs.run import SNAPSHOTS, Run
from playground.training.runs.status import Status

STATUS_EVERY_S = 0.5

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
    """Train `run` from its last good checkpoint, or from the beginning; every event is logged, then yielded.

    The run's control file is obeyed, and `control` besides: whatever that asks for other than to run comes first.
    `threads` goes before the run's own setting. What the control file asks for at the start is an old wish and is
    cleared, unless the caller says that it is meant (`keep_wishes`). `sharded`: the processes that torchrun started
    share the model instead of each holding all of it.

    Raises RunError at the first `next` while another process trains the run. Any later failure is an event: a
    `Finished` that says in one sentence what went wrong.
    """
    with run.claim():
        recorder = _Recorder(run)
        run.log.repair()
        if not keep_wishes:
            run.control.reset()
        try:
            if run.is_unread:
                run = recorder.run = read_given(run, _reading(recorder, _both(control, ControlReader(run.control))))
            for event in _sitting(run, sample, control, threads, sharded):
                recorder.record(event)
                yield event
        except _ToldToStopError:
            event = Finished(reason="stopped")
            recorder.record(event)
            yield event
        except Exception as error:
            event = Finished(step=recorder.status.step, reason="failed", message=_sentence(error))
            recorder.record(event)
            yield event
        finally:
            recorder.close()


class _ToldToStopError(Exception):
    """Nobody wants the text read any more."""


def _reading(recorder: "_Recorder", control: Callable[[], Control]) -> Callable[[int, int], None]:
    """Shows how far the text is read; a pause is kept until the first step."""

    def progress(done_bytes: int, total_bytes: int) -> None:
        if control().command == "stop":
            raise _ToldToStopError
        recorder.say(f"Reading the text, {done_bytes / total_bytes:.0%}")

    return progress


class _Recorder:
    """Keeps `events.jsonl` and `status.json` in step with what happens."""

    def __init__(self, run: Run) -> None:
        self.run = run
        message = "Reading the text" if run.is_unread else ""
        self.status = run.status().model_copy(update={"state": "running", "message": message}).by_this_process()
        self._written_s = 0.0
        self._finished = False
        run.set_status(self.status)

    def record(self, event: Event) -> None:
        self.run.append(event)
        self.status = self.status.after(event)
        self._finished = isinstance(event, Finished)
        if isinstance(event, Stepped):
            self._write_now_and_then()
        else:
            self._write(self.status)

    def say(self, message: str) -> None:
        """What the training is busy with before its first step."""
        self.status = self.status.model_copy(update={"message": message})
        self._write_now_and_then()

    def close(self) -> None:
        if not self._finished:  # whoever listened to the training has gone away
            self._write(
                self.status.model_copy(update={"state": "interrupted", "message": "The training was broken off."})
            )

    def _write_now_and_then(self) -> None:
        if time.monotonic() - self._written_s > STATUS_EVERY_S:
            self._write(self.status)

    def _write(self, status: Status) -> None:
        self._written_s = time.monotonic()
        self.run.set_status(status.by_this_process())


def _sitting(
    run: Run, sample: Sample | None, control: Callable[[], Control] | None, threads: int | None, sharded: bool
) -> Iterator[Event]:
    remove_temporaries(run.folder)
    remove_temporaries(run.folder / SNAPSHOTS)
    sweep(run)
    spec = run.spec
    ranks = Ranks.here(sharded=sharded)
    corpus = run.corpus()
    torch.manual_seed(spec.train.seed)
    model = GPTModel(spec.model)
    checkpoint, warnings = _last_good(run)
    position, why_not_exact = Position(), ""
    if checkpoint is not None:
        checkpoint.load_model(model)
    if not sharded:  # else its shares go there, one block at a time
        model.to(resolve_device(spec.train.device))
    config = spec.train.replace(threads=_threads(run, model, checkpoint, ranks, threads))
    conditions = Conditions.here(corpus.sha256, spec.model, spec.data, config, ranks)
    optimizer = make_optimizer(model, config)
    if checkpoint is not None:
        checkpoint.load_optimizer(model, optimizer)
        position = checkpoint.position
        why_not_exact = conditions.why_not_exact(checkpoint.conditions)
        if spec.parent is not None and position.step == spec.parent.step:
            position = position.replace(lr=None)  # set by hand in the parent: the fork's own settings hold it by now

    drop_undone(run, position.step)
    writes = sample is not None and config.sample_tokens > 0
    lead(ranks, model, optimizer, corpus, spec.data, config, position, writes=writes)

    def save(position: Position, reason: SaveReason) -> int:
        whole = whole_model(model, ranks)
        moments = whole_optimizer(model, whole, optimizer, ranks)
        size_bytes = write_checkpoint(run.step_folder(position.step), whole, moments, position, conditions)
        prune(run)
        return size_bytes

    def snapshot(position: Position) -> None:
        whole = whole_model(model, ranks)
        write_checkpoint(run.snapshot_folder(position.step), whole, None, position, conditions)

    events = train(
        model,
        optimizer,
        corpus,
        spec.data,
        config,
        position=position,
        sample=sample,
        save=save,
        snapshot=snapshot,
        control=_both(control, ControlReader(run.control)),
        why_not_exact=why_not_exact,
        ranks=ranks,
    )
    for event in events:
        yield event
        if isinstance(event, Started):
            for message in warnings:
                yield Warned(step=event.step, elapsed_s=event.elapsed_s, message=message)


def _threads(run: Run, model: GPTModel, checkpoint: Checkpoint | None, ranks: Ranks, most: int | None) -> int:
    """The threads that are set; else those of the last sitting, so that this one is exact; else the fastest."""
    most = most or run.spec.train.threads or ranks.threads or available_cores()
    if run.spec.train.threads is not None:
        return most
    if checkpoint is not None and checkpoint.conditions.threads <= most:
        return checkpoint.conditions.threads
    return choose_threads(model, run.spec.data.batch_size, most)


def _last_good(run: Run) -> tuple[Checkpoint | None, list[str]]:
    """The newest checkpoint that passes every check, and a sentence for each that does not; those are set aside."""
    warnings = []
    for step in reversed(run.steps()):
        try:
            return run.load_checkpoint(step), warnings
        except CheckpointError as error:
            set_aside(run, step)
            warnings.append(f"The checkpoint of step {step} is damaged and was left out: {error}")
    if warnings:
        warnings.append("No checkpoint of this run can be read; the training begins again.")
    return None, warnings


def _both(first: Callable[[], Control] | None, second: Callable[[], Control]) -> Callable[[], Control]:
    def ask() -> Control:
        if first is not None and (wanted := first()) != Control():
            return wanted
        return second()

    return ask


def _sentence(error: Exception) -> str:
    if isinstance(error, PlaygroundError):
        return str(error)
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "alloc" in str(error).lower():
        return "The memory does not suffice for this training; take a smaller batch_size, context_length or model."
    _log.exception("training failed")
    return f"The training broke off with an error that should not happen ({type(error).__name__}: {error})."
