"""Evaluations as plain values, for the page: each may take long, and runs in a process of its own.

Nothing here imports the page, so that such a process starts at once.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import torch

from playground.errors import TextError
from playground.evaluation.calibration import TemperatureScan, reliability
from playground.evaluation.evaluate import evaluate_ids, text_ids
from playground.evaluation.groups import by_count, by_place, losses_by_place, token_counts
from playground.evaluation.learning import learning_history
from playground.evaluation.token_losses import TokenLosses, joined, predictions, score_windows
from playground.evaluation.windows import Reading, stride_of
from playground.model.gpt import GPTModel
from playground.text.tokenizer import StreamingDecoder, token_text
from playground.training.runs.history import read_history
from playground.training.runs.run import Which
from playground.training.runs.store import RunStore

Source = Literal["train", "validation", "own"]
"""Which text is looked at: a part of the run's own, or another one."""
OnProgress = Callable[[float], None]
"""Takes the share that is done, 0 to 1."""
MAX_HONESTY_TOKENS = 20_000
"""Of a part, from its beginning, so that both parts of a large text take seconds."""
PASSAGE_TOKENS = 200


def table_row(
    root: Path, run_name: str, step: Which, source: Source, text: str, reading: Reading, *, on_progress: OnProgress
) -> dict[str, Any]:
    """The measures of a run's model on a text."""
    run = RunStore(root).open(run_name)
    number = run.find_model(step)
    ids = text_ids(run, text if source == "own" else None, "train" if source == "train" else "validation")
    found = evaluate_ids(run.load_model(number), ids, run.tokenizer, reading=reading, on_progress=on_progress)
    stride = stride_of(found.context_length, reading)
    return {
        **asdict(found),
        "stride": stride,
        "perplexity": found.perplexity,
        "run": run_name,
        "step": number,
        "source": source,
    }


def honesty(root: Path, run_name: str, step: Which, *, on_progress: OnProgress) -> dict[str, Any]:
    """How far a model's probabilities can be trusted, and where its loss is high, for both parts of its text.

    For `train` and `validation`: `bins` and `error` of the reliability, `temperature` with the lowest loss, `losses`
    at `temperatures`; `frequency` and `place`: the loss in groups of tokens.
    """
    run = RunStore(root).open(run_name)
    model, corpus = run.load_model(step), run.corpus()
    counts = token_counts(corpus.train_ids, run.spec.model.vocab_size)
    answer: dict[str, Any] = {}
    for i, (name, ids) in enumerate((("train", corpus.train_ids), ("validation", corpus.val_ids))):
        part = ids[:MAX_HONESTY_TOKENS]

        def report(share: float, done: int = i) -> None:
            on_progress((done + share) / 2)

        answer[name] = _part(model, part, counts, report)
    return answer


def _part(model: GPTModel, ids: torch.Tensor, counts: torch.Tensor, on_progress: OnProgress) -> dict[str, Any]:
    losses, done = [], 0
    for part in score_windows(model, ids):
        losses.append(part)
        done += len(part)
        on_progress(0.5 * done / max(1, len(ids) - 1))
    found: TokenLosses = joined(losses)
    scan, done = TemperatureScan(), 0
    for windows, logits, targets in predictions(model, ids):
        for window, row, target in zip(windows, logits, targets, strict=True):
            scan.add(row[window.first :], target[window.first :])
            done += len(window.counted)
        on_progress(0.5 + 0.5 * done / max(1, len(ids) - 1))
    placed = losses_by_place(model, ids)
    calibration = reliability(found.confidence, found.rank == 0)
    return {
        "tokens": len(found),
        "bins": [asdict(each) for each in calibration.bins],
        "error": calibration.error,
        "temperature": scan.best(),
        "temperatures": scan.temperatures,
        "losses": scan.losses(),
        "frequency": [asdict(group) for group in by_count(found.loss, counts[ids.long()[found.position]])],
        "place": [asdict(group) for group in by_place(placed.loss, placed.context)],
    }


def learned(
    root: Path, run_name: str, source: Source, text: str, start: int, *, on_progress: OnProgress
) -> dict[str, Any]:
    """A passage of at most 200 tokens at the steps that a run kept.

    `tokens`: `{i, t, d}` of each; `losses`: for each step those of all tokens but the first, in nats; `steps`;
    `divergences` (see `LearningHistory`); `evals`: step, training and validation loss of the run's evaluations.
    """
    run = RunStore(root).open(run_name)
    ids = text_ids(run, text if source == "own" else None, "train" if source == "train" else "validation")
    start = min(start, max(0, len(ids) - 2))
    passage = ids[start : start + PASSAGE_TOKENS].long()
    if len(passage) < 2:
        raise TextError("The text has one token; a loss needs a second one to be predicted.")
    history = learning_history(run, passage, on_progress=on_progress)
    decoder = StreamingDecoder(run.tokenizer)
    tokens = []
    for token in passage.tolist():
        piece, name = decoder.push(token), token_text(token, run.tokenizer)
        tokens.append({"i": token, "t": piece, **({} if name == piece else {"d": name})})
    return {
        "tokens": tokens,
        "start": start,
        "total": len(ids),
        "per_passage": PASSAGE_TOKENS,
        "steps": history.steps,
        "losses": [[round(loss, 4) for loss in row] for row in history.losses.tolist()],
        "divergences": history.divergences,
        "evals": [[event.step, event.train_loss, event.val_loss] for event in read_history(run).evaluations],
    }
