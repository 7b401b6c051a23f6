"""A model in shares: each process keeps its part of every weight, gradient and moment.

A block's weights come together in every process when the block computes and are let go again, and so do those outside
of the blocks; gradients are added up where their share lies. (ZeRO stage 3: Rajbhandari et al. 2020; here PyTorch's
`fully_shard`.) What needs the whole model outside of that, to write a text or a checkpoint, has it put together in the
first process's main memory: every process must then call the same function at the same moment.
"""

import torch
import torch.distributed as dist
from torch import Tensor, nn

from playground.model.cpu.adamw import AdamW
from playground.model.gpt import GPTModel
from playground.training.loop.machine_use import give_back_freed_memory
from playground.training.loop.parallel.ranks import Ranks

# What PyTorch has for this takes a while to import and is seldom needed: the functions import it.


def shard(model: GPTModel, device: torch.device) -> None:
    """Leave of every weight only this process's share, on `device`; the weights must be the same everywhere."""
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method

    give_back_freed_memory()
    mesh = init_device_mesh(device.type, (dist.get_world_size(),))
    for block in model.blocks:
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)
    register_fsdp_forward_method(model, "hidden")  # the loss calls it instead of the model


def share_like(weight: nn.Parameter, whole: Tensor) -> Tensor:
    """This process's share of `whole`, which has the shape of the shared `weight` and is the same everywhere."""
    from torch.distributed.tensor import distribute_tensor

    share = torch.zeros_like(weight)
    share.copy_(distribute_tensor(whole.to(weight.device), weight.device_mesh, weight.placements, src_data_rank=None))
    return share  # a copy: what was distributed would keep the whole of it in memory


def whole_model(model: GPTModel, ranks: Ranks) -> GPTModel:
    """The model itself; of one in shares a copy of the whole in the first process, and elsewhere nothing of use."""
    if not ranks.sharded:
        return model
    model.reshard()
    with torch.device("meta"):  # shapes without memory
        whole = GPTModel(model.config)
    weights = {name: _whole(weight, ranks) for name, weight in model.named_parameters()}
    if ranks.first:
        whole.load_state_dict(weights, assign=True)
    return whole


def whole_optimizer(
    model: GPTModel, whole: GPTModel, optimizer: torch.optim.Optimizer, ranks: Ranks
) -> torch.optim.Optimizer:
    """The optimizer itself; of a model in shares a copy over the weights of `whole`, its `whole_model`."""
    if not ranks.sharded:
        return optimizer
    copy = AdamW(whole.parameters())
    for weight, target in zip(model.parameters(), whole.parameters(), strict=True):
        state = optimizer.state.get(weight, {})  # empty before the first step
        if state:
            moments = {kind: value if kind == "step" else _whole(value, ranks) for kind, value in state.items()}
            copy.state[target] = moments
    return copy


def _whole(share: Tensor, ranks: Ranks) -> Tensor:
    """The whole of a tensor in the first process's main memory; elsewhere it is let go at once."""
    whole = share.detach().full_tensor()
    return whole.cpu() if ranks.first else whole.new_empty(0)
