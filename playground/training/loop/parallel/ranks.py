"""The processes that train one model together, and what they exchange.

Every rank holds the whole model, or a shard of it (`sharding.py`), and computes its part of the windows of each batch,
so settings mean the same for any number of ranks. All ranks run the same loop in lockstep; rank 0 decides, and is the
only one that reads and writes files.
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
    """This process (`rank`, from 0) among `size` processes; alone, every method is the identity.

    >>> _, _, n_counted = Ranks().local_part((torch.zeros(2, 3), torch.ones(2, 3)))
    >>> n_counted
    6
    """

    rank: int = 0
    size: int = 1
    sharded: bool = False
    """Whether each rank holds only a shard of the model."""

    @classmethod
    def here(cls, *, sharded: bool = False) -> "Ranks":
        """This process in its process group, or alone; raises `SettingsError` for a sharded model in one process."""
        if dist.is_available() and dist.is_initialized():
            return cls(dist.get_rank(), dist.get_world_size(), sharded)
        if sharded:
            raise SettingsError("sharded: one process alone cannot shard the model; start several with torchrun.")
        return cls()

    @property
    def is_first(self) -> bool:
        """Whether this is rank 0."""
        return self.rank == 0

    @property
    def seed_parts(self) -> tuple[str | int, ...]:
        """What distinguishes the seeds of this rank from those of rank 0, whose seeds are those of a process alone."""
        return () if self.is_first else ("rank", self.rank)

    @property
    def threads(self) -> int | None:
        """CPU threads for each of several processes on this machine; None when alone."""
        if self.size == 1:
            return None
        return max(1, available_cores() // int(os.environ.get("LOCAL_WORLD_SIZE", self.size)))

    def local_part(self, batch: Batch) -> tuple[Tensor, Tensor, int]:
        """This rank's windows of a batch: inputs (b, T), targets (b, T), and the number of tokens that count.

        A rank without a window takes the first one, with 0 tokens that count: all must compute, for all exchange
        gradients.
        """
        inputs, targets = batch
        if self.size == 1:
            return inputs, targets, targets.numel()
        mine = slice(self.rank, None, self.size)
        if len(inputs) <= self.rank:
            return inputs[:1], targets[:1], 0
        return inputs[mine], targets[mine], targets[mine].numel()

    def sum(self, values: Tensor) -> Tensor:
        """The sum of `values` over all ranks, the same on each."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def agree(self, *values: float) -> list[float]:
        """Rank 0's `values`, on every rank."""
        if self.size == 1:
            return list(values)
        received = torch.tensor(values, dtype=torch.float64)
        dist.broadcast(received, 0)
        return received.tolist()

    def wrap(self, loss_of: nn.Module) -> nn.Module:
        """The module with the exchange of its gradients added: their mean over the ranks.

        A sharded model exchanges them already.
        """
        if self.size == 1 or self.sharded:
            return loss_of
        return DistributedDataParallel(loss_of, gradient_as_bucket_view=True)


ALONE = Ranks()


@contextmanager
def joined() -> Iterator[Ranks]:
    """Join the process group if torchrun has started this process; gloo on CPUs, NCCL on GPUs."""
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
