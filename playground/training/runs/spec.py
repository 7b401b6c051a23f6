"""`run.json` in a run's folder: the settings it was created with."""

import hashlib
import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, SettingsError
from playground.training.runs.files import write_atomic
from playground.training.runs.names import MAX_TITLE_LENGTH, check_title

FORMAT = 1
"""Version of the run folder; a higher one is refused."""
NO_TEXT = hashlib.sha256(b"").hexdigest()
"""The digest of the text of a run that was made from weights alone."""


class Parent(BaseModel):
    """The checkpoint that a fork started from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(max_length=64)
    step: int = Field(ge=0)


class RunSpec(BaseModel):
    """The settings of a run, written when it is created."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    name: str = Field(max_length=64)
    title: str = Field(default="", max_length=MAX_TITLE_LENGTH)
    """What the run is called where that is no name of a folder; "" if it is called by its name."""
    preset: str = Field(max_length=100)
    text_name: str = Field(max_length=300)
    encoding: str | None = Field(default=None, max_length=40)
    """Encoding of the text's file, if it was given; None: it is detected."""
    text_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    parent: Parent | None = None
    source: str = Field(default="", max_length=300)
    """Where its first weights come from, in a few words; "" if they were drawn at random."""
    versions: dict[str, str] = {}
    created: float = Field(ge=0, allow_inf_nan=False)
    """Seconds since 1970."""

    @field_validator("title")
    @classmethod
    def _title_can_be_shown(cls, title: str) -> str:
        try:
            return check_title(title) if title else ""
        except RunError as error:
            raise ValueError(str(error)) from None

    @property
    def has_text(self) -> bool:
        """Whether there is a training text; a run that was made from weights has none."""
        return self.text_sha256 != NO_TEXT

    @property
    def shown_name(self) -> str:
        """What the run is called: its title, or else its name."""
        return self.title or self.name


def read_spec(folder: Path) -> RunSpec:
    """The settings in a run's folder, under the folder's name.

    Raises RunError if the file is missing, damaged, or of a newer version.
    """
    name = folder.name
    try:
        raw = json.loads((folder / "run.json").read_bytes())
        if isinstance(raw, dict) and isinstance(raw.get("format"), int) and raw["format"] > FORMAT:
            raise RunError(f"The run {name} was made by a newer version of the playground; update it to read the run.")
        return RunSpec(**{**raw, "name": name})
    except OSError as error:
        why = error.strerror or type(error).__name__
    except RecursionError:
        why = "its values are nested too deeply"
    except (ValueError, TypeError, ValidationError, SettingsError) as error:
        why = str(error).split("\n")[0].rstrip(".")
    raise RunError(f"The settings of the run {name} cannot be read (run.json): {why}.")


def write_spec(folder: Path, spec: RunSpec) -> None:
    """Write the settings into a run's folder; on the disk when this returns."""
    write_atomic(folder / "run.json", spec.model_dump_json(indent=1).encode(), durable=True)
