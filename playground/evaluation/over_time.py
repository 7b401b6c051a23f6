"""How a model changed while it was trained: what it recites, the gap of its losses, its calibration, its loss by place.

For a process of its own, like `playground.evaluation.reports`.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from playground.evaluation.calibration import reliability
from playground.evaluation.groups import by_count, losses_by_place
from playground.evaluation.learning import thinned
from playground.evaluation.reports import OnProgress
from playground.evaluation.token_losses import joined, score_windows
from playground.model.gpt import GPTModel
from playground.sampling.copies import COPIED_TOKENS, MAX_TOKENS, CopyIndex
from playground.text.tokenizer import encode
from playground.training.runs.history import History, read_history
from playground.training.runs.run import Run
from playground.training.runs.store import RunStore

MAX_STEPS = 12
MAX_PART_TOKENS = 2_000
"""Of each part, from its beginning, that are read at each step."""


def over_time(root: Path, run_name: str, *, on_progress: OnProgress) -> dict[str, Any]:
    """What changed over the steps of a run.

    `copied`: step and share of copied tokens of each sample that was written while training; `evals`: step, training
    and validation loss; `steps`: those whose weights were kept, at most 12; `parts`: for `train` and `validation`, at
    each of these steps, the calibration `errors` and the losses by `places` in the context.
    """
    run = RunStore(root).open(run_name)
    history = read_history(run, with_steps=False)
    steps = thinned(run.model_steps(), MAX_STEPS)
    corpus = run.corpus()
    parts: dict[str, dict[str, list[Any]]] = {}
    for name, ids in (("train", corpus.train_ids), ("validation", corpus.val_ids)):
        parts[name] = {"errors": [], "places": []}
        for done, step in enumerate(steps):
            error, places = _look(run.load_model(step), ids[:MAX_PART_TOKENS])
            parts[name]["errors"].append(error)
            parts[name]["places"].append(places)
            on_progress(((name == "validation") + (done + 1) / len(steps)) / 2)
    return {
        "copied": list(copied_shares(run, history)),
        "evals": [[event.step, event.train_loss, event.val_loss] for event in history.evaluations],
        "steps": steps,
        "parts": parts,
    }


def copied_shares(run: Run, history: History) -> Iterator[tuple[int, float]]:
    """For each sample of a history its step, and the share of its tokens that stand in a copied span.

    Such a span is found word for word in the training text and has at least `COPIED_TOKENS` tokens. What a sample
    started with was given, and does not count.
    """
    if not history.samples:
        return
    index = CopyIndex(run.corpus().train_ids[:MAX_TOKENS])
    for event in history.samples:
        written = event.text.removeprefix(run.spec.train.start_context)
        yield event.step, index.find(encode(written, run.tokenizer)).share(COPIED_TOKENS)


def _look(model: GPTModel, ids: torch.Tensor) -> tuple[float, list[dict[str, Any]]]:
    found = joined(list(score_windows(model, ids)))
    error = reliability(found.confidence, found.rank == 0).error
    placed = losses_by_place(model, ids)
    groups = [asdict(group) for group in by_count(placed.loss, placed.context)]
    return error, [{**group, "high": min(group["high"], model.config.context_length)} for group in groups]
