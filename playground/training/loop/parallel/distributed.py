"""How the first process takes the others along: they need no file, for it hands them all that the training needs.

    torchrun --nproc-per-node=2 -m playground train sample:story

The first process runs the command as if it were alone. The others wait in `assist` until it leads them into a training.
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
from playground.text.tokenizer import encode
from playground.training.loop.batches import batches_of
from playground.training.loop.optimizer import make_optimizer
from playground.training.loop.parallel.ranks import Ranks, joined
from playground.training.loop.parallel.sharding import shard, share_like, whole_model, whole_optimizer
from playground.training.loop.position import Position
from playground.training.loop.trainer import train_on

_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


class Task(BaseModel):
    """What the others are told, before the tensors come."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    position: Position
    train_tokens: int
    val_tokens: int
    has_moments: bool
    sharded: bool
    prompt: list[int]
    """What the probe continues, and whether samples are written: of a model in shares, all compute what one wants."""
    writes: bool


def lead(
    ranks: Ranks,
    model: GPTModel,
    optimizer: torch.optim.Optimizer,
    corpus: Corpus,
    data: DataConfig,
    config: TrainConfig,
    position: Position,
    *,
    writes: bool = False,
) -> None:
    """Take the other processes into the training that the first one is about to start with these same arguments.

    `writes` says whether it will write samples. If the `ranks` share the model, only a share of it, on the device of
    the training, is left in `model` and `optimizer`. Raises `SettingsError` if a batch cannot be shared among so many.
    """
    if ranks.size == 1:
        return
    if data.batch_size < ranks.size:
        raise SettingsError(
            f"batch_size: {data.batch_size} windows cannot be shared among {ranks.size} processes; raise it to "
            f"{ranks.size} or more."
        )
    task = Task(
        model=model.config,
        data=data,
        train=config,
        position=position,
        train_tokens=len(corpus.train_ids),
        val_tokens=len(corpus.val_ids),
        has_moments=bool(optimizer.state),
        sharded=ranks.sharded,
        prompt=encode(config.start_context, corpus.tokenizer) if ranks.sharded else [],
        writes=writes,
    )
    _tell(task.model_dump_json())
    for ids in (corpus.train_ids, corpus.val_ids):
        dist.broadcast(ids.long(), 0)
    _share_state(model, optimizer, task)


def dismiss(ranks: Ranks) -> None:
    """Let the other processes leave `assist`, and wait for them: who left first would end what others still use."""
    if ranks.size > 1:
        _tell("")
        dist.barrier()


def assist(ranks: Ranks) -> None:
    """Train along with the first process, in every training it leads into, until it dismisses us."""
    while line := _hear():
        task = Task.model_validate_json(line)
        ids = [torch.empty(n, dtype=torch.long) for n in (task.train_tokens, task.val_tokens)]
        for part in ids:
            dist.broadcast(part, 0)
        model = GPTModel(task.model)
        if not task.sharded:
            model.to(resolve_device(task.train.device))
        optimizer = make_optimizer(model, task.train)
        _share_state(model, optimizer, task)
        ranks = replace(ranks, sharded=task.sharded)
        train_batches, val_batches = batches_of(*ids, task.data, task.model.context_length, task.train.seed)
        for _ in train_on(
            model,
            optimizer,
            train_batches,
            val_batches,
            task.train,
            prompt=task.prompt,
            position=task.position,
            ranks=ranks,
            **(_helping_hands(model, optimizer, task, ranks) if task.sharded else {}),
        ):
            pass
    dist.barrier()


def _helping_hands(model: GPTModel, optimizer: torch.optim.Optimizer, task: Task, ranks: Ranks) -> dict[str, Callable]:
    """What the others do while the first process writes a sample or a checkpoint: they hand it their shares."""

    def write() -> str:
        whole_model(model, ranks)
        return ""

    def save(*_: object) -> int:
        whole_optimizer(model, whole_model(model, ranks), optimizer, ranks)
        return 0

    return {"save": save, "snapshot": lambda _: whole_model(model, ranks), "write": write if task.writes else None}


def run_together(command: Callable[[], object]) -> None:
    """Run `command` in the first process while the others assist it, and end them all; alone, just run it.

    When it fails, the others are left to torchrun, which ends them.
    """
    with joined() as ranks:
        if ranks.first:
            try:
                command()
            except SystemExit as ended:
                if ended.code or ranks.size == 1:
                    raise
            dismiss(ranks)
        else:
            for number in (signal.SIGINT, signal.SIGTERM):  # are for the first process: it saves, then we all stop
                signal.signal(number, signal.SIG_IGN)
            assist(ranks)
    if ranks.size > 1:
        _leave()


def _leave() -> NoReturn:
    """End this process at once: gloo's threads outlive their group, and now and then abort an interpreter that ends."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _share_state(model: GPTModel, optimizer: torch.optim.Optimizer, task: Task) -> None:
    """Overwrite weights and moments with those of the first process, or with this process's share of them."""
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
                place = "cpu" if task.sharded else weight.device
                state[kind] = torch.empty(() if kind == "step" else weight.shape, device=place)
            dist.broadcast(state[kind], 0)
            if task.sharded:
                state[kind] = state[kind].to(weight.device) if kind == "step" else share_like(weight, state[kind])
        optimizer.state[weight] = state


def _tell(line: str) -> None:
    data = torch.frombuffer(bytearray(line.encode() or b" "), dtype=torch.uint8)
    dist.broadcast(torch.tensor([len(line.encode())]), 0)
    dist.broadcast(data, 0)


def _hear() -> str:
    length = torch.zeros(1, dtype=torch.long)
    dist.broadcast(length, 0)
    data = torch.zeros(max(1, int(length)), dtype=torch.uint8)
    dist.broadcast(data, 0)
    return bytes(data[: int(length)].tolist()).decode()
