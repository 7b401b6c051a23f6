"""The chapter's exercises 5.4 to 5.6, run here and compared with its figures.

Each is for a process of its own: it draws from the process's random state.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from playground.config import DataConfig
from playground.errors import RunError
from playground.evaluation.reports import OnProgress
from playground.model.presets import PRESETS
from playground.model.pretrained import PUBLISHED
from playground.text.corpus import build_corpus
from playground.text.samples import load_sample
from playground.training.jobs.session import run_training
from playground.training.loop.batches import make_batches
from playground.training.loop.events import Stepped
from playground.training.loop.loss import calc_loss_loader
from playground.training.runs.checkpoints.checkpoint import write_checkpoint
from playground.training.runs.run import Run
from playground.training.runs.store import RunStore

EPOCHS = 3
"""Of exercise 5.4: some, and one more."""
CHAPTER_LOSSES = {"gpt2-124M": (3.7548, 3.5596), "gpt2-1558M": (3.3046, 3.1195)}
"""Training and validation loss of the published weights on The Verdict (exercises 5.5 and 5.6)."""
_TEXT_BYTES = 10_000  # of the story, so that it takes seconds
_CONTEXT = 256  # of the chapter's windows


def train_saved_and_on(*, on_progress: OnProgress) -> dict[str, Any]:
    """Exercise 5.4: a nano model is trained, saved, read from the disk by a new session, and trained one epoch more.

    `saved_at`: the step; `steps`, and the losses of the training that was never stopped (`whole`), of the one that went
    on from the disk (`resumed`), and of one that went on from the weights alone, without AdamW's moments (`weights`);
    `apart`: the largest difference of the first two.
    """
    preset = PRESETS["nano"]
    train = preset.train.replace(
        epochs=EPOCHS, lr=2e-3, lr_schedule="constant", warmup_pct=0, sample_tokens=0, threads=1, eval_freq=10**6,
        snapshot_freq=0, device="cpu",
    )  # fmt: skip
    text = load_sample("story", max_bytes=_TEXT_BYTES)
    with TemporaryDirectory() as folder:
        store = RunStore(folder)

        def create(name: str, epochs: int) -> Run:
            return store.create(name, text, preset.model, preset.data, train.replace(epochs=epochs))

        whole = _losses(create("whole", EPOCHS))
        on_progress(0.4)
        stopped = create("stopped", EPOCHS - 1)
        before = _losses(stopped)
        _without_moments(stopped, store.root / "weights")
        on_progress(0.7)
        resumed = _losses(store.extend("stopped", EPOCHS))
        on_progress(0.85)
        weights = _losses(store.extend("weights", EPOCHS))
        on_progress(1.0)
    after = range(len(before), len(whole))
    return {
        "saved_at": len(before),
        "steps": list(range(1, len(whole) + 1)),
        "whole": whole,
        "resumed": [None] * len(before) + resumed,
        "weights": [None] * len(before) + weights,
        "apart": max(abs(whole[i] - resumed[i - len(before)]) for i in after),
    }


def _losses(run: Run) -> list[float]:
    """The training loss of each step of a session."""
    return [event.loss for event in run_training(run) if isinstance(event, Stepped)]


def _without_moments(run: Run, folder: Path) -> None:
    """A copy of a run whose checkpoint has its weights only, as a file of the book's `model.pth` has."""
    shutil.copytree(run.folder, folder)
    copy, checkpoint = Run(folder), run.load_checkpoint()
    step = checkpoint.position.step
    shutil.rmtree(copy.step_folder(step))
    write_checkpoint(copy.step_folder(step), run.load_model(), None, checkpoint.position, checkpoint.conditions)


def published_run(store: RunStore, size: str) -> Run | None:
    """A run of the published weights of a size that was not trained further; None if there is none."""
    for name in store.names():
        try:
            run = store.open(name)
            source = run.spec.source
        except RunError:
            continue
        if source and source.startswith(PUBLISHED[size].repository + ",") and run.steps()[-1:] == [0]:
            return run
    return None


def losses_on_the_verdict(root: Path, size: str, *, on_progress: OnProgress) -> dict[str, Any]:
    """Exercises 5.5 and 5.6: the losses of published weights on the chapter's text, beside the chapter's.

    `rows` of `part`, loss in the `book` and `here`; or `missing`, the size whose weights are not here. Raises
    `DownloadError` if The Verdict cannot be fetched.
    """
    run = published_run(RunStore(root), size)
    if run is None:
        return {"missing": size}
    on_progress(0.05)
    corpus = build_corpus(load_sample("verdict"), DataConfig(vocabulary="gpt2"))
    model = run.load_model()
    on_progress(0.2)
    train, validation = make_batches(corpus, DataConfig(vocabulary="gpt2"), _CONTEXT, seed=123)
    rows = []
    with torch.inference_mode():
        for part, batches, book in zip(
            ("training", "validation"), (train, validation), CHAPTER_LOSSES[size], strict=True
        ):
            rows.append({"part": part, "book": book, "here": calc_loss_loader(batches, model, "cpu")})
            on_progress(0.2 + 0.4 * len(rows))
    return {"run": run.name, "rows": rows}
