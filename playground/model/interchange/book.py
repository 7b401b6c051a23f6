"""Our weights ⇄ the book's: one table, used in both directions, and the two files that the book saves (section 5.4).

A file is untrusted: it is read with `weights_only=True`, which runs no code, and the name, shape, type and values of
every tensor are checked before use.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from playground.config import ModelConfig, TrainConfig
from playground.errors import CheckpointError, SettingsError
from playground.model.checks import check_tensors, empty_weights
from playground.model.gpt import GPTModel
from playground.model.interchange.names import BOOK_MASK, GPT2_HEADS, tensor_names
from playground.model.interchange.sources import load_torch

_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class BookFile:
    """The content of `model.pth` or `model_and_optimizer.pth`, checked and under our names."""

    config: ModelConfig
    weights: dict[str, Tensor]
    """For `GPTModel(config).load_state_dict`."""
    optimizer: dict[str, Any] | None = None
    """`state`: our parameter name → step and AdamW's two moments; `settings`: lr, betas, eps, weight_decay. None for
    `model.pth`."""

    def load_optimizer(self, optimizer: torch.optim.Optimizer, model: GPTModel) -> None:
        """Load the moments and settings of the file into `optimizer`, an AdamW over `model`'s parameters.

        Raises `CheckpointError` when the file has none.
        """
        if self.optimizer is None:
            raise CheckpointError("The file has a model without its optimizer; save model_and_optimizer.pth instead.")
        order, saved = _single_group(optimizer, model), self.optimizer["state"]
        state = {index: saved[name] for index, name in enumerate(order) if name in saved}
        group = {**optimizer.state_dict()["param_groups"][0], **self.optimizer["settings"]}
        optimizer.load_state_dict({"state": state, "param_groups": [group]})


def to_book(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state_dict of our model under the book's names, with the mask buffers of the book's attention.

    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1))
    >>> [name for name in to_book(model.state_dict()) if "W_" in name]
    ['trf_blocks.0.att.W_query.weight', 'trf_blocks.0.att.W_key.weight', 'trf_blocks.0.att.W_value.weight']
    """
    n_layers = _count_layers(weights, "blocks.")
    book = {
        name: part
        for ours, theirs in _names(n_layers, "blocks.0.att.qkv.bias" in weights)
        for name, part in zip(theirs, weights[ours].chunk(len(theirs)), strict=True)
    }
    positions = weights["pos_emb.weight"]
    mask = torch.ones(len(positions), len(positions), device=positions.device).triu(1)
    return book | {BOOK_MASK.format(layer): mask for layer in range(n_layers)}


def from_book(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state_dict of the book's model under our names, in float32.

    Raises `CheckpointError` for tensors that are missing, unexpected, of another shape or type, or not finite.

    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1))
    >>> back = from_book(to_book(model.state_dict()))
    >>> all(back[name].equal(weight) for name, weight in model.state_dict().items())
    True
    """
    config = _config_of(weights, n_heads=1)
    expected = to_book(empty_weights(config))
    masks = {BOOK_MASK.format(layer) for layer in range(config.n_layers)}
    check_tensors(weights, {name: weight.shape for name, weight in expected.items()}, optional=masks)
    for name in masks & weights.keys():
        if not weights[name].float().equal(torch.ones(weights[name].shape).triu(1)):
            raise CheckpointError(f"{name}: this mask is not the causal one; the file is of another model.")
    return {
        ours: torch.cat([weights[name].detach().float() for name in theirs])
        for ours, theirs in _names(config.n_layers, config.qkv_bias)
    }


def read_book_file(path: str | Path, n_heads: int | None = None) -> BookFile:
    """Read `model.pth` or `model_and_optimizer.pth` as the book's code saves them.

    A weights file does not contain the number of heads. It is known for GPT-2's widths (768, 1024, 1280, 1600); for any
    other, `n_heads` is needed (else `SettingsError`). Raises `CheckpointError` unless all tensors are plain, finite and
    of the right shape.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "model.pth"
    >>> write_book_file(path, GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)))
    >>> read_book_file(path, n_heads=2).config.emb_dim
    8
    """
    path = Path(path)
    content = load_torch(path)
    if "model_state_dict" not in content:
        return BookFile(_config_of(content, n_heads), from_book(content))
    weights = content["model_state_dict"]
    if not isinstance(weights, Mapping):
        raise CheckpointError(f"{path.name}: model_state_dict has no named tensors; save a state_dict.")
    config = _config_of(weights, n_heads)
    return BookFile(config, from_book(weights), read_optimizer(content.get("optimizer_state_dict"), config))


def write_book_file(path: str | Path, model: GPTModel, optimizer: torch.optim.Optimizer | None = None) -> None:
    """Write a file for the book's code to load: `model.pth`, or with an AdamW optimizer `model_and_optimizer.pth`.

    Raises `CheckpointError` for an optimizer that does not have one group of all the model's parameters.
    """
    path = Path(path)
    content: dict[str, Any] = to_book(model.state_dict())
    if optimizer is not None:
        content = {"model_state_dict": content, "optimizer_state_dict": _write_optimizer(model, optimizer)}
    temporary = path.with_name(f"{path.name}.part")
    torch.save(content, temporary)
    os.replace(temporary, path)


def read_optimizer(saved: Any, config: ModelConfig) -> dict[str, Any]:
    """The book's AdamW state under our names, as in `BookFile`; before the first step `state` is empty.

    Raises `CheckpointError` for anything else.
    """
    order = _book_order(config)
    try:
        (group,), state = saved["param_groups"], saved["state"]
        settings = {name: group[name] for name in ("lr", "betas", "eps", "weight_decay")}
        beta1, beta2 = settings["betas"]
        TrainConfig(lr=settings["lr"], weight_decay=settings["weight_decay"], beta1=beta1, beta2=beta2)
        moments = {order[index]: dict(values) for index, values in state.items()}
        steps = {name: float(values.pop("step")) for name, values in moments.items()}
    except (TypeError, KeyError, ValueError, IndexError, AttributeError, SettingsError):
        raise CheckpointError("optimizer_state_dict: this is not the state of an AdamW over the model.") from None
    if not moments:
        return {"state": {}, "settings": settings}
    weights = {name: weight.shape for name, weight in to_book(empty_weights(config)).items() if name in order}
    found = {f"{name} {moment}": value for name, values in moments.items() for moment, value in values.items()}
    check_tensors(found, {f"{name} {moment}": shape for name, shape in weights.items() for moment in _MOMENTS})
    ours_to_theirs = dict(_names(config.n_layers, config.qkv_bias))
    return {
        "state": {
            ours: {
                "step": torch.tensor(steps[theirs[0]]),
                **{moment: torch.cat([moments[name][moment].float() for name in theirs]) for moment in _MOMENTS},
            }
            for ours, theirs in ours_to_theirs.items()
        },
        "settings": settings,
    }


def _names(n_layers: int, qkv_bias: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(our tensor, the book's tensors that are stacked in it), in the order of our model's parameters."""
    return ((names.ours, names.book) for names in tensor_names(n_layers, qkv_bias))


def _book_order(config: ModelConfig) -> list[str]:
    """The book's parameters in the order of its model: the query's weight and bias come before the key's."""
    names = [name for _, theirs in _names(config.n_layers, config.qkv_bias) for name in theirs]
    start = {name.rpartition(".")[0]: index for index, name in reversed(list(enumerate(names)))}
    return sorted(names, key=lambda name: start[name.rpartition(".")[0]])


def _config_of(weights: Mapping[str, Tensor], n_heads: int | None) -> ModelConfig:
    """The configuration, derived from the shapes; raises `CheckpointError` for sizes out of `ModelConfig`'s bounds."""
    sizes = {}
    for name in ("tok_emb.weight", "pos_emb.weight"):
        weight = weights.get(name)
        if not isinstance(weight, Tensor) or weight.dim() != 2:
            raise CheckpointError(f"{name}: this matrix is missing, so the file is not of the book's model.")
        sizes[name] = weight.shape
    width = sizes["tok_emb.weight"][1]
    if n_heads is None and width not in GPT2_HEADS:
        raise SettingsError(f"n_heads: a weights file of width {width} does not contain its number of heads; give it.")
    try:
        return ModelConfig(
            vocab_size=sizes["tok_emb.weight"][0],
            context_length=sizes["pos_emb.weight"][0],
            emb_dim=width,
            n_heads=n_heads or GPT2_HEADS[width],
            n_layers=_count_layers(weights, "trf_blocks."),
            qkv_bias="trf_blocks.0.att.W_query.bias" in weights,
        )
    except SettingsError as error:
        raise CheckpointError(f"The file's model is out of bounds: {error}") from None


def _count_layers(weights: Mapping[str, Tensor], prefix: str) -> int:
    return len({name.split(".")[1] for name in weights if isinstance(name, str) and name.startswith(prefix)})


def _single_group(optimizer: torch.optim.Optimizer, model: GPTModel) -> list[str]:
    """Names of the optimizer's parameters in its order; the book's optimizer has one group, so this one must, too."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    if len(optimizer.param_groups) != 1 or {id(p) for p in optimizer.param_groups[0]["params"]} != names.keys():
        raise CheckpointError("The book's optimizer has one group of all the model's parameters; this one differs.")
    return [names[id(parameter)] for parameter in optimizer.param_groups[0]["params"]]


def _write_optimizer(model: GPTModel, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    _single_group(optimizer, model)
    parts: dict[str, dict[str, Tensor]] = {}
    parameters = dict(model.named_parameters())
    for ours, theirs in _names(model.config.n_layers, model.config.qkv_bias):
        state = optimizer.state.get(parameters[ours])
        if state:
            moments = [state[moment].chunk(len(theirs)) for moment in _MOMENTS]
            for name, *values in zip(theirs, *moments, strict=True):
                parts[name] = {"step": state["step"].clone(), **dict(zip(_MOMENTS, values, strict=True))}
    order = _book_order(model.config)
    group = {**optimizer.state_dict()["param_groups"][0], "params": list(range(len(order)))}
    group |= {"fused": None, "foreach": None}  # left to the code that loads the file
    return {"state": {index: parts[name] for index, name in enumerate(order) if name in parts}, "param_groups": [group]}
