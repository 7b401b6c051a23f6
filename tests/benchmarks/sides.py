"""The sides that are compared, each as one way to build, train and write: ours, the book's code, transformers."""

import os
from collections.abc import Callable
from dataclasses import dataclass

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.config import ModelConfig, TrainConfig
from playground.device import Precision, autocast
from playground.model.gpt import GPTModel
from playground.model.presets import PRESETS
from playground.model.shrink import shrink

COMPACT_SIZE = 1700
"""Tokens in the compact vocabulary of a short story; every side gets the same number."""


@dataclass(frozen=True)
class Side:
    model: nn.Module
    train: Callable[[Tensor, Tensor], None] | None
    """One optimizer step on inputs (B, T) and targets (B, T); None for a side that was made to write."""
    loss: Callable[[Tensor, Tensor], Tensor]
    """Mean cross entropy of targets (B, T) after inputs (B, T)."""
    write: Callable[[Tensor, int], Tensor]
    """(ids (1, T), new tokens) → ids, greedily."""


def shape(size: str) -> ModelConfig:
    model = PRESETS[size].model
    return model if PRESETS[size].data.vocabulary == "gpt2" else model.replace(vocab_size=COMPACT_SIZE)


def make_side(name: str, config: ModelConfig, trains: bool) -> Side:
    """`name` is ours, book or transformers, with `-bfloat16` or (writing only) `-int8` behind it."""
    kind, _, precision = name.partition("-")
    torch.manual_seed(123)
    return {"ours": _ours, "book": _book, "transformers": _transformers}[kind](config, precision or "float32", trains)


def _ours(config: ModelConfig, precision: str, trains: bool) -> Side:
    from playground.sampling.generate import generate
    from playground.training.loop.loss import calc_loss_batch
    from playground.training.loop.machine_use import keep_freed_memory

    model = GPTModel(config)
    if trains:
        keep_freed_memory()
    else:
        model = shrink(model, precision)

    def loss(inputs: Tensor, targets: Tensor) -> Tensor:
        with autocast("cpu", precision):
            return calc_loss_batch(inputs, targets, model, "cpu")

    return Side(
        model,
        _our_step(model, precision) if trains else None,
        loss,
        lambda ids, new: generate(model, ids, new, config.context_length),
    )


def _our_step(model: GPTModel, precision: Precision) -> Callable[[Tensor, Tensor], None]:
    """What the training loop does, the gradient's norm included."""
    from playground.training.loop.gradients import LossOf, accumulate_gradients, clip_gradient
    from playground.training.loop.optimizer import make_optimizer
    from playground.training.loop.parallel.ranks import ALONE
    from playground.training.loop.step_in_backward import make_step_in_backward

    settings = TrainConfig(device="cpu")
    optimizer, loss_of = make_optimizer(model, settings), LossOf(model)

    def train(inputs: Tensor, targets: Tensor) -> None:
        optimizer.zero_grad()
        early = make_step_in_backward(optimizer, settings, ALONE)
        accumulate_gradients(loss_of, [(inputs, targets)], precision, ALONE, early)
        clip_gradient(model, settings.grad_clip, ALONE, early).item()
        optimizer.step()

    return train


def _book(config: ModelConfig, precision: str, trains: bool) -> Side:
    from llms_from_scratch.ch04 import GPTModel as BookModel
    from llms_from_scratch.ch05 import calc_loss_batch, generate

    model = BookModel(dict(config))

    def loss(inputs: Tensor, targets: Tensor) -> Tensor:
        return calc_loss_batch(inputs, targets, model, "cpu")

    return Side(
        model,
        _plain_step(model, loss) if trains else None,
        loss,
        lambda ids, new: generate(model, ids, new, config.context_length),
    )


def _transformers(config: ModelConfig, precision: str, trains: bool) -> Side:
    from transformers import GPT2Config, GPT2LMHeadModel

    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            n_embd=config.emb_dim,
            n_layer=config.n_layers,
            n_head=config.n_heads,
            **dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), config.drop_rate),
            tie_word_embeddings=False,
            bos_token_id=None,
            eos_token_id=None,
        )
    )
    if not trains and precision == "bfloat16":
        model = model.to(torch.bfloat16)

    def loss(inputs: Tensor, targets: Tensor) -> Tensor:
        with autocast("cpu", precision):
            return F.cross_entropy(model(inputs).logits.flatten(0, 1), targets.flatten())

    def write(ids: Tensor, new: int) -> Tensor:
        settings = {"do_sample": False, "use_cache": True, "pad_token_id": 0}
        return model.generate(
            ids, attention_mask=torch.ones_like(ids), min_new_tokens=new, max_new_tokens=new, **settings
        )

    return Side(model, _plain_step(model, loss) if trains else None, loss, write)


def _plain_step(model: nn.Module, loss: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], None]:
    """The book's training step."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-4, weight_decay=0.1)

    def train(inputs: Tensor, targets: Tensor) -> None:
        optimizer.zero_grad()
        loss(inputs, targets).backward()
        optimizer.step()

    return train
