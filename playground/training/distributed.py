"""How the first process takes the others along: they need no file, for it hands them all that the training needs.

    torchrun --nproc-per-node=2 -m playground train sample:story

The first process runs the command as if it were alone. The others wait in `assist` until it leads them into a training.
"""

import signal
from collections.abc import Callable

import torch
import torch.distributed as dist
from pydantic import BaseModel, ConfigDict

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.device import resolve_device
from playground.errors import SettingsError
from playground.model.gpt import GPTModel
from playground.text.corpus import Corpus
from playground.training.batches import batches_of
from playground.training.optimizer import make_optimizer
from playground.training.position import Position
from playground.training.ranks import Ranks, joined
from playground.training.trainer import train_on

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


def lead(
    ranks: Ranks,
    model: GPTModel,
    optimizer: torch.optim.Optimizer,
    corpus: Corpus,
    data: DataConfig,
    config: TrainConfig,
    position: Position,
) -> None:
    """Take the other processes into the training that the first one is about to start with these same arguments.

    Raises `SettingsError` if a batch cannot be shared among so many.
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
    )
    _tell(task.model_dump_json())
    for ids in (corpus.train_ids, corpus.val_ids):
        dist.broadcast(ids.long(), 0)
    _share_state(model, optimizer, task.has_moments)


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
        model = GPTModel(task.model).to(resolve_device(task.train.device))
        optimizer = make_optimizer(model, task.train)
        _share_state(model, optimizer, task.has_moments)
        train_batches, val_batches = batches_of(*ids, task.data, task.model.context_length, task.train.seed)
        for _ in train_on(
            model,
            optimizer,
            train_batches,
            val_batches,
            task.train,
            prompt=[],
            position=task.position,
            ranks=ranks,
        ):
            pass
    dist.barrier()


def run_together(command: Callable[[], object]) -> None:
    """Run `command` in the first process while the others assist it; alone, just run it.

    When it fails, the others are left to torchrun, which ends them.
    """
    with joined() as ranks:
        if not ranks.first:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process: it saves, then we stop
            assist(ranks)
            return
        try:
            command()
        except SystemExit as ended:
            if not ended.code:
                dismiss(ranks)
            raise
        dismiss(ranks)


def _share_state(model: GPTModel, optimizer: torch.optim.Optimizer, has_moments: bool) -> None:
    """Overwrite weights and moments with those of the first process."""
    for weight in model.state_dict().values():
        dist.broadcast(weight, 0)
    if not has_moments:
        return
    for weight in model.parameters():
        state = optimizer.state[weight]
        for kind in _MOMENTS:
            if kind not in state:
                state[kind] = torch.zeros((), device=weight.device) if kind == "step" else torch.empty_like(weight)
            dist.broadcast(state[kind], 0)


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
