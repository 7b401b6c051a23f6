"""What must match for a resume to be exact: the text, the settings and the machine of a session."""

import torch
from pydantic import BaseModel, ConfigDict, Field

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.device import device_name, resolve_device, resolve_precision, use_threads
from playground.training.loop.parallel.ranks import ALONE, Ranks

_LENGTH = {"epochs", "max_steps"}
_WITHOUT_EFFECT = {  # on weights and optimizer state
    "recompute",
    "eval_freq",
    "eval_iter",
    "start_context",
    "sample_tokens",
    "save_freq",
    "keep_checkpoints",
    "snapshot_freq",
}
_RESOLVED = {"device", "precision", "threads"}  # the values they have on this machine are compared instead


class Conditions(BaseModel):
    """Text, settings and machine of a session."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text_sha256: str = Field(max_length=64)
    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    device: str = Field(max_length=64)
    device_name: str = Field(max_length=200)
    precision: str = Field(max_length=64)
    threads: int = Field(ge=1)
    processes: int = Field(default=1, ge=1)
    sharded: bool = False
    torch_version: str = Field(max_length=64)

    @classmethod
    def here(
        cls, text_sha256: str, model: ModelConfig, data: DataConfig, train: TrainConfig, ranks: Ranks = ALONE
    ) -> "Conditions":
        """The conditions on this machine, whose number of threads is set.

        Raises SettingsError if the machine does not have the device.
        """
        device = resolve_device(train.device)
        threads = use_threads(train.threads)
        return cls(
            text_sha256=text_sha256,
            model=model,
            data=data,
            train=train,
            device=device.type,
            device_name=device_name(train.device),
            precision=resolve_precision(train.precision, device),
            threads=threads,
            processes=ranks.size,
            sharded=ranks.sharded,
            torch_version=str(torch.__version__),
        )

    def why_not_exact(self, before: "Conditions") -> str:
        """A sentence on what has changed since `before`; empty if the resume is exact, bit for bit.

        >>> text, model, data = "", ModelConfig(), DataConfig()
        >>> before = Conditions.here(text, model, data, TrainConfig(lr=0.001, threads=1))
        >>> now = Conditions.here(text, model, data, TrainConfig(lr=0.002, eval_freq=9, threads=1))
        >>> now.why_not_exact(before)
        'The result can differ from that of an uninterrupted training, because of: lr (0.001, now 0.002).'
        """
        changes = ["the text"] if self.text_sha256 != before.text_sha256 else []
        ignored = _WITHOUT_EFFECT | _RESOLVED | (set() if self._depends_on_length() else _LENGTH)
        for settings, former in ((self.model, before.model), (self.data, before.data), (self.train, before.train)):
            changes += [
                f"{name} ({former[name]}, now {value})"
                for name, value in settings
                if value != former[name] and name not in ignored
            ]
        changes += [
            f"{name.replace('_', ' ')} ({getattr(before, name)}, now {getattr(self, name)})"
            for name in ("device", "device_name", "precision", "threads", "processes", "sharded", "torch_version")
            if getattr(self, name) != getattr(before, name)
        ]
        if not changes:
            return ""
        return f"The result can differ from that of an uninterrupted training, because of: {', '.join(changes)}."

    def _depends_on_length(self) -> bool:
        return self.train.lr_schedule != "constant" or self.train.warmup_pct > 0
