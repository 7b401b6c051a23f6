"""What a training is started with: a text and all its settings, whether from the form or from another program."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import SettingsError
from playground.model.presets import count_parameters
from playground.text.samples import load_sample
from playground.text.upload import decode_upload
from playground.ui.context import Limits

_SAMPLE_BYTES = 2_000_000  # most that is used of the large sample


@dataclass(frozen=True)
class Choice:
    """A text and all settings of its training."""

    text: str | Path
    """The text, or the file of a large one, which is read by the process that trains on it."""
    text_name: str
    preset: str
    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    encoding: str | None = None
    """That of the file, if the user named it."""

    def fingerprint(self, owner: str) -> str:
        """The same for equal choices of the same owner, different for all others.

        The name of the text is left out: the same text under another name is the same training.
        """
        settings = (config.model_dump_json() for config in (self.model, self.data, self.train))
        parts = repr((self.text, self.encoding, self.preset, *settings, owner))
        return sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def check_parameters(model: ModelConfig, limits: Limits) -> None:
    """Raise `SettingsError` for a model larger than this server trains."""
    total = count_parameters(model)["total"]
    if limits.max_parameters is not None and total > limits.max_parameters:
        raise SettingsError(
            f"A model of {total:,} parameters is too large for this server, which trains up to "
            f"{limits.max_parameters:,}; take a smaller size."
        )


def check_pasted(text: str, name: str, limits: Limits) -> str:
    """A text that came in a request, cleaned; raises `TextError` if it is too large or not a text."""
    given = text.encode("utf-8", "surrogatepass")
    return decode_upload(given, name, max_bytes=limits.max_pasted_bytes, encoding="utf-8")


def read_sample_text(name: str, limits: Limits) -> str:
    """A sample text as far as this server takes it; raises `SettingsError` or `DownloadError`."""
    return load_sample(name, max_bytes=min(limits.max_pasted_bytes, _SAMPLE_BYTES))
