"""What every text on the desk begins from: a model, a prompt and settings, checked."""

from collections.abc import Callable
from dataclasses import dataclass

import tiktoken

from playground.config import DecodeConfig, WeightsName
from playground.errors import RunError, SettingsError, TextError
from playground.model.gpt import GPTModel
from playground.text.tokenizer import encode
from playground.ui.context import Context
from playground.ui.tabs.generate.choices import which

LONGEST_PROMPT = 20_000
"""Characters of a prompt."""

Decode = Callable[[], DecodeConfig]
"""Reads the settings; called late, so that a setting out of its bounds is told like any other error."""


@dataclass(frozen=True)
class Opened:
    """A start that can be written from."""

    run: str
    step: int
    model: GPTModel
    tokenizer: tiktoken.Encoding
    prompt: str
    ids: list[int]
    decode: DecodeConfig
    weights: WeightsName


@dataclass(frozen=True)
class Start:
    """What the form holds."""

    run: str | None
    checkpoint: str | None
    prompt: str | None
    decode: Decode
    weights: WeightsName = "float32"

    def open(self, context: Context) -> Opened:
        """Check it all and load the model; raises the playground's errors, each one sentence."""
        if not self.run:
            raise RunError("There is no run to write with yet; train one on the Train tab, then come back.")
        decode = checked(self.decode(), context)
        if not self.prompt:
            raise TextError("The prompt is empty; write something for the model to go on from.")
        if len(self.prompt) > LONGEST_PROMPT:
            raise TextError(f"The prompt has {len(self.prompt):,} characters; shorten it to {LONGEST_PROMPT:,}.")
        step = context.store.open(self.run).find_model(which(self.checkpoint))
        model, tokenizer = context.models.get(self.run, step, self.weights)
        ids = encode(self.prompt, tokenizer)
        return Opened(self.run, step, model, tokenizer, self.prompt, ids, decode, self.weights)


def checked(settings: DecodeConfig, context: Context) -> DecodeConfig:
    """The settings; raises `SettingsError` where they ask for more tokens than this server writes at once."""
    most = context.limits.max_new_tokens
    if settings.max_new_tokens > most:
        raise SettingsError(f"{settings.max_new_tokens:,} tokens at once are too many here; ask for {most:,} at most.")
    return settings
