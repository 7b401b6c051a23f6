"""`state.json` in a checkpoint: position, conditions, the digests of the other files, and last that of itself."""

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from playground.errors import CheckpointError, SettingsError, explain
from playground.training.loop.position import Position
from playground.training.runs.checkpoints.conditions import Conditions
from playground.training.runs.checkpoints.tensor_file import Seal

STATE_FILE = "state.json"
FORMAT = 2
"""Version of a checkpoint; a higher one is refused. 2: the head may be tied. Untied ones are written as 1."""
_MAX_STATE_BYTES = 1 << 20
_SEAL = b',"sha256":"%s"}\n'  # the end of state.json: the digest of everything before it


class _Format(BaseModel):
    format: int


class State(BaseModel):
    """The content of `state.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    position: Position
    conditions: Conditions
    files: dict[str, Seal]
    tied: bool = False
    """Whether the output head is the token embedding, and therefore not in the file."""


def seal_state(state: bytes) -> bytes:
    """The JSON object `state`, with the digest of its own bytes added as its last entry.

    >>> seal_state(b'{"format":1}')[:22]
    b'{"format":1,"sha256":"'
    """
    body = state[:-1]
    return body + _SEAL % hashlib.sha256(body).hexdigest().encode()


def read_state(folder: Path) -> State:
    """The content of the file in a checkpoint's folder; raises CheckpointError if it is missing or damaged."""
    path = folder / STATE_FILE
    where = f"{folder.name}/{STATE_FILE}"
    try:
        if path.is_symlink() or not path.is_file():
            raise CheckpointError(f"{where} is missing; use another checkpoint.")
        with path.open("rb") as file:
            raw = file.read(_MAX_STATE_BYTES + 1)
    except OSError as error:
        raise CheckpointError(f"{where} cannot be read: {error.strerror}.") from None
    state = raw[: -len(_SEAL % (b"0" * 64))] + b"}"
    if len(raw) > _MAX_STATE_BYTES or seal_state(state) != raw:
        raise CheckpointError(f"{where} is damaged (it does not match its digest); use another checkpoint.")
    try:
        found = _Format.model_validate_json(state).format
        if found > FORMAT:
            raise CheckpointError(
                f"{where} was written by a newer version of the playground (format {found}, this one reads {FORMAT}); "
                f"update it."
            )
        return State.model_validate_json(state)
    except (ValidationError, SettingsError) as error:
        what = error if isinstance(error, SettingsError) else explain(error)
        raise CheckpointError(f"{where} contains invalid values: {what}") from None
