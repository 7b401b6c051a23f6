"""Training with several processes: rank 0 broadcasts what is trained, and the other ranks follow it without any file.

    torchrun --nproc-per-node=2 -m playground train sample:story

Rank 0 runs the command as if it were alone. The other ranks wait in `follow` until it broadcasts a training.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import torch
import torch.distributed as dist
from pydantic import BaseModel, ConfigDict

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.device import resolve_device
from playground.errors import SettingsError
from playground.model.gpt import GPTModel
from playground.text.corpus import Corpus
from playground.training.loop.batches import batches_of
from playground.training.loop.optimizer import make_optimizer
from playground.training.loop.parallel.ranks import Ranks, joined
from playground.training.loop.parallel.sharding import gather_model, gather_optimizer, shard, shard_like
from playground.training.loop.position import Position
from playground.training.loop.trainer import Callbacks, Training, train_on

_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


class Task(BaseModel):
    """What rank 0 broadcasts of a training before the tensors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    position: Position
    n_train_tokens: int
    n_val_tokens: int
    has_moments: bool
    sharded: bool
    prompt: list[int]
    """For the probe; empty unless the model is sharded, for then all ranks compute it."""
    writes_samples: bool


def run_together(command: Callable[[], object]) -> None:
    """Run `command` on rank 0 while the other ranks follow it, then end all of them; alone, just run it.

    If the command fails, torchrun ends the other ranks.
    """
    with joined() as ranks:
        if ranks.is_first:
            try:
                command()
            except SystemExit as ended:
                if ended.code or ranks.size == 1:
                    raise
            end_followers(ranks)
        else:
            for number in (signal.SIGINT, signal.SIGTERM):  # handled by rank 0: it saves, then all ranks stop
                signal.signal(number, signal.SIG_IGN)
            follow(ranks)
    if ranks.size > 1:
        _exit()


def broadcast_training(training: Training, corpus: Corpus, data: DataConfig, *, writes_samples: bool) -> None:
    """Send a training that rank 0 is about to start to the other ranks; does nothing in a process alone.

    If the model is to be sharded, its weights and the optimizer's state are replaced with this rank's shards. Raises
    `SettingsError` if a batch has fewer windows than there are ranks.
    """
    model, ranks = training.model, training.ranks
    if ranks.size == 1:
        return
    if data.batch_size < ranks.size:
        raise SettingsError(
            f"batch_size: {data.batch_size} windows cannot be divided among {ranks.size} processes; raise it to "
            f"{ranks.size} or more."
        )
    assert isinstance(model, GPTModel)  # the only kind of model that is trained on a corpus
    task = Task(
        model=model.config,
        data=data,
        train=training.config,
        position=training.position,
        n_train_tokens=len(corpus.train_ids),
        n_val_tokens=len(corpus.val_ids),
        has_moments=bool(training.optimizer.state),
        sharded=ranks.sharded,
        prompt=training.prompt if ranks.sharded else [],
        writes_samples=writes_samples,
    )
    _broadcast_text(task.model_dump_json())
    for ids in (corpus.train_ids, corpus.val_ids):
        dist.broadcast(ids.long(), 0)
    _broadcast_state(model, training.optimizer, task)


def end_followers(ranks: Ranks) -> None:
    """Let the other ranks return from `follow`, and wait for them: a rank that leaves early ends the group for all."""
    if ranks.size > 1:
        _broadcast_text("")
        dist.barrier()


def follow(ranks: Ranks) -> None:
    """Take part in every training that rank 0 broadcasts, until it calls `end_followers`."""
    while line := _receive_text():
        _follow_training(Task.model_validate_json(line), ranks)
    dist.barrier()


def _follow_training(task: Task, ranks: Ranks) -> None:
    train_ids, val_ids = (torch.empty(n, dtype=torch.long) for n in (task.n_train_tokens, task.n_val_tokens))
    for ids in (train_ids, val_ids):
        dist.broadcast(ids, 0)
    model = GPTModel(task.model)
    if not task.sharded:
        model.to(resolve_device(task.train.device))
    optimizer = make_optimizer(model, task.train)
    _broadcast_state(model, optimizer, task)
    ranks = replace(ranks, sharded=task.sharded)
    train_batches, val_batches = batches_of(train_ids, val_ids, task.data, task.model.context_length, task.train.seed)
    training = Training(
        model, optimizer, train_batches, val_batches, task.train, task.position, prompt=task.prompt, ranks=ranks
    )
    callbacks = _gather_only(model, optimizer, ranks, task.writes_samples) if task.sharded else Callbacks()
    for _ in train_on(training, callbacks):
        pass


def _gather_only(model: GPTModel, optimizer: torch.optim.Optimizer, ranks: Ranks, writes_samples: bool) -> Callbacks:
    """Callbacks that send this rank's shards to rank 0 while it writes a sample, a checkpoint or a snapshot."""

    def write_sample() -> str:
        gather_model(model, ranks)
        return ""

    def save(*_: object) -> int:
        gather_optimizer(model, gather_model(model, ranks), optimizer, ranks)
        return 0

    return Callbacks(
        write_sample=write_sample if writes_samples else None,
        save=save,
        snapshot=lambda _: gather_model(model, ranks),
    )


def _broadcast_state(model: GPTModel, optimizer: torch.optim.Optimizer, task: Task) -> None:
    """Replace weights and moments with those of rank 0, or with this rank's shards of them."""
    for weight in model.state_dict().values():
        dist.broadcast(weight, 0)
    moments = [optimizer.state.pop(weight, {}) for weight in model.parameters()]
    if task.sharded:
        shard(model, resolve_device(task.train.device))
        optimizer.param_groups[0]["params"] = list(model.parameters())
    if not task.has_moments:
        return
    for weight, state in zip(model.parameters(), moments, strict=True):
        for kind in _MOMENTS:
            if kind not in state:
                device = "cpu" if task.sharded else weight.device
                state[kind] = torch.empty(() if kind == "step" else weight.shape, device=device)
            dist.broadcast(state[kind], 0)
            if task.sharded:
                state[kind] = state[kind].to(weight.device) if kind == "step" else shard_like(weight, state[kind])
        optimizer.state[weight] = state


def _broadcast_text(text: str) -> None:
    data = text.encode()
    dist.broadcast(torch.tensor([len(data)]), 0)
    dist.broadcast(torch.frombuffer(bytearray(data or b" "), dtype=torch.uint8), 0)


def _receive_text() -> str:
    length = torch.zeros(1, dtype=torch.long)
    dist.broadcast(length, 0)
    data = torch.zeros(max(1, int(length)), dtype=torch.uint8)
    dist.broadcast(data, 0)
    return bytes(data[: int(length)].tolist()).decode()


def _exit() -> NoReturn:
    """End this process at once: gloo's threads outlive their group, and sometimes abort an interpreter that exits."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
