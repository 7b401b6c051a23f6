"""The sides that are compared, each as one way to build, train and write: ours, the book's code, transformers."""

import os
from collections.abc import Callable
from dataclasses import dataclass

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.config import ModelConfig, TrainConfig
from playground.device import autocast
from playground.model.gpt import GPTModel
from playground.model.presets import PRESETS
from playground.model.shrink import shrink

COMPACT_SIZE = 1700
"""Tokens in the compact vocabulary of a short story; every side gets the same number."""


@dataclass(frozen=True)
class Side:
    model: nn.Module
    optimizer: torch.optim.Optimizer | None
    loss: Callable[[Tensor, Tensor], Tensor]
    """(inputs (B, T), targets (B, T)) → mean cross entropy."""
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
    from playground.training.loss import calc_loss_batch
    from playground.training.machine_use import keep_freed_memory
    from playground.training.optimizer import make_optimizer

    model = GPTModel(config)
    if trains:
        keep_freed_memory()
        optimizer = make_optimizer(model, TrainConfig())
    else:
        model, optimizer = shrink(model, precision), None

    def loss(inputs: Tensor, targets: Tensor) -> Tensor:
        with autocast("cpu", precision):
            return calc_loss_batch(inputs, targets, model, "cpu")

    return Side(model, optimizer, loss, lambda ids, new: generate(model, ids, new, config.context_length))


def _book(config: ModelConfig, precision: str, trains: bool) -> Side:
    from llms_from_scratch.ch04 import GPTModel as BookModel
    from llms_from_scratch.ch05 import calc_loss_batch, generate

    model = BookModel(dict(config))
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-4, weight_decay=0.1) if trains else None
    return Side(
        model,
        optimizer,
        lambda inputs, targets: calc_loss_batch(inputs, targets, model, "cpu"),
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
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-4, weight_decay=0.1) if trains else None
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

    return Side(model, optimizer, loss, write)
