"""What the page asks for while it watches a run: the news since a byte offset of the run's log.

Between two requests the server keeps the tokenizers of a few runs, nothing else. After a reload or a restart a page
starts again at offset 0.
"""

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any, Literal

import tiktoken
from cachetools import LRUCache

from playground.text.tokenizer import token_text
from playground.training.jobs.jobs import Jobs
from playground.training.loop import events
from playground.training.runs.history import History, without_undone
from playground.training.runs.run import Run
from playground.training.runs.store import RunStore
from playground.ui.run_status import shown_status
from playground.ui.thinning import MAX_POINTS, thin_columns, thin_rows

MAX_READ_BYTES = 4_000_000
"""Most of the log that is read for one answer; if there is more, the page asks again at once."""
STEP_SERIES: dict[str, Literal["mean", "last"]] = {
    "step": "last",
    "epoch": "last",
    "loss": "mean",
    "lr": "last",
    "grad_norm": "mean",
    "tokens_per_s": "mean",
}
"""The columns of the curves, and how neighbouring points are merged. The page thins by the same rule."""

_MAX_TOKENIZERS = 4
_MAX_NOTES = 20
_RESUMABLE = ("stopped", "interrupted", "failed", "diverged")


class RunNews:
    """Answers a page that watches a run: what the run's log has gained `since` an offset."""

    def __init__(self, store: RunStore, jobs: Jobs) -> None:
        self._store, self._jobs = store, jobs
        self._tokenizers: LRUCache[tuple[str, float, str], tiktoken.Encoding] = LRUCache(_MAX_TOKENIZERS)
        self._lock = Lock()

    def since(self, run_name: str, offset_bytes: int = 0) -> dict[str, Any]:
        """State of a run and what its log has gained since `offset_bytes`; raises `RunError` for an unknown run.

        `offset` is where to continue, `more` whether there is more already. `about` comes with the first answer and
        with each new session. The other fields are those of `digest`.
        """
        run = self._store.open(run_name)
        found, next_offset = run.events(offset_bytes, limit_bytes=MAX_READ_BYTES)
        gain = digest(found)
        if gain["evals"]:
            name_tokens(gain["evals"], self._tokenizer(run))
        status = run.status()
        return {
            "run": run.name,
            "offset": next_offset,
            "more": next_offset - offset_bytes >= MAX_READ_BYTES,
            "status": {
                **shown_status(run.name, status, self._jobs),
                "can_resume": status.state in _RESUMABLE and bool(run.steps()),
            },
            "about": about(run) if offset_bytes == 0 or gain["sitting"] else None,
            **gain,
        }

    def _tokenizer(self, run: Run) -> tiktoken.Encoding:
        key = (run.name, run.spec.created, run.spec.text_sha256)  # another run may get the name
        with self._lock:
            tokenizer = self._tokenizers.get(key)
            if tokenizer is None:
                tokenizer = self._tokenizers[key] = run.tokenizer
            return tokenizer


def name_tokens(evaluations: Iterable[dict[str, Any]], tokenizer: tiktoken.Encoding) -> None:
    """Replace the token ids in the probes of evaluations by the tokens' texts."""
    for row in evaluations:
        row["probe"] = [[token_text(token, tokenizer), share] for token, share in row["probe"]]


def about(run: Run) -> dict[str, Any]:
    """What a run is, for its heading."""
    spec = run.spec
    return {
        "title": spec.shown_name,
        "preset": spec.preset,
        "text_name": spec.text_name,
        "epochs": spec.train.epochs,
        "start_context": spec.train.start_context,
        "vocab_size": spec.model.vocab_size,
        "lr": spec.train.lr,
        "is_scheduled": spec.train.lr_schedule != "constant" or spec.train.warmup_pct > 0,
    }


def digest(found: Sequence[events.Event]) -> dict[str, Any]:
    """Events as the page draws them.

    - `cut`: a step or None. What the page has beyond it was undone, because the run resumed from an earlier checkpoint.
    - `sitting`: the last `Started`, that is, what the session reports that trains the run; None if none started.
    - `saved`: the step of the last checkpoint. `lr`: what the learning rate was last changed to. Both may be None.
    - `steps`: the columns of `STEP_SERIES`, at most `MAX_POINTS` long.
    - `evals`, `samples`, `notes`: rows.

    >>> from playground.training.loop.events import Sampled
    >>> digest([Sampled(step=9, epoch=1.0, text="Every effort")])["samples"]
    [{'step': 9, 'epoch': 1.0, 'text': 'Every effort'}]
    """
    history = History.of(without_undone(found))
    started = [event for event in found if isinstance(event, events.Started)]
    changed = [event.lr for event in found if isinstance(event, events.Changed)]
    saved = [event.step for event in found if isinstance(event, events.Saved)]
    return {
        "cut": min((event.step for event in started), default=None),
        "sitting": _row(started[-1]) if started else None,
        "saved": saved[-1] if saved else None,
        "lr": changed[-1] if changed else None,
        "steps": step_columns(history.steps),
        "evals": [_row(event) for event in thin_rows(history.evaluations, MAX_POINTS)],
        "samples": [_row(event) for event in thin_rows(history.samples, MAX_POINTS // 10)],
        "notes": notes(found)[-_MAX_NOTES:],
    }


def _row(event: events.Event) -> dict[str, Any]:
    return event.model_dump(exclude={"type", "elapsed_s"})


def notes(found: Iterable[events.Event]) -> list[dict[str, Any]]:
    """What the user should know about a training, each with its step: warnings, changes, resumes that are not exact."""
    made: list[dict[str, Any]] = []
    for event in found:
        match event:
            case events.Started() if event.step and not event.exact:
                made.append({"step": event.step, "text": f"Resumed, but not exactly: {event.why_not_exact}"})
            case events.Changed():
                made.append({"step": event.step, "text": f"Learning rate changed to {event.lr:g}."})
            case events.Warned():
                made.append({"step": event.step, "text": event.message})
    return made


def step_columns(steps: Sequence[events.Stepped]) -> dict[str, list[float]]:
    """Step events as the columns of `STEP_SERIES`, at most `MAX_POINTS` long."""
    return thin_columns({name: [getattr(step, name) for step in steps] for name in STEP_SERIES}, STEP_SERIES)
