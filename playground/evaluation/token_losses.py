"""The loss of every token of a text, and what else one prediction tells.

N: tokens of the text, T: context length, B: windows that are read together, V: vocabulary.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import groupby

import torch
from torch import Tensor

from playground.errors import SettingsError, TextError
from playground.evaluation.windows import Reading, Window, windows
from playground.model.gpt import GPTModel

_MAX_LOGITS = 4_000_000  # logits in memory at a time: 16 MB


@dataclass(frozen=True, eq=False)
class TokenLosses:
    """One row for each token that was predicted, in the order of the text; every field is `(N,)`."""

    position: Tensor
    """Where the token stands in the text."""
    loss: Tensor
    """Its cross entropy in nats: minus the natural logarithm of the probability that the model gave it."""
    rank: Tensor
    """Number of tokens that the model found likelier; 0 if it was the likeliest."""
    entropy: Tensor
    """Entropy in nats of the whole distribution: how unsure the model was."""
    confidence: Tensor
    """Probability of the likeliest token."""
    context: Tensor
    """Number of tokens that the model saw before it."""

    def __len__(self) -> int:
        return len(self.loss)

    @property
    def mean(self) -> float:
        """The loss of the text: the mean over its tokens."""
        return float(self.loss.double().mean())


def per_token_losses(
    model: GPTModel, ids: Tensor | list[int], *, reading: Reading = "sliding", context_length: int | None = None
) -> TokenLosses:
    """The loss of each token of a text `(N,)` after those before it, as far as they fit into the context.

    context_length: T, that of the model if not given

    The first token has nothing before it and is left out. Raises `TextError` for a text that is too short or a token
    that the model does not know, and `SettingsError` for a model in training mode or one that gives NaN.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=4, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> losses = per_token_losses(model, [4, 8, 15, 16, 23, 42, 8])
    >>> losses.position.tolist(), losses.context.tolist(), losses.loss.shape
    ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 3, 4], torch.Size([6]))
    """
    return joined(list(score_windows(model, ids, reading=reading, context_length=context_length)))


def score_windows(
    model: GPTModel, ids: Tensor | list[int], *, reading: Reading = "sliding", context_length: int | None = None
) -> Iterator[TokenLosses]:
    """The same in parts, some windows at a time, so that a caller may show progress or end early."""
    for found, logits, targets in predictions(model, ids, reading=reading, context_length=context_length):
        yield _rows(found, logits, targets)


def predictions(
    model: GPTModel, ids: Tensor | list[int], *, reading: Reading = "sliding", context_length: int | None = None
) -> Iterator[tuple[list[Window], Tensor, Tensor]]:
    """Windows of one length with their logits `(B, T, V)` and targets `(B, T)`; only some places of them count."""
    text = torch.as_tensor(ids)
    _check(model, text)
    size = min(context_length or model.config.context_length, model.config.context_length)
    per_batch = max(1, _MAX_LOGITS // (size * model.config.vocab_size))
    device = model.tok_emb.weight.device
    for _, alike in groupby(windows(len(text), size, reading), key=lambda window: window.stop - window.start):
        for batch in _in_groups(alike, per_batch):
            rows = torch.stack([text[window.start : window.stop + 1] for window in batch]).long().to(device)
            with torch.inference_mode():
                logits = model(rows[:, :-1]).float()
            if not bool(logits.isfinite().all()):
                raise SettingsError("The model gives NaN or infinity; its weights are damaged.")
            yield batch, logits, rows[:, 1:]


def joined(parts: list[TokenLosses]) -> TokenLosses:
    """Parts of one text as a whole.

    >>> part = TokenLosses(*[torch.ones(2)] * 6)
    >>> len(joined([part, part]))
    4
    """
    return TokenLosses(*(torch.cat([getattr(part, field.name) for part in parts]) for field in fields(TokenLosses)))


@torch.inference_mode()
def _rows(found: list[Window], logits: Tensor, targets: Tensor) -> TokenLosses:
    logs = logits.log_softmax(-1)  # (B, T, V)
    picked = logs.gather(-1, targets[..., None])  # (B, T, 1)
    counted = torch.zeros_like(targets, dtype=torch.bool)
    for row, window in enumerate(found):
        counted[row, window.first :] = True
    starts = torch.tensor([window.start for window in found], device=targets.device)[:, None]
    places = torch.arange(1, targets.shape[1] + 1, device=targets.device)[None]  # tokens before, (1, T)
    every = {
        "position": starts + places,
        "loss": -picked[..., 0],
        "rank": (logs > picked).sum(-1),
        "entropy": -(logs.exp() * logs).sum(-1),
        "confidence": logs.amax(-1).exp(),
        "context": places.expand_as(targets),
    }
    return TokenLosses(**{name: value[counted].cpu() for name, value in every.items()})


def _in_groups(items: Iterator[Window], size: int) -> Iterator[list[Window]]:
    group: list[Window] = []
    for item in items:
        group.append(item)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _check(model: GPTModel, text: Tensor) -> None:
    if model.training:
        raise SettingsError("The model is in training mode, where dropout is active; call model.eval() first.")
    if text.ndim != 1:
        raise TextError("A text is one row of token ids.")
    if len(text) and not 0 <= int(text.min()) <= int(text.max()) < model.config.vocab_size:
        raise TextError("The text has tokens that the model's vocabulary does not contain.")


def perplexity(loss: float) -> float:
    """exp(loss): the model is as unsure as if it chose among so many equally likely tokens (book, section 5.1.2).

    >>> round(perplexity(10.7940), -2)
    48700.0
    """
    return math.exp(loss) if loss < 700 else math.inf
