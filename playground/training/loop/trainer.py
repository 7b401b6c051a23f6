"""The training loop, as a generator of events: it prints nothing, starts no thread, and knows no page and no folder.

Source: book, chapter 5 (`train_model_simple`) and appendix D (warmup, cosine decay, clipping).
Shapes: B windows per batch, T tokens per window.
"""

import math
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Literal, Protocol

import tiktoken
import torch

from playground.config import DataConfig, TrainConfig
from playground.device import autocast, measure_peak_flop_per_s, resolve_precision, use_threads
from playground.errors import CheckpointError
from playground.model.gpt import GPTModel
from playground.model.presets import flop_per_token
from playground.text.corpus import Corpus
from playground.text.tokenizer import encode
from playground.training.loop.batches import Batch, derive_seed, make_batches
from playground.training.loop.clock import Clock
from playground.training.loop.control import Control, Obedience
from playground.training.loop.events import Evaluated, Event, Finished, Sampled, Started, Stepped
from playground.training.loop.gradients import LossOf, add_up, clip, count_tokens
from playground.training.loop.loss import evaluate_model
from playground.training.loop.machine_use import keep_freed_memory
from playground.training.loop.optimizer import lr_at
from playground.training.loop.parallel.ranks import ALONE, Ranks
from playground.training.loop.parallel.sharding import whole_model
from playground.training.loop.position import Position, Save, Snapshot
from playground.training.loop.probe import likeliest_next
from playground.training.loop.saving import Saver, keep_snapshot, snapshot_every
from playground.training.loop.step_in_backward import early_steps

Sample = Callable[[GPTModel, tiktoken.Encoding, str, int], str]
"""(model, tokenizer, start_context, max_new_tokens) → the text the model wrote, `start_context` included."""


class Source(Protocol):
    """Batches that can be taken up at any batch of any epoch; `Batches` is one."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Batch]: ...
    def epoch(self, n: int, start: int = 0) -> Iterator[Batch]: ...  # noqa: D102


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
    """Train `model` on `corpus` from `position` on, on the device where it lies; first `Started`, last `Finished`.

    `control` is asked once before every step. `save` is called at the end of each epoch and of the training, every
    `save_freq` steps, on a stop, and when the validation loss is the lowest so far: of these last, only as many as
    together take a tenth of the training's time (and a second). `snapshot` is called at the steps that
    `snapshot_every` says, before the first one for step 0. `why_not_exact` goes into `Started`. With several `ranks`
    all of them call this with the same arguments; only the first needs `save`, `snapshot`, `control` and `sample`.

    Raises `TextError` if the text is too short for a batch.
    """
    train_batches, val_batches = make_batches(corpus, data, model.config.context_length, config.seed)

    def write() -> str:
        return sample(whole_model(model, ranks), corpus.tokenizer, config.start_context, config.sample_tokens)

    return train_on(
        model,
        optimizer,
        train_batches,
        val_batches,
        config,
        prompt=encode(config.start_context, corpus.tokenizer),
        position=position,
        write=write if sample is not None and config.sample_tokens else None,
        save=save,
        snapshot=snapshot,
        control=control,
        why_not_exact=why_not_exact,
        ranks=ranks,
    )


def train_on(
    model: GPTModel,
    optimizer: torch.optim.Optimizer,
    train_batches: Source,
    val_batches: Source,
    config: TrainConfig,
    *,
    prompt: list[int],
    position: Position | None = None,
    write: Callable[[], str] | None = None,
    save: Save | None = None,
    snapshot: Snapshot | None = None,
    control: Callable[[], Control] | None = None,
    why_not_exact: str = "",
    ranks: Ranks = ALONE,
) -> Iterator[Event]:
    """The loop of `train`, on batches from anywhere; the probe continues the ids `prompt`, `write` makes a sample."""
    position = position or Position()
    device = next(model.parameters()).device
    precision = resolve_precision(config.precision, device)
    threads = use_threads(config.threads)
    peak_flop_per_s = ranks.size * measure_peak_flop_per_s(device, precision)
    if not ranks.sharded:  # there memory is what is short
        keep_freed_memory()
    model.recompute = config.recompute
    steps_per_epoch = math.ceil(len(train_batches) / config.accumulation_steps)
    total_steps = min(config.epochs * steps_per_epoch, config.max_steps or config.epochs * steps_per_epoch)
    n_parameters = sum(p.numel() for p in model.parameters())
    clock = Clock(position.elapsed_s)
    saver = Saver(save, clock, n_parameters, saved_step=position.step or None, ranks=ranks)
    snapshots = snapshot_every(total_steps, n_parameters, config.snapshot_freq)
    obedience = Obedience(control, clock, ranks)
    loss_of = ranks.wrap(LossOf(model))

    def now() -> dict[str, Any]:
        return {"step": position.step, "elapsed_s": clock.elapsed_s}

    def finished(reason: Literal["completed", "stopped", "diverged"], message: str = "") -> Finished:
        shares = {f"{work}_s": clock.spent_s[work] for work in ("evaluation", "sampling", "saving")}
        return Finished(**now(), reason=reason, message=message, **shares)

    yield Started(
        **now(),
        total_steps=total_steps,
        steps_per_epoch=steps_per_epoch,
        tokens_per_step=count_tokens(list(islice(train_batches, config.accumulation_steps))),
        n_parameters=n_parameters,
        device=str(device),
        precision=precision,
        threads=threads,
        processes=ranks.size,
        flop_per_token=flop_per_token(model.config),
        peak_flop_per_s=peak_flop_per_s,
        exact=not why_not_exact,
        why_not_exact=why_not_exact,
    )
    if position.step == 0:
        yield from keep_snapshot(snapshot, snapshots, position, clock)
    model.train()
    for epoch, batch, batches in _steps(train_batches, config.accumulation_steps, position, total_steps):
        # Obey: wait, stop, or take another learning rate.
        position, goes_on = yield from obedience.before_step(position, config.lr)
        if not goes_on:
            yield from saver.save(position.replace(elapsed_s=clock.elapsed_s), "stop")
            yield finished("stopped")
            return
        started = time.perf_counter()

        # Schedule: the learning rate of this step.
        lr = lr_at(position.step, total_steps, _with_lr(config, position.lr))
        for group in optimizer.param_groups:
            group["lr"] = lr

        # Micro-steps: the gradients of all batches of the step add up, each by its share of the tokens. Where nothing
        # waits for the last of them, the first weights move already.
        torch.manual_seed(derive_seed(config.seed, "step", position.step, *ranks.purpose))  # dropout
        optimizer.zero_grad(set_to_none=True)
        early = early_steps(optimizer, config, ranks)
        loss = add_up(loss_of, batches, precision, ranks, early)

        # Clip: measure the gradient, and shorten it if it is too long.
        norm = clip(model, config.grad_clip, ranks, early)

        # Finite? If not, stop while the weights are still good.
        loss, norm = torch.stack([loss, norm]).tolist()  # the one wait for the device in a step
        if not (math.isfinite(loss) and math.isfinite(norm)):
            yield finished(
                "diverged", _advice("loss" if not math.isfinite(loss) else "gradient", position.step + 1, lr)
            )
            return

        # Step: move the weights that have not moved yet.
        optimizer.step()
        tokens = count_tokens(batches)
        epoch_ends = batch == len(train_batches)
        position = position.replace(
            step=position.step + 1,
            epoch=epoch + 1 if epoch_ends else epoch,
            batch=0 if epoch_ends else batch,
            tokens_seen=position.tokens_seen + tokens,
            val_loss=None,
        )
        ends = position.step == total_steps

        # Log.
        seen = {"epoch": position.epoch + position.batch / len(train_batches)}
        tokens_per_s = clock.step(tokens, time.perf_counter() - started)
        yield Stepped(
            **now(),
            **seen,
            loss=loss,
            lr=lr,
            grad_norm=norm,
            tokens_seen=position.tokens_seen,
            tokens_per_s=tokens_per_s,
        )

        # Evaluate: after the first step, every `eval_freq` steps from there (as the book does), and at the end.
        improved = False
        if (position.step - 1) % config.eval_freq == 0 or ends:
            with clock.during("evaluation"), autocast(device, precision):
                train_loss, val_loss = evaluate_model(
                    model, train_batches, val_batches, device, config.eval_iter, ranks
                )
                probe = likeliest_next(model, prompt)
            if not math.isfinite(val_loss):
                yield finished("diverged", _advice("validation loss", position.step, lr))
                return
            improved = position.best_val_loss is None or val_loss < position.best_val_loss
            position = position.replace(
                val_loss=val_loss, best_val_loss=val_loss if improved else position.best_val_loss
            )
            yield Evaluated(
                **now(),
                **seen,
                tokens_seen=position.tokens_seen,
                train_loss=train_loss,
                val_loss=val_loss,
                best=improved,
                probe=probe,
            )

        # Sample: what it writes by now.
        if write is not None and (epoch_ends or ends):
            with clock.during("sampling"):
                text = write()
            model.train()
            yield Sampled(**now(), **seen, text=text)

        # Save, unless the step itself made the weights infinite.
        reason = saver.due(position.step, config, ends=ends, epoch_ends=epoch_ends, improved=improved)
        keeping = [keep_snapshot(snapshot, snapshots, position, clock)]
        if reason is not None:
            keeping.insert(0, saver.save(position.replace(elapsed_s=clock.elapsed_s), reason))
        damaged = False
        for kept in keeping:  # each is tried: of a model in shares, all processes hand theirs over
            try:
                yield from kept
            except CheckpointError:
                damaged = True
        if any(ranks.agree(damaged)):
            yield finished("diverged", _advice("weights", position.step, lr))
            return
    yield finished("completed")


def _steps(
    source: Source, accumulation: int, position: Position, total_steps: int
) -> Iterator[tuple[int, int, list[Batch]]]:
    """For every step still to do: the epoch, the batches of it used after the step, and those to use in it."""
    step, epoch, batch = position.step, position.epoch, position.batch
    while step < total_steps:
        batches = source.epoch(epoch, batch)
        while step < total_steps and (group := list(islice(batches, accumulation))):
            step, batch = step + 1, batch + len(group)
            yield epoch, batch, group
        epoch, batch = epoch + 1, 0


def _with_lr(config: TrainConfig, lr: float | None) -> TrainConfig:
    return config if lr is None else config.replace(lr=lr, min_lr=min(lr, config.min_lr))


def _advice(what: str, step: int, lr: float) -> str:
    return (
        f"The {what} was no longer a number at step {step}; lower lr (it was {lr:g}), or limit the gradient with a "
        f"grad_clip of 1, and resume from the last checkpoint."
    )
