"""Where every text starts: a run's model, a prompt and settings, as they can be chosen, and checked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import tiktoken
import torch

from playground.config import DecodeConfig, WeightsName
from playground.device import available_cores
from playground.errors import RunError, SettingsError, TextError
from playground.model.gpt import GPTModel
from playground.text.tokenizer import encode
from playground.training.runs.run import Which
from playground.ui.context import Context, Limits
from playground.ui.place import MAX_PROMPT_CHARACTERS

SMALL_MODEL_WEIGHTS = 50_000_000
"""Number of weights below which one core writes as fast as many, and much faster while they are busy."""

ReadSettings = Callable[[], DecodeConfig]
"""Reads the settings of a form. It is called where errors are reported, since a setting may be out of its bounds."""


def parse_checkpoint(choice: str | int | None) -> Which:
    """The checkpoint that was chosen, the last one for None; raises `SettingsError` for what is no choice.

    >>> parse_checkpoint("best"), parse_checkpoint("500"), parse_checkpoint(None)
    ('best', 500, 'last')
    """
    match str(choice or "last").strip().lower().removeprefix("step "):
        case "last":
            return "last"
        case "best":
            return "best"
        case number if number.isascii() and number.isdigit() and len(number) < 13:
            return int(number)
    raise SettingsError("Checkpoint: choose last, best, or one of the steps on the list.")


@dataclass(frozen=True)
class LoadedStart:
    """A start that was checked, with its model."""

    run: str
    step: int
    model: GPTModel
    tokenizer: tiktoken.Encoding
    prompt: str
    ids: list[int]
    settings: DecodeConfig
    weights: WeightsName


@dataclass(frozen=True)
class Start:
    """What the form, or a program, asks for; nothing is checked yet."""

    run: str | None
    checkpoint: str | None
    prompt: str | None
    read_settings: ReadSettings
    weights: str = "float32"

    def load(self, context: Context) -> LoadedStart:
        """Check everything and load the model for this thread; raises a `PlaygroundError`."""
        if not self.run:
            raise RunError("There is no run to write with yet; train one on the Train tab, then come back.")
        settings = check_length(self.read_settings(), context.limits)
        if not self.prompt:
            raise TextError("The prompt is empty; write something for the model to continue.")
        if len(self.prompt) > MAX_PROMPT_CHARACTERS:
            raise TextError(f"The prompt has {len(self.prompt):,} characters; shorten it to {MAX_PROMPT_CHARACTERS:,}.")
        step = context.store.open(self.run).find_model(parse_checkpoint(self.checkpoint))
        model, tokenizer = load_model(context, self.run, step, self.weights)
        ids = encode(self.prompt, tokenizer)
        weights = cast(WeightsName, self.weights)  # a model was found for it
        return LoadedStart(self.run, step, model, tokenizer, self.prompt, ids, settings, weights)


def check_length(settings: DecodeConfig, limits: Limits) -> DecodeConfig:
    """The settings; raises `SettingsError` if they ask for more tokens than this server writes at once."""
    most = limits.max_new_tokens
    if settings.max_new_tokens > most:
        raise SettingsError(f"{settings.max_new_tokens:,} tokens at once are too many here; ask for {most:,} at most.")
    return settings


def load_model(
    context: Context, run_name: str, step: Which, weights: str = "float32"
) -> tuple[GPTModel, tiktoken.Encoding]:
    """A run's model for computing in this thread, and its tokenizer; raises a `PlaygroundError` if there is none.

    A small model computes on one core: dividing the work would take longer than doing it. PyTorch keeps the number of
    threads for each thread that computes, and a stream has a thread of its own.
    """
    model, tokenizer = context.models.get(run_name, step, cast(WeightsName, weights))  # it refuses other names
    is_small = sum(weight.numel() for weight in model.state_dict().values()) < SMALL_MODEL_WEIGHTS
    torch.get_num_threads()  # the first call in a thread sets the global number: that must not come later
    torch.set_num_threads(1 if is_small else available_cores())
    return model, tokenizer
