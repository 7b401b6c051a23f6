"""The book's own training function, for code written along with the chapter. Source: book, chapter 5."""

import math
from collections.abc import Callable, Iterable, Iterator, Sized
from itertools import islice
from typing import Any, Protocol

import torch

from playground.config import TrainConfig
from playground.errors import SettingsError
from playground.training.loop.batches import Batch
from playground.training.loop.events import Evaluated, Finished
from playground.training.loop.trainer import Sample, train_on


class Loader(Sized, Iterable[Batch], Protocol):
    """What is asked of a loader: a length and batches, as a torch DataLoader has them."""


class _Epochs:
    """A loader read anew for every epoch."""

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
    """Train as the book's function of this name does, and report as it does.

    Returns training losses, validation losses and tokens seen, one of each for every evaluation. Loaders, model and
    optimizer may be the book's. A text is written after each epoch if `sample` (such as `write_sample`) is given.
    Dropout follows from `torch.initial_seed()`, that is from the last `torch.manual_seed`. Raises `SettingsError` when
    the loss is no longer a number.
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
    train_losses, val_losses, tokens_seen = [], [], []
    events = train_on(
        model.to(device),
        optimizer,
        _Epochs(train_loader),
        _Epochs(val_loader),
        config,
        prompt=[],
        write=None if sample is None else lambda: sample(model, tokenizer, start_context, config.sample_tokens),
    )
    for event in events:
        if isinstance(event, Evaluated) and (event.step - 1) % eval_freq == 0:  # not the one after the last step
            train_losses.append(event.train_loss)
            val_losses.append(event.val_loss)
            tokens_seen.append(event.tokens_seen)
            report(
                f"Ep {math.ceil(event.epoch)} (Step {event.step - 1:06d}): "
                f"Train loss {event.train_loss:.3f}, Val loss {event.val_loss:.3f}"
            )
        elif event.type == "sampled":
            report(event.text.replace("\n", " "))
        elif isinstance(event, Finished) and event.reason == "diverged":
            raise SettingsError(event.message)
    return train_losses, val_losses, tokens_seen
