"""Under what a training runs: what must stay the same for it to go on bit for bit."""

import torch
from pydantic import BaseModel, ConfigDict, Field

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.device import machine, resolve_device, resolve_precision, use_threads
from playground.training.loop.parallel.ranks import ALONE, Ranks

_LENGTH = {"epochs", "max_steps"}
_WITHOUT_EFFECT = {
    "recompute",
    "eval_freq",
    "eval_iter",
    "start_context",
    "sample_tokens",
    "save_freq",
    "keep_checkpoints",
    "snapshot_freq",
}
_KEPT_AS_FOUND = {"device", "precision", "threads"}  # what they came to on the machine is compared instead


class Conditions(BaseModel):
    """Text, settings and machine of a sitting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text_sha256: str = Field(max_length=64)
    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    device: str = Field(max_length=64)
    device_name: str = Field(max_length=200)
    precision: str = Field(max_length=64)
    threads: int = Field(ge=1)
    processes: int = Field(1, ge=1)
    sharded: bool = False
    torch_version: str = Field(max_length=64)

    @classmethod
    def here(
        cls, text_sha256: str, model: ModelConfig, data: DataConfig, train: TrainConfig, ranks: Ranks = ALONE
    ) -> "Conditions":
        """The conditions on this machine; sets the number of threads, and raises SettingsError as `device.py` does."""
        device = resolve_device(train.device)
        threads = use_threads(train.threads)
        return cls(
            text_sha256=text_sha256,
            model=model,
            data=data,
            train=train,
            device=device.type,
            device_name=machine(train.device).device_name,
            precision=resolve_precision(train.precision, device),
            threads=threads,
            processes=ranks.size,
            sharded=ranks.sharded,
            torch_version=str(torch.__version__),
        )

    def why_not_exact(self, before: "Conditions") -> str:
        """A sentence on what has changed since `before`; empty if a training goes on bit for bit.

        >>> text, model, data = "", ModelConfig(), DataConfig()
        >>> before = Conditions.here(text, model, data, TrainConfig(lr=0.001, threads=1))
        >>> now = Conditions.here(text, model, data, TrainConfig(lr=0.002, eval_freq=9, threads=1))
        >>> now.why_not_exact(before)
        'Not bit for bit what it would have been without a break, because of: lr (0.001, now 0.002).'
        """
        changes = ["the text"] if self.text_sha256 != before.text_sha256 else []
        passed_over = _WITHOUT_EFFECT | _KEPT_AS_FOUND | (set() if self._depends_on_length() else _LENGTH)
        for settings, former in ((self.model, before.model), (self.data, before.data), (self.train, before.train)):
            changes += [
                f"{name} ({former[name]}, now {value})"
                for name, value in settings
                if value != former[name] and name not in passed_over
            ]
        changes += [
            f"{name.replace('_', ' ')} ({getattr(before, name)}, now {getattr(self, name)})"
            for name in ("device", "device_name", "precision", "threads", "processes", "sharded", "torch_version")
            if getattr(self, name) != getattr(before, name)
        ]
        if not changes:
            return ""
        return f"Not bit for bit what it would have been without a break, because of: {', '.join(changes)}."

    def _depends_on_length(self) -> bool:
        return self.train.lr_schedule != "constant" or self.train.warmup_pct > 0
