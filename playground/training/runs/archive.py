"""A run as one file, to move it to another machine.

The archive is a zip file with one folder. An imported archive is untrusted: it may contain only files that a run has,
sizes are checked before and while the files are written, the log is written anew from its events, and the text and
every checkpoint are checked against their digests. The run is not listed until all checks have passed.
"""

import hashlib
import io
import re
import shutil
import stat
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path, PurePosixPath

from playground.errors import CheckpointError, PlaygroundError, RunError, reason_of
from playground.model.presets import count_parameters
from playground.training.runs.checkpoints.checkpoint import read_checkpoint
from playground.training.runs.checkpoints.saved_steps import SNAPSHOTS_FOLDER
from playground.training.runs.event_log import copy_log
from playground.training.runs.files import writing
from playground.training.runs.history import find_parent
from playground.training.runs.names import check_name
from playground.training.runs.run import Run
from playground.training.runs.spec import write_spec
from playground.training.runs.status import INTERRUPTED, LIVE_STATES
from playground.training.runs.store import RunStore

MAX_BYTES = 64_000_000_000
"""Most bytes of an unpacked archive."""
_MB = 1_000_000
_MAX_BYTES_OF = {  # file → largest size
    "run.json": _MB,
    "status.json": _MB,
    "vocabulary.json": 2 * _MB,
    "text.txt": 2_000 * _MB,
    "events.jsonl": 1_000 * _MB,
}
_MAX_LOG_RATIO = 100
"""Most bytes of a log for each packed byte; logs of trainings, whose numbers differ, have about 5."""
_STEP_FILE = re.compile(
    r"step_\d{8,12}/(model\.safetensors|optimizer\.safetensors|state\.json)"
    rf"|{SNAPSHOTS_FOLDER}/step_\d{{8,12}}/(model\.safetensors|state\.json)"
)
_DROPPED = "marks.json"
"""In archives of earlier versions. What was pinned there is not pinned here."""
_LOG = "events.jsonl"
_MAX_ENTRIES = 6_000
_MAX_READ_BYTES = 2_000_000
"""Largest directory of an archive, which zipfile reads at once: 333 bytes for each of the most entries."""
_CHUNK_BYTES = 1 << 20
_SHOWN = 100  # characters of a foreign name in a sentence


def export_run(run: Run, target: Path) -> Path:
    """Write the run with all its checkpoints to the zip file `target`, which is returned.

    Raises RunError while the run is being trained, before its text has been read, and if the disk is full.
    """
    if run.status().state == "running":
        raise RunError(f"The run {run.name} is being trained; pause or stop it before downloading it.")
    if run.is_unread:
        raise RunError(f"The text of the run {run.name} has not been read yet; resume the run before downloading it.")
    files = [run.folder / name for name in _MAX_BYTES_OF if (run.folder / name).is_file()]
    folders = [run.step_folder(step) for step in run.steps()]
    folders += [run.snapshot_folder(step) for step in run.snapshots()]
    files += [file for folder in folders for file in sorted(folder.iterdir())]
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with writing(f"The archive of the run {run.name}"):
            with zipfile.ZipFile(temporary, "w") as archive:
                for file in files:
                    compression = zipfile.ZIP_STORED if file.suffix == ".safetensors" else zipfile.ZIP_DEFLATED
                    archive.write(file, f"{run.name}/{file.relative_to(run.folder).as_posix()}", compression)
            temporary.replace(target)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return target


def import_run(
    store: RunStore,
    archive: Path,
    name: str | None = None,
    *,
    max_bytes: int = MAX_BYTES,
    max_parameters: int | None = None,
    max_events: int | None = None,
) -> Run:
    """Add an exported run to `store`, under `name` or its own name (with a number appended if that is taken).

    At most `max_bytes` are written; its model may have `max_parameters`, its log `max_events` (None: no limit). What
    was pinned there is not pinned here. Raises RunError or CheckpointError with the first thing that is wrong; nothing
    is left behind then.

    >>> import tempfile
    >>> from playground.config import ModelConfig
    >>> here, there = (RunStore(tempfile.mkdtemp()) for _ in range(2))
    >>> model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> run = here.create("first", "so it goes. " * 200, model)
    >>> import_run(there, export_run(run, here.root / "first.zip")).text() == run.text()
    True
    """
    if name is not None:
        check_name(name)
    folder = store.new_folder()
    try:
        with _BoundedFile(archive) as file, zipfile.ZipFile(file) as opened:
            entries, own_name = _entries(opened, max_bytes)
            total = sum(entry.file_size for entry in entries.values())
            if total + 100 * _MB > shutil.disk_usage(folder).free:
                raise RunError(
                    f"The archive needs {total / 1e9:.1f} GB, more than is free on the disk; make room first."
                )
            for path, entry in entries.items():
                if path not in (_LOG, _DROPPED):
                    _extract(opened, entry, folder / path)
            _check(Run(folder), max_parameters)
            if _LOG in entries:
                _copy_log(opened, entries[_LOG], Run(folder), max_events)
        _make_local(Run(folder))
        return store.put(folder, name or store.free_name(own_name))
    except PlaygroundError:
        raise
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise RunError(f"{archive.name[:_SHOWN]} is not a run's archive, or it is damaged ({error}).") from None
    except OSError as error:
        raise RunError(f"{archive.name[:_SHOWN]} cannot be imported: {reason_of(error)}.") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _BoundedFile(io.FileIO):
    """A file of which `_MAX_READ_BYTES` at most are read at once, as `ZipFile` does with an archive's directory."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(_MAX_READ_BYTES + 1 if size is None or size < 0 else min(size, _MAX_READ_BYTES + 1))
        if len(found) > _MAX_READ_BYTES:
            raise RunError(f"The archive contains more than {_MAX_ENTRIES} files, so it is not a run.")
        return found


def _entries(opened: zipfile.ZipFile, max_bytes: int) -> tuple[dict[str, zipfile.ZipInfo], str]:
    """The files by their path in the run's folder, and the run's name; raises RunError for files that no run has."""
    found: dict[str, zipfile.ZipInfo] = {}
    names = set()
    if len(opened.infolist()) > _MAX_ENTRIES:
        raise RunError(f"The archive contains more than {_MAX_ENTRIES} files, so it is not a run.")
    for entry in opened.infolist():
        if entry.is_dir() and not entry.file_size:
            continue
        shown = entry.filename[:_SHOWN]
        kind = stat.S_IFMT(entry.external_attr >> 16)
        top, _, path = entry.filename.partition("/")
        if kind not in (0, stat.S_IFREG) or not (path in {*_MAX_BYTES_OF, _DROPPED} or _STEP_FILE.fullmatch(path)):
            raise RunError(f"The archive contains {shown!r}, which no run has; it was not imported.")
        if path in found:
            raise RunError(f"The archive contains {shown!r} twice; it was not imported.")
        if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise RunError(
                f"{shown!r} in the archive is encrypted or compressed in an unusual way; export the run again."
            )
        if entry.file_size > _MAX_BYTES_OF.get(path, entry.file_size):
            raise RunError(f"{shown!r} in the archive is {entry.file_size / 1e6:,.0f} MB, which is more than allowed.")
        if path == _LOG and entry.file_size > _MAX_LOG_RATIO * entry.compress_size:
            raise RunError(f"{shown!r} in the archive is not a run's log; it was not imported.")
        names.add(check_name(top))
        found[path] = entry
    if sum(entry.file_size for entry in found.values()) > max_bytes:
        raise RunError(f"The archive unpacks to more than {max_bytes / 1e6:,.1f} MB, which is the limit here.")
    missing = {"run.json", "text.txt", "vocabulary.json"} - set(found)
    if missing or len(names) != 1:
        raise RunError(
            "The archive is not an exported run: it must contain one folder with run.json, text and vocabulary."
        )
    return found, names.pop()


def _extract(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(entry) as packed, target.open("xb") as file:
        while chunk := packed.read(_CHUNK_BYTES):
            written += len(chunk)
            if written > entry.file_size:
                raise RunError(f"{PurePosixPath(entry.filename).name!r} in the archive is longer than declared.")
            file.write(chunk)
    if written != entry.file_size:
        raise RunError(f"{PurePosixPath(entry.filename).name!r} in the archive is shorter than declared.")


def _copy_log(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, run: Run, max_events: int | None) -> None:
    # Buffered, as the file in the archive reads its lines slowly.
    with io.BufferedReader(opened.open(entry), _CHUNK_BYTES) as log:  # type: ignore[type-var] # it has `readinto`
        copy_log(log, run.log.path, run.spec.model.vocab_size, max_events)


def _check(run: Run, max_parameters: int | None) -> None:
    spec = run.spec
    n_parameters = count_parameters(spec.model)["total"]
    if max_parameters is not None and n_parameters > max_parameters:
        raise RunError(
            f"The model in the archive has {n_parameters:,} parameters; this server takes up to {max_parameters:,}."
        )
    if hashlib.sha256(run.text().encode()).hexdigest() != spec.text_sha256:
        raise RunError("The text in the archive is not the one that the run was trained on; it was not imported.")
    if run.vocabulary.size != spec.model.vocab_size:
        raise CheckpointError(
            f"The vocabulary in the archive has {run.vocabulary.size} tokens, but the model has "
            f"{spec.model.vocab_size}; the two do not belong together."
        )
    for step in run.steps():
        if run.load_checkpoint(step).position.step != step:
            raise CheckpointError(f"The checkpoint called step {step} in the archive is of another step.")
    for step in run.snapshots():
        if read_checkpoint(run.snapshot_folder(step), spec.model).position.step != step:
            raise CheckpointError(f"The snapshot called step {step} in the archive is of another step.")


def _make_local(run: Run) -> None:
    """Remove what refers to the other machine: the process that trained the run, and a parent that is not here."""
    status = run.status().model_copy(update={"pid": None, "process_started": None})
    if status.state in LIVE_STATES:
        status = status.model_copy(update={"state": "interrupted", "message": INTERRUPTED})
    run.set_status(status)
    spec = run.spec
    if find_parent(run) is None:
        spec = spec.model_copy(update={"parent": None})
    write_spec(run.folder, spec)
