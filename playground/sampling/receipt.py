"""Receipts: everything that is needed to reproduce a written text, as JSON, as Python code and as a command."""

import platform
import shlex
import sys
from datetime import UTC, datetime
from typing import Any, Literal, Self

import tiktoken
import torch
from pydantic import Field, ValidationError

from playground.config import Config, DecodeConfig, WeightsName
from playground.errors import SettingsError, explain
from playground.model.gpt import GPTModel
from playground.sampling.beam import BeamConfig
from playground.sampling.stream import stream
from playground.text.tokenizer import encode, token_ids_to_text

MAX_JSON_CHARACTERS = 2_000_000
"""Longest text that `Receipt.from_json` reads."""
CARD_DECODE = DecodeConfig(max_new_tokens=25, temperature=0.8, top_k=25)
"""How the sample on a model card is written."""


class Receipt(Config):
    """Which model wrote a text, from which prompt, with which settings, on which machine.

    >>> receipt = Receipt(run="story", step=50, text_sha256="0" * 64, prompt="Every", text=" effort", ids=[3626])
    >>> Receipt.from_json(receipt.to_json()) == receipt
    True
    >>> print(receipt.as_command())
    python -m playground generate story --step 50 --prompt Every --max-new-tokens 50 --temperature 1.0 --seed 123
    """

    format: Literal[1] = Field(default=1, description="Version of this layout.")
    run: str = Field(max_length=64, description="Name of the run.")
    step: int = Field(ge=0, description="Training step of the checkpoint.")
    text_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the text that the run was trained on.")
    weights: WeightsName = Field(default="float32", description="Type of the weights that wrote the text.")
    prompt: str = Field(max_length=1_000_000, description="The prompt.")
    prompt_ids: tuple[int, ...] = Field(
        default=(), max_length=100_000, description="Ids of the prompt, if encoding its text would give others."
    )
    kept: tuple[int, ...] = Field(
        default=(),
        max_length=100_000,
        description="Ids that followed the prompt: written before, or chosen by a user.",
    )
    decode: DecodeConfig = Field(default=DecodeConfig(), description="The settings.")
    beams: BeamConfig | None = Field(default=None, description="Settings of a beam search, which draws nothing.")
    ids: tuple[int, ...] = Field(default=(), max_length=100_000, description="All ids after the prompt.")
    text: str = Field(default="", max_length=1_000_000, description="The text after the prompt.")
    device: str = Field(default="cpu", max_length=100, description="Device that the model ran on.")
    versions: dict[str, str] = Field(
        default_factory=lambda: current_versions(), max_length=20, description="Versions of the software and machine."
    )
    created: str = Field(
        default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"),
        max_length=40,
        description="Time of writing, in UTC.",
    )

    def to_json(self) -> str:
        """The receipt as indented JSON."""
        return self.model_dump_json(indent=2)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `to_json` wrote, now or in an older version; raises `SettingsError` for anything else."""
        if len(text) > MAX_JSON_CHARACTERS:
            raise SettingsError(f"The receipt is longer than {MAX_JSON_CHARACTERS:,} characters; choose another file.")
        try:
            return cls.model_validate_json(text)
        except SettingsError as error:
            raise SettingsError(f"This is not a receipt: {error}") from None
        except ValidationError as error:  # not JSON at all
            raise SettingsError(f"This is not a receipt: {explain(error)}") from None

    def as_python(self, checkpoints: str = "checkpoints") -> str:
        """Python code that uses this package to print the prompt and the same text."""
        model, small = f"run.load_model({self.step})", self.weights != "float32"
        names = "BeamConfig, beam_search, prompt_to_ids" if self.beams else "write_text"
        lines = [
            "from pathlib import Path",
            "",
            *([] if self.beams else ["from playground.config import DecodeConfig"]),
            *(["from playground.model.shrink import shrink"] if small else []),
            f"from playground.sampling import {names}",
            *(["from playground.text.tokenizer import token_ids_to_text"] if self.beams else []),
            "from playground.training.runs.store import RunStore",
            "",
            f"run = RunStore(Path({checkpoints!r})).open({self.run!r})",
            f"model = shrink({model}, {self.weights!r})" if small else f"model = {model}",
            f"prompt = {self.prompt!r}",
        ]
        given = str(list(self.prompt_ids)) if self.prompt_ids else "prompt"
        if self.beams:
            ids = given if self.prompt_ids else "prompt_to_ids(prompt, run.tokenizer)"
            lines += [
                f"beams = BeamConfig({_arguments(self.beams)})",
                f"found = beam_search(model, {ids}, beams, eos_id=run.tokenizer.eot_token)",
                "text = prompt + token_ids_to_text(list(found.best.ids), run.tokenizer)",
            ]
        else:
            kept = f", kept={list(self.kept)}" if self.kept else ""
            lines += [
                f"decode = DecodeConfig({_arguments(self.decode)})",
                f"pieces = write_text(model, run.tokenizer, {given}, decode{kept})",
                'text = prompt + "".join(piece.text for piece in pieces)',
            ]
        return "\n".join([*lines, "print(text)"])

    def as_command(self, checkpoints: str = "checkpoints") -> str:
        """The command, for a POSIX shell, that prints the prompt and the same text."""
        words = ["python", "-m", "playground", "generate", self.run]
        words += _option("step", self.step)
        if self.weights != "float32":
            words += _option("weights", self.weights)
        words += _ids("prompt_ids", self.prompt_ids) if self.prompt_ids else _option("prompt", self.prompt)
        words += _ids("kept", self.kept) if self.kept else []
        for name, value in _changed(self.beams or self.decode):
            words += _option("beams" if name == "width" else name, value)
        if checkpoints != "checkpoints":
            words += _option("checkpoints", checkpoints)
        return shlex.join(words)

    def differences(self, text_sha256: str, device: str) -> list[str]:
        """Why the text may differ when it is written again here: one sentence for each thing that is not the same."""
        found = []
        if text_sha256 != self.text_sha256:
            found.append(f"The run {self.run} was trained on another text than the receipt's.")
        if device != self.device:
            found.append(f"It was written on {self.device}, and this is {device}: a close choice may fall differently.")
        for name, version in current_versions().items():
            if self.versions.get(name) != version:
                found.append(f"It was written with {name} {self.versions.get(name, 'unknown')}, and this is {version}.")
        return found


def current_versions() -> dict[str, str]:
    """Versions of Python and PyTorch, and the machine type: a text depends on them.

    >>> sorted(current_versions())
    ['machine', 'python', 'torch']
    """
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "torch": torch.__version__,
        "machine": platform.machine(),
    }


def _changed(settings: DecodeConfig | BeamConfig) -> list[tuple[str, Any]]:
    """The settings to write out: the most common ones always, others where they differ from their default."""
    always = {"max_new_tokens", "temperature", "seed", "width"}
    return [
        (name, getattr(settings, name))
        for name, field in type(settings).model_fields.items()
        if getattr(settings, name) is not None and (name in always or getattr(settings, name) != field.default)
    ]


def _arguments(settings: DecodeConfig | BeamConfig) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in _changed(settings))


def _ids(name: str, ids: tuple[int, ...]) -> list[str]:
    return _option(name, ",".join(map(str, ids)))


def _option(name: str, value: Any) -> list[str]:
    name = "--" + name.replace("_", "-")
    if isinstance(value, bool):
        return [name if value else name.replace("--", "--no-", 1)]
    # a value that starts with a dash would be parsed as an option
    return [f"{name}={value}"] if str(value).startswith("-") else [name, str(value)]


def sample_with_receipt(receipt: Receipt, model: GPTModel, tokenizer: tiktoken.Encoding) -> str:
    """The text that a model writes after the prompt of an empty receipt, and below it the complete receipt as JSON."""
    ids = tuple(
        step.id for step in stream(model, encode(receipt.prompt, tokenizer), receipt.decode, eos_id=tokenizer.eot_token)
    )
    text = token_ids_to_text(ids, tokenizer)
    return f"{receipt.prompt}{text}\n\n{receipt.replace(ids=ids, text=text).to_json()}"
