"""One number for a model on a text, as several measures of the same losses."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import tiktoken
import torch
from torch import Tensor

from playground.errors import TextError
from playground.evaluation.token_losses import TokenLosses, perplexity, score_windows
from playground.evaluation.windows import Reading
from playground.model.gpt import GPTModel
from playground.text.tokenizer import encode_to_array
from playground.text.upload import clean_text
from playground.training.runs.run import Run, Which

Part = Literal["train", "validation"]
"""A part of a run's own text."""


@dataclass(frozen=True)
class Evaluation:
    """The measures, each over the tokens that were predicted, so that every token counts the same."""

    tokens: int
    loss: float
    """Mean cross entropy in nats."""
    bits_per_byte: float
    """The loss in bits, divided by the bytes of the text: it compares models with different vocabularies."""
    first_share: float
    """Share of tokens that the model found likeliest, 0 to 1."""
    first_ten_share: float
    """Share of tokens among the model's ten likeliest."""
    reading: Reading
    context_length: int

    @property
    def perplexity(self) -> float:
        """exp(loss): as unsure as among so many equally likely tokens."""
        return perplexity(self.loss)


def evaluate(
    run: Run,
    text: str | None = None,
    *,
    part: Part = "validation",
    step: Which = "last",
    reading: Reading = "sliding",
    on_progress: Callable[[float], None] | None = None,
) -> Evaluation:
    """Evaluate a run's model at a step on an own text, or without one on a part of the run's text.

    on_progress: called with the share that is done, 0 to 1; what it raises ends the evaluation

    Raises `RunError` or `CheckpointError` without a model, `TextError` for a text that is too short.

    >>> import tempfile
    >>> from playground.config import ModelConfig, TrainConfig
    >>> from playground.training.jobs.session import run_training
    >>> from playground.training.runs.store import RunStore
    >>> model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> train = TrainConfig(epochs=1, sample_tokens=0, threads=1)
    >>> run = RunStore(tempfile.mkdtemp()).create("first", "so it goes " * 200, model, train=train)
    >>> _ = list(run_training(run))
    >>> evaluate(run, "it goes so").tokens  # the first of three has nothing before it
    2
    """
    ids = text_ids(run, text, part)
    return evaluate_ids(run.load_model(step), ids, run.tokenizer, reading=reading, on_progress=on_progress)


def text_ids(run: Run, text: str | None, part: Part) -> Tensor:
    """The token ids `(N,)` of an own text under a run's vocabulary, or those of a part of the run's text."""
    if text is None:
        corpus = run.corpus()
        return corpus.train_ids if part == "train" else corpus.val_ids
    return torch.from_numpy(encode_to_array(clean_text(text), run.tokenizer).astype(np.int64))


def evaluate_ids(
    model: GPTModel,
    ids: Tensor,
    tokenizer: tiktoken.Encoding,
    *,
    reading: Reading = "sliding",
    on_progress: Callable[[float], None] | None = None,
) -> Evaluation:
    """Evaluate a model on token ids `(N,)`; see `evaluate`."""
    parts = _reported(score_windows(model, ids, reading=reading), len(ids), on_progress)
    return measures(parts, ids, tokenizer, reading, model.config.context_length)


def measures(
    parts: Iterable[TokenLosses], ids: Tensor, tokenizer: tiktoken.Encoding, reading: Reading, context_length: int
) -> Evaluation:
    """The measures of the losses of a text's parts; only one of them is in memory at a time."""
    lengths = token_bytes(tokenizer)
    tokens = n_bytes = first = first_ten = 0
    total = 0.0
    for part in parts:
        tokens += len(part)
        total += float(part.loss.double().sum())
        first += int((part.rank == 0).sum())
        first_ten += int((part.rank < 10).sum())
        n_bytes += int(lengths[torch.as_tensor(ids[part.position]).long()].sum())
    if not n_bytes:
        raise TextError("The text has no bytes: it is made of special tokens only.")
    return Evaluation(
        tokens=tokens,
        loss=total / tokens,
        bits_per_byte=total / math.log(2) / n_bytes,
        first_share=first / tokens,
        first_ten_share=first_ten / tokens,
        reading=reading,
        context_length=context_length,
    )


def token_bytes(tokenizer: tiktoken.Encoding) -> Tensor:
    """Number of bytes of every token, `(V,)`; special tokens have none.

    >>> from playground.text.tokenizer import load_tokenizer
    >>> token_bytes(load_tokenizer())[[15496, 50256]].tolist()
    [5, 0]
    """
    special = {tokenizer.encode_single_token(name) for name in tokenizer.special_tokens_set}
    lengths = [0 if i in special else len(tokenizer.decode_single_token_bytes(i)) for i in range(tokenizer.n_vocab)]
    return torch.tensor(lengths)


def _reported(
    parts: Iterator[TokenLosses], n_tokens: int, on_progress: Callable[[float], None] | None
) -> Iterator[TokenLosses]:
    done = 0
    for part in parts:
        done += len(part)
        if on_progress is not None:
            on_progress(min(1.0, done / max(1, n_tokens - 1)))
        yield part
