"""The history of a run: the steps, evaluations and samples on the one path that leads to its present weights.

A log is only appended to, so it also contains steps that no longer count: a process that is killed has logged steps
after its last checkpoint, and the next process trains them again. The log of a fork, on the other hand, starts at the
fork, although its weights were trained in the parent up to there. Only this module deals with both.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain

from playground.errors import RunError
from playground.training.loop.events import Evaluated, Event, Sampled, Started, Stepped
from playground.training.runs.event_log import Kinds
from playground.training.runs.run import Run
from playground.training.runs.store import RunStore

_CHUNK_BYTES = 1_000_000  # of a log, parsed at a time


@dataclass(frozen=True)
class History:
    """Steps, evaluations and samples of a run, each in the order of their steps.

    >>> evaluated = [Evaluated(step=n, epoch=0, tokens_seen=0, train_loss=n, val_loss=n, best=True) for n in (1, 6)]
    >>> history = History(evaluations=evaluated, forked_at=4)
    >>> history.evaluated_by(5).step, [event.step for event in history.own.evaluations]
    (1, [6])
    """

    steps: list[Stepped] = field(default_factory=list)
    evaluations: list[Evaluated] = field(default_factory=list)
    samples: list[Sampled] = field(default_factory=list)
    forked_at: int = 0
    """Events up to this step are those of the parent; 0 for a run that is not a fork."""

    @classmethod
    def of(cls, events: Iterable[Event], forked_at: int = 0) -> "History":
        """The history that consists of these events; events of other kinds are ignored."""
        history = cls(forked_at=forked_at)
        for event in events:
            match event:
                case Stepped():
                    history.steps.append(event)
                case Evaluated():
                    history.evaluations.append(event)
                case Sampled():
                    history.samples.append(event)
        return history

    @property
    def own(self) -> "History":
        """The history without the part inherited from the parent."""
        events: tuple[Event, ...] = (*self.steps, *self.evaluations, *self.samples)
        return History.of([event for event in events if event.step > self.forked_at])

    def evaluated_by(self, step: int) -> Evaluated | None:
        """The last evaluation up to and including `step`; None if there is none."""
        return next((event for event in reversed(self.evaluations) if event.step <= step), None)


def read_history(run: Run, *, with_steps: bool = True) -> History:
    """Read the history of a run from its log, and that of a fork from the logs of its ancestors as well.

    An ancestor's history counts up to the step at which its child was forked, however far it was trained since. It is
    left out where the ancestor no longer exists (see `find_parent`). Without its steps, a long history takes little
    memory and is read much faster. Raises `RunError` if the run's settings cannot be read.
    """
    forked_at, events = read_events(run, with_steps=with_steps)
    return History.of(events, forked_at)


def read_events(run: Run, *, with_steps: bool = True) -> tuple[int, Iterator[Event]]:
    """`History.forked_at`, and the events that a history is made of, one at a time; raises like `read_history`."""
    log = _Log.of(run)
    forked_at = last_step = log.start_step
    pieces = [log.events(with_steps=with_steps)]
    parent = find_parent(run)
    while parent is not None:
        log = _Log.of(parent)
        pieces.append(_up_to(last_step, log.events(with_steps=with_steps)))
        last_step = min(last_step, log.start_step)
        parent = find_parent(parent)
    return forked_at, chain.from_iterable(reversed(pieces))


def find_parent(run: Run) -> Run | None:
    """The run that `run` was forked from; None if it is not a fork or its parent no longer exists.

    A run of the parent's name that is younger than the fork or was trained on another text is not the parent. Parents
    are older than their forks, so a chain of parents always ends.
    """
    spec = run.spec
    if spec.parent is None:
        return None
    try:
        parent = RunStore(run.folder.parent).open(spec.parent.name)
        is_parent = parent.spec.created < spec.created and parent.spec.text_sha256 == spec.text_sha256
    except RunError:
        return None
    return parent if is_parent else None


def without_undone(events: Iterable[Event]) -> list[Event]:
    """The events without those that were undone, as a resumed run started from an earlier step.

    A `Started` at step n undoes everything logged before it for steps after n, except the `Started` of other sessions.

    >>> started = Started(step=2, total_steps=9, steps_per_epoch=9, tokens_per_step=1, n_parameters=1, device="cpu",
    ...     precision="float32", threads=1)
    >>> evaluated = [Evaluated(step=n, epoch=0, tokens_seen=0, train_loss=n, val_loss=n, best=True) for n in (1, 3, 4)]
    >>> [event.step for event in without_undone([*evaluated, started, evaluated[1]])]
    [1, 2, 3]
    """
    logged = list(events)
    return list(_not_undone(logged, [event.step for event in logged if isinstance(event, Started)]))


def _not_undone(events: Iterable[Event], starts: Sequence[int]) -> Iterator[Event]:
    """The events that count; `starts` are the steps at which the sessions in `events` started."""
    # An event counts if no later session started before its step, that is, up to the lowest start that follows.
    last_steps = list(accumulate(reversed(starts), min))
    for event in events:
        if isinstance(event, Started):
            if last_steps:
                last_steps.pop()
            yield event
        elif not last_steps or event.step <= last_steps[-1]:
            yield event


def _up_to(last_step: int, events: Iterable[Event]) -> Iterator[Event]:
    return (event for event in events if event.step <= last_step)


@dataclass(frozen=True)
class _Log:
    """A run's log, read in chunks and twice, so that its length does not matter to memory."""

    run: Run
    starts: list[int]
    """The steps at which its sessions started."""
    start_step: int
    """The step that the run itself started from: the fork's, or an earlier one if the fork's checkpoint was damaged."""

    @classmethod
    def of(cls, run: Run) -> "_Log":
        starts = [event.step for event in _logged(run, (Started,))]
        forked_at = run.spec.parent.step if run.spec.parent is not None else 0
        return cls(run, starts, min([forked_at, *starts]))

    def events(self, *, with_steps: bool) -> Iterator[Event]:
        """The events that count."""
        kinds = (Started, Stepped, Evaluated, Sampled) if with_steps else (Started, Evaluated, Sampled)
        return _not_undone(_logged(self.run, kinds), self.starts)


def _logged(run: Run, kinds: Kinds) -> Iterator[Event]:
    """The events of some kinds, as they were logged."""
    offset_bytes = 0
    while True:
        events, next_offset_bytes = run.events(offset_bytes, limit_bytes=_CHUNK_BYTES, kinds=kinds)
        yield from events
        if next_offset_bytes - offset_bytes < _CHUNK_BYTES:
            return
        offset_bytes = next_offset_bytes
