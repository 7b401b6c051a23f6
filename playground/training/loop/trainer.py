"""The training loop: a generator of events that prints nothing, starts no thread, and touches neither page nor files.

Source: book, chapter 5 (`train_model_simple`) and appendix D (warmup, cosine decay, gradient clipping).
Shapes: B windows per batch, T tokens per window.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, Protocol

import tiktoken
import torch
from torch import nn

from playground.config import DataConfig, TrainConfig
from playground.device import Precision, autocast, measure_peak_flop_per_s, resolve_precision, use_threads
from playground.model.gpt import GPTModel
from playground.model.presets import flop_per_token
from playground.text.corpus import Corpus
from playground.text.tokenizer import encode
from playground.training.loop.batches import Batch, derive_seed, make_batches
from playground.training.loop.clock import Clock
from playground.training.loop.control import Control, Controls
from playground.training.loop.events import Evaluated, Event, Finished, Sampled, Started, Stepped
from playground.training.loop.gradients import LossOf, accumulate_gradients, clip_gradient, count_tokens
from playground.training.loop.loss import evaluate_model
from playground.training.loop.machine_use import keep_freed_memory
from playground.training.loop.optimizer import lr_at, steps_per_epoch, total_steps, with_lr
from playground.training.loop.parallel.ranks import ALONE, Ranks
from playground.training.loop.parallel.sharding import gather_model
from playground.training.loop.position import Position, Save, Snapshot
from playground.training.loop.probe import likeliest_next
from playground.training.loop.saving import Saver, weights_are_finite
from playground.training.loop.step_in_backward import make_step_in_backward

Sample = Callable[[GPTModel, tiktoken.Encoding, str, int], str]
"""(model, tokenizer, start_context, max_new_tokens) → the text the model wrote, `start_context` included."""


class BatchSource(Protocol):
    """Batches that can be read from any batch of any epoch; `Batches` is one."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Batch]: ...
    def epoch(self, n: int, start: int = 0) -> Iterator[Batch]: ...  # noqa: D102


@dataclass(frozen=True)
class Training:
    """What is trained, on what, and from where. Weights and optimizer state are changed in place."""

    model: nn.Module
    """Any module that maps token ids (B, T) to logits (B, T, V); probe and FLOP count need a `GPTModel`."""
    optimizer: torch.optim.Optimizer
    train_batches: BatchSource
    val_batches: BatchSource
    config: TrainConfig
    position: Position = field(default_factory=Position)
    prompt: list[int] = field(default_factory=list)
    """Token ids for the probe (`Evaluated.probe`); empty: no probe."""
    why_not_exact: str = ""
    """Why this does not continue the last session bit for bit; empty if it does."""
    ranks: Ranks = ALONE


@dataclass(frozen=True)
class Callbacks:
    """What the loop calls, where it is given. With several ranks, only rank 0 needs all of them."""

    control: Callable[[], Control] | None = None
    """Called before every step: whether to continue, pause or stop, and with which learning rate."""
    write_sample: Callable[[], str] | None = None
    """Called at the end of every epoch and of the training."""
    save: Save | None = None
    """Called when a checkpoint is due (see `Saver`)."""
    snapshot: Snapshot | None = None
    """Called when a snapshot is due (see `snapshot_interval`), the first time before step 1."""


def train(
    model: GPTModel,
    optimizer: torch.optim.Optimizer,
    corpus: Corpus,
    data: DataConfig,
    config: TrainConfig,
    *,
    position: Position | None = None,
    sample: Sample | None = None,
    save: Save | None = None,
    snapshot: Snapshot | None = None,
    control: Callable[[], Control] | None = None,
    why_not_exact: str = "",
    ranks: Ranks = ALONE,
) -> Iterator[Event]:
    """Train `model` on `corpus` from `position`, on the model's device; yields `Started` first and `Finished` last.

    `control` is called once before every step. `save` is called at the end of every epoch and of the training, every
    `save_freq` steps, on a stop, and at a new lowest validation loss (as often as that takes no more than a tenth of
    the training's time, plus a second). `snapshot` is called every `snapshot_interval` steps, the first time before
    step 1. `sample` writes a text at the end of every epoch. `why_not_exact` is passed on in `Started`. With several
    `ranks`, all of them call this with the same arguments; only rank 0 needs `save`, `snapshot`, `control` and
    `sample`.

    Raises `TextError` if the text is too short for a batch.

    >>> from playground import GPTModel, ModelConfig, build_corpus
    >>> from playground.training.loop.optimizer import make_optimizer
    >>> data, config = DataConfig(vocabulary="bytes"), TrainConfig(max_steps=2, device="cpu", threads=1)
    >>> corpus = build_corpus("so it goes. " * 50, data)
    >>> model = GPTModel(ModelConfig(vocab_size=257, context_length=8, emb_dim=8, n_heads=2, n_layers=1))
    >>> [event.type for event in train(model, make_optimizer(model, config), corpus, data, config)]
    ['started', 'stepped', 'evaluated', 'stepped', 'evaluated', 'finished']
    """
    train_batches, val_batches = make_batches(corpus, data, model.config.context_length, config.seed)
    training = Training(
        model,
        optimizer,
        train_batches,
        val_batches,
        config,
        position=position or Position(),
        prompt=encode(config.start_context, corpus.tokenizer),
        why_not_exact=why_not_exact,
        ranks=ranks,
    )
    return train_on(training, Callbacks(control, sample_writer(sample, training, corpus), save, snapshot))


def sample_writer(sample: Sample | None, training: Training, corpus: Corpus) -> Callable[[], str] | None:
    """`sample` as the loop calls it, without arguments; None if no samples are wanted."""
    config, model = training.config, training.model
    if sample is None or not config.sample_tokens:
        return None
    assert isinstance(model, GPTModel)  # the only kind of model that is trained on a corpus

    def write() -> str:
        return sample(gather_model(model, training.ranks), corpus.tokenizer, config.start_context, config.sample_tokens)

    return write


def train_on(training: Training, callbacks: Callbacks | None = None) -> Iterator[Event]:
    """The loop of `train`, on batches from anywhere."""
    callbacks = callbacks or Callbacks()
    model, optimizer, config, ranks = training.model, training.optimizer, training.config, training.ranks
    position, batches_per_epoch = training.position, len(training.train_batches)
    device = next(model.parameters()).device
    precision = resolve_precision(config.precision, device)
    started = _prepare(training, device, precision)
    clock = Clock(position.elapsed_s)
    controls = Controls(callbacks.control, config.lr, clock, ranks)
    saver = Saver(callbacks.save, callbacks.snapshot, config, started, clock, ranks)
    loss_of = ranks.wrap(LossOf(model))

    def now() -> dict[str, Any]:
        return {"step": position.step, "elapsed_s": clock.elapsed_s}

    def finished(reason: Literal["completed", "stopped", "diverged"], message: str = "") -> Finished:
        return Finished(**now(), reason=reason, message=message, **clock.shares())

    yield started
    if position.step == 0:
        yield from saver.snapshot(position)
    model.train()
    for epoch, batches_done, batches in _steps(training, started.total_steps):
        # Control: wait, stop, or change the learning rate.
        position, is_stopped = yield from controls.before_step(position)
        if is_stopped:
            yield from saver.save(position, "stop")
            yield finished("stopped")
            return
        step_started_s = time.perf_counter()

        # Schedule: set the learning rate of this step.
        lr = lr_at(position.step, started.total_steps, with_lr(config, position.lr))
        for group in optimizer.param_groups:
            group["lr"] = lr

        # Micro-steps: accumulate the gradient over the batches of this step. Where nothing
        # needs the whole gradient, the first weights are already updated meanwhile.
        torch.manual_seed(derive_seed(config.seed, "step", position.step, *ranks.seed_parts))  # for dropout
        optimizer.zero_grad(set_to_none=True)
        early = make_step_in_backward(optimizer, config, ranks)
        mean_loss = accumulate_gradients(loss_of, batches, precision, ranks, early)

        # Clip: measure the gradient's norm, and limit it.
        norm = clip_gradient(model, config.grad_clip, ranks, early)

        # Finite? Otherwise end before the update, while the weights are still good.
        loss, grad_norm = torch.stack([mean_loss, norm]).tolist()  # the only wait for the device in a step
        if not (math.isfinite(loss) and math.isfinite(grad_norm)):
            what = "gradient" if math.isfinite(loss) else "loss"
            yield finished("diverged", _advice(what, position.step + 1, lr))
            return

        # Step: update the weights that are not updated yet.
        optimizer.step()
        n_tokens = count_tokens(batches)
        position = position.after_step(epoch, batches_done, batches_per_epoch, n_tokens)
        epochs_done = position.epochs(batches_per_epoch)

        # Log: report the step.
        tokens_per_s = clock.step(n_tokens, time.perf_counter() - step_started_s)
        yield Stepped(
            **now(),
            epoch=epochs_done,
            loss=loss,
            lr=lr,
            grad_norm=grad_norm,
            tokens_seen=position.tokens_seen,
            tokens_per_s=tokens_per_s,
        )

        # Evaluate: after the first step, every `eval_freq` steps from there (as in the book), and after the last step.
        is_last = position.step == started.total_steps
        is_best = False
        if (position.step - 1) % config.eval_freq == 0 or is_last:
            with clock.during("evaluation"):
                train_loss, val_loss, probe = _evaluate(training, device, precision)
            if not math.isfinite(val_loss):
                yield finished("diverged", _advice("validation loss", position.step, lr))
                return
            position, is_best = position.evaluated(val_loss)
            yield Evaluated(
                **now(),
                epoch=epochs_done,
                tokens_seen=position.tokens_seen,
                train_loss=train_loss,
                val_loss=val_loss,
                best=is_best,
                probe=probe,
            )

        # Sample: write a text at the end of an epoch.
        if callbacks.write_sample is not None and (position.batch == 0 or is_last):
            with clock.during("sampling"):
                text = callbacks.write_sample()
            model.train()
            yield Sampled(**now(), epoch=epochs_done, text=text)

        # Save: a checkpoint if one is due, and a snapshot, unless the update has made the weights infinite.
        is_finite = yield from weights_are_finite(saver.save_if_due(position, is_best))
        is_finite &= yield from weights_are_finite(saver.snapshot(position))
        if not all(ranks.agree(is_finite)):
            yield finished("diverged", _advice("weights", position.step, lr))
            return
    yield finished("completed")


def _prepare(training: Training, device: torch.device, precision: Precision) -> Started:
    """Set up threads, memory and model; the event that describes the training."""
    model, config, ranks, position = training.model, training.config, training.ranks, training.position
    threads = use_threads(config.threads)
    peak_flop_per_s = ranks.size * measure_peak_flop_per_s(device, precision)
    if not ranks.sharded:  # a sharded model is short of memory
        keep_freed_memory()
    if isinstance(model, GPTModel):
        model.recompute = config.recompute
    n_batches = len(training.train_batches)
    return Started(
        step=position.step,
        elapsed_s=position.elapsed_s,
        total_steps=total_steps(config, n_batches),
        steps_per_epoch=steps_per_epoch(config, n_batches),
        tokens_per_step=count_tokens(list(islice(training.train_batches, config.accumulation_steps))),
        n_parameters=sum(p.numel() for p in model.parameters()),
        device=str(device),
        precision=precision,
        threads=threads,
        processes=ranks.size,
        flop_per_token=flop_per_token(model.config) if isinstance(model, GPTModel) else None,
        peak_flop_per_s=peak_flop_per_s,
        exact=not training.why_not_exact,
        why_not_exact=training.why_not_exact,
    )


def _steps(training: Training, total_steps: int) -> Iterator[tuple[int, int, list[Batch]]]:
    """For every remaining step: its epoch, the batches of that epoch used when it is done, and its own batches."""
    step, epoch, batch = training.position.step, training.position.epoch, training.position.batch
    while step < total_steps:
        batches = training.train_batches.epoch(epoch, batch)
        while step < total_steps and (group := list(islice(batches, training.config.accumulation_steps))):
            step, batch = step + 1, batch + len(group)
            yield epoch, batch, group
        epoch, batch = epoch + 1, 0


def _evaluate(
    training: Training, device: torch.device, precision: Precision
) -> tuple[float, float, list[tuple[int, float]]]:
    """Training loss, validation loss, and the probe: the most likely tokens after the prompt."""
    model, eval_iter = training.model, training.config.eval_iter
    with autocast(device, precision):
        losses = evaluate_model(model, training.train_batches, training.val_batches, device, eval_iter, training.ranks)
        probe = likeliest_next(model, training.prompt) if isinstance(model, GPTModel) else []
    return *losses, probe


def _advice(what: str, step: int, lr: float) -> str:
    return (
        f"The {what} was no longer a number at step {step}; lower lr (it was {lr:g}), or limit the gradient with a "
        f"grad_clip of 1, and resume from the last checkpoint."
    )
