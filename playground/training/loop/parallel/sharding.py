"""A sharded model: each rank keeps its shard of every weight, gradient and optimizer state.

The weights of a block are gathered on every rank while the block computes and released afterwards, and so are those
outside the blocks; gradients are reduced to their shards. (ZeRO stage 3: Rajbhandari et al. 2020; here PyTorch's
`fully_shard`.) For a sample or a checkpoint, the whole model is gathered in the main memory of rank 0: every rank must
then call the same function at the same time.
"""

import torch
import torch.distributed as dist
from torch import Tensor, nn

from playground.model.cpu.adamw import AdamW
from playground.model.gpt import GPTModel
from playground.training.loop.machine_use import give_back_freed_memory
from playground.training.loop.parallel.ranks import Ranks

# PyTorch's modules for this take a while to import and are seldom needed, so the functions import them.


def shard(model: GPTModel, device: torch.device) -> None:
    """Shard each weight over the ranks, on `device`; the weights must be the same on all ranks."""
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method

    give_back_freed_memory()
    mesh = init_device_mesh(device.type, (dist.get_world_size(),))
    for block in model.blocks:
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)
    register_fsdp_forward_method(model, "hidden")  # the loss calls it instead of `forward`


def shard_like(weight: nn.Parameter, whole: Tensor) -> Tensor:
    """This rank's shard of `whole`, which has the shape of the sharded `weight` and is the same on all ranks."""
    from torch.distributed.tensor import DTensor, distribute_tensor

    assert isinstance(weight, DTensor)
    share = torch.zeros_like(weight)
    share.copy_(distribute_tensor(whole.to(weight.device), weight.device_mesh, weight.placements, src_data_rank=None))
    return share  # a copy: the distributed tensor keeps all of `whole` in memory


def gather_model(model: GPTModel, ranks: Ranks) -> GPTModel:
    """The model itself; of a sharded one, a copy of the whole on rank 0, and a model without weights elsewhere."""
    if not ranks.sharded:
        return model
    model.reshard()  # type: ignore[operator]  # added by `fully_shard`
    with torch.device("meta"):  # shapes without memory
        whole = GPTModel(model.config)
    weights = {name: _gather(weight, ranks) for name, weight in model.named_parameters()}
    if ranks.is_first:
        whole.load_state_dict(weights, assign=True)
    return whole


def gather_optimizer(
    model: GPTModel, whole: GPTModel, optimizer: torch.optim.Optimizer, ranks: Ranks
) -> torch.optim.Optimizer:
    """The optimizer itself; of a sharded model, a copy for the weights of `whole`, which `gather_model` returned."""
    if not ranks.sharded:
        return optimizer
    copy = AdamW(whole.parameters())
    for weight, target in zip(model.parameters(), whole.parameters(), strict=True):
        state = optimizer.state.get(weight, {})  # empty before the first step
        if state:
            moments = {kind: value if kind == "step" else _gather(value, ranks) for kind, value in state.items()}
            copy.state[target] = moments
    return copy


def full_tensor(tensor: Tensor) -> Tensor:
    """The whole of a sharded tensor, gathered on every rank."""
    from torch.distributed.tensor import DTensor

    assert isinstance(tensor, DTensor)
    return tensor.full_tensor()


def _gather(tensor: Tensor, ranks: Ranks) -> Tensor:
    """The whole of a sharded tensor in the main memory of rank 0; elsewhere it is released at once."""
    whole = full_tensor(tensor.detach())
    return whole.cpu() if ranks.is_first else whole.new_empty(0)
