"""The book's own training function, for code that follows the chapter. Source: book, chapter 5."""

import math
from collections.abc import Callable, Iterable, Iterator, Sized
from itertools import islice
from typing import Any, Protocol

import torch

from playground.config import TrainConfig
from playground.errors import SettingsError
from playground.training.loop.batches import Batch
from playground.training.loop.events import Evaluated, Finished, Sampled
from playground.training.loop.trainer import Callbacks, Sample, Training, train_on


class Loader(Sized, Iterable[Batch], Protocol):
    """Anything with a length that yields batches, such as a torch DataLoader."""


class _Epochs:
    """A loader that is iterated anew for every epoch."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def __len__(self) -> int:
        return len(self._loader)

    def __iter__(self) -> Iterator[Batch]:
        return ((inputs, targets) for inputs, targets in self._loader)

    def epoch(self, n: int, start: int = 0) -> Iterator[Batch]:
        return islice(self, start, None)


def train_model_simple(
    model: torch.nn.Module,
    train_loader: Loader,
    val_loader: Loader,
    optimizer: torch.optim.Optimizer,
    device: torch.device | str,
    num_epochs: int,
    eval_freq: int,
    eval_iter: int,
    start_context: str = "",
    tokenizer: Any = None,
    *,
    sample: Sample | None = None,
    report: Callable[[str], object] = print,
) -> tuple[list[float], list[float], list[int]]:
    """Train and report as the book's function of this name does.

    Returns training losses, validation losses and tokens seen, one of each per evaluation. Loaders, model and optimizer
    may be the book's. `sample` (such as `write_sample`) writes a text after every epoch. Dropout is determined by
    `torch.initial_seed()`, that is by the last `torch.manual_seed`. Raises `SettingsError` if the loss is no longer a
    number.

    >>> from playground import Batches, GPTModel, ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=20, context_length=4, emb_dim=8, n_heads=2, n_layers=1, drop_rate=0))
    >>> batches = Batches(torch.arange(20), context_length=4, batch_size=2)
    >>> optimizer = torch.optim.AdamW(model.parameters(), lr=0.001)
    >>> _, _, tokens_seen = train_model_simple(
    ...     model, batches, batches, optimizer, "cpu", 2, 2, 1, report=lambda line: None
    ... )
    >>> tokens_seen
    [8, 24]
    """
    config = TrainConfig(
        epochs=num_epochs,
        lr=optimizer.param_groups[0]["lr"],
        eval_freq=eval_freq,
        eval_iter=eval_iter,
        seed=torch.initial_seed() % 2**63,
        precision="float32",
        threads=torch.get_num_threads(),
    )
    training = Training(model.to(device), optimizer, _Epochs(train_loader), _Epochs(val_loader), config)
    write_sample = None
    if sample is not None:

        def write_sample() -> str:
            # `sample` is the caller's, for the caller's kind of model.
            return sample(model, tokenizer, start_context, config.sample_tokens)  # type: ignore[arg-type]

    train_losses, val_losses, tokens_seen = [], [], []
    for event in train_on(training, Callbacks(write_sample=write_sample)):
        if isinstance(event, Evaluated) and (event.step - 1) % eval_freq == 0:  # not the one after the last step
            train_losses.append(event.train_loss)
            val_losses.append(event.val_loss)
            tokens_seen.append(event.tokens_seen)
            report(
                f"Ep {math.ceil(event.epoch)} (Step {event.step - 1:06d}): "
                f"Train loss {event.train_loss:.3f}, Val loss {event.val_loss:.3f}"
            )
        elif isinstance(event, Sampled):
            report(event.text.replace("\n", " "))
        elif isinstance(event, Finished) and event.reason == "diverged":
            raise SettingsError(event.message)
    return train_losses, val_losses, tokens_seen
