"""The recorded run: a run that comes with the package, so that there is one to look at before anything was trained.

`story-recorded.zip` is made by `python -m playground record`:

├── run.json            settings (RunSpec)
├── text.txt            the training text
├── vocabulary.json     the tokens in use
├── events.jsonl        the log, with probes and samples
├── checkpoint.json     position and conditions of the last checkpoint
└── weights.safetensors its weights as float16, which takes half of the space

Optimizer state, snapshots and the other checkpoints are left out: a training that resumes from here starts with new
optimizer state.
"""

import logging
import shutil
import zipfile
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors.torch import load, save

from playground.config import TrainConfig
from playground.errors import RunError
from playground.model.gpt import GPTModel
from playground.training.loop.position import Position
from playground.training.runs.checkpoints.checkpoint import checkpoint_name, write_checkpoint
from playground.training.runs.checkpoints.conditions import Conditions
from playground.training.runs.event_log import EventLog
from playground.training.runs.files import write_atomic
from playground.training.runs.run import Run
from playground.training.runs.spec import RunSpec, write_spec
from playground.training.runs.status import Status
from playground.training.runs.store import RunStore

NAME = "story-recorded"
"""Name of the recorded run."""
RECORDING = Path(__file__).with_name(f"{NAME}.zip")
MAX_RECORDING_BYTES = 3_000_000

_MARKER = ".recorded.json"
_COPIED = ("text.txt", "vocabulary.json", "events.jsonl")
_CHECKPOINT, _WEIGHTS = "checkpoint.json", "weights.safetensors"

_log = logging.getLogger(__name__)


class _Marker(BaseModel):
    """`.recorded.json` in the folder of runs: the recorded run was brought in here, and which one it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    created: float
    """As in its settings: another run may have the name by now."""


class _Saved(BaseModel):
    """The content of `checkpoint.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: Position
    conditions: Conditions


def bring_in_recorded(store: RunStore, recording: Path = RECORDING) -> Run | None:
    """Add the recorded run to `store` as an ordinary run, once.

    Returns None, and changes nothing, if the folder has or had runs, or if the run was brought in before. A recording
    that cannot be read or written is logged: the page opens without it.

    >>> import tempfile
    >>> store = RunStore(tempfile.mkdtemp())
    >>> bring_in_recorded(store), bring_in_recorded(store)
    (Run('story-recorded'), None)
    """
    if (store.root / _MARKER).exists() or store.names() or store.deleted():
        return None
    try:
        run = _unpack(store, recording)
        marker = _Marker(name=run.name, created=run.spec.created)
        write_atomic(store.root / _MARKER, marker.model_dump_json().encode())
    except (OSError, RunError, zipfile.BadZipFile) as error:  # RunError: another process brings it in right now
        _log.warning("The recorded run was not brought in: %s", error)
        return None
    return run


def recorded_run(store: RunStore) -> str | None:
    """Name of the recorded run in `store`; None if it is not there, or was renamed."""
    try:
        marker = _Marker.model_validate_json((store.root / _MARKER).read_bytes())
        return marker.name if store.open(marker.name).spec.created == marker.created else None
    except (OSError, ValidationError, RunError):
        return None


def write_recording(run: Run, settings: TrainConfig, target: Path = RECORDING) -> Path:
    """Pack a completed run into `target`, with the training settings `settings` instead of its own.

    The run is trained with settings that give the same weights everywhere; whoever trains it further wants the usual
    ones. Raises RunError if the run is not complete, or if the file would have more than `MAX_RECORDING_BYTES`.
    """
    if run.status().state != "completed":
        raise RunError(f"The run {run.name} is not complete; train it to its end first.")
    checkpoint = run.load_checkpoint("last")
    saved = _Saved(position=checkpoint.position, conditions=checkpoint.conditions)
    spec = run.spec.model_copy(update={"name": NAME, "train": settings})
    weights = {name: weight.half() for name, weight in run.load_model("last").state_dict().items()}
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.writestr("run.json", spec.model_dump_json(indent=1))
            for name in _COPIED:
                archive.write(run.folder / name, name)
            archive.writestr(_CHECKPOINT, saved.model_dump_json())
            archive.writestr(_WEIGHTS, save(weights))
        if temporary.stat().st_size > MAX_RECORDING_BYTES:
            raise RunError(f"The recording has more than {MAX_RECORDING_BYTES:,} bytes; record a smaller model.")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _unpack(store: RunStore, recording: Path) -> Run:
    with zipfile.ZipFile(recording) as archive:
        spec = RunSpec.model_validate_json(archive.read("run.json"))
        saved = _Saved.model_validate_json(archive.read(_CHECKPOINT))
        weights = {name: weight.float() for name, weight in load(archive.read(_WEIGHTS)).items()}
        copied = {name: archive.read(name) for name in _COPIED}
    with torch.device("meta"):  # no memory, and no random numbers are drawn
        model = GPTModel(spec.model)
    model.load_state_dict(weights, assign=True)
    folder = store.new_folder()
    try:
        for name, content in copied.items():
            (folder / name).write_bytes(content)
        write_checkpoint(folder / checkpoint_name(saved.position.step), model, None, saved.position, saved.conditions)
        status = Status()
        for event in EventLog(folder / "events.jsonl").read()[0]:
            status = status.after(event)
        write_atomic(folder / "status.json", status.model_dump_json().encode())
        write_spec(folder, spec)
        return store.put(folder, store.free_name(NAME))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
