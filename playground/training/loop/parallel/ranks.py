"""Several processes that train one model together: who they are and what they tell each other.

Every process holds the whole model, or its share of it (`sharding.py`), and takes its share of the windows of each
batch, so settings mean the same however many there are. All go through the same loop in step; the first one decides
and alone touches the disk.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from playground.device import available_cores
from playground.errors import SettingsError
from playground.training.loop.batches import Batch


@dataclass(frozen=True)
class Ranks:
    """This process (`rank`, from 0) among `size`; alone, everything here does nothing.

    >>> Ranks().share((torch.zeros(2, 3), torch.ones(2, 3)))[2]
    6
    """

    rank: int = 0
    size: int = 1
    sharded: bool = False
    """Whether each holds only its share of the model."""

    @classmethod
    def here(cls, *, sharded: bool = False) -> "Ranks":
        """This process in the group it has joined, or alone; raises `SettingsError` for shares among one."""
        if dist.is_available() and dist.is_initialized():
            return cls(dist.get_rank(), dist.get_world_size(), sharded)
        if sharded:
            raise SettingsError("sharded: one process alone has nobody to share with; start several with torchrun.")
        return cls()

    @property
    def first(self) -> bool:
        """Whether this process decides."""
        return self.rank == 0

    @property
    def purpose(self) -> tuple[str | int, ...]:
        """What sets this process's random numbers apart from those of the first."""
        return () if self.first else ("rank", self.rank)

    @property
    def threads(self) -> int | None:
        """Processor threads for each of several processes on this machine; None when alone."""
        if self.size == 1:
            return None
        return max(1, available_cores() // int(os.environ.get("LOCAL_WORLD_SIZE", self.size)))

    def share(self, batch: Batch) -> tuple[Tensor, Tensor, int]:
        """The windows of a batch that are this process's, and how many tokens they count.

        One that is left without a window takes the first with a count of 0: all must compute, for all exchange.
        """
        inputs, targets = batch
        if self.size == 1:
            return inputs, targets, targets.numel()
        mine = slice(self.rank, None, self.size)
        if len(inputs) <= self.rank:
            return inputs[:1], targets[:1], 0
        return inputs[mine], targets[mine], targets[mine].numel()

    def sum(self, values: Tensor) -> Tensor:
        """The sum of every process's `values`, the same everywhere."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def agree(self, *values: float) -> list[float]:
        """The first process's `values`, everywhere."""
        if self.size == 1:
            return list(values)
        told = torch.tensor(values, dtype=torch.float64)
        dist.broadcast(told, 0)
        return told.tolist()

    def wrap(self, loss_of: nn.Module) -> nn.Module:
        """The module with the exchange of its gradients built in: the mean over the processes.

        A model in shares has it already.
        """
        if self.size == 1 or self.sharded:
            return loss_of
        return DistributedDataParallel(loss_of, gradient_as_bucket_view=True)


ALONE = Ranks()


@contextmanager
def joined() -> Iterator[Ranks]:
    """Join the processes that torchrun has started, if it has; gloo between processors, NCCL between GPUs."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group("cpu:gloo,cuda:nccl")
    else:
        dist.init_process_group("gloo")
    try:
        yield Ranks.here()
    finally:
        dist.destroy_process_group()
