"""A run as one file: out to another machine and in again.

The archive is an ordinary zip with one folder. What comes in is believed in nothing: only files that a run can have,
sizes checked before and while they are written, every checkpoint and the text against their digests; until all of it
has passed, no list shows it.
"""

import hashlib
import re
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from playground.errors import CheckpointError, PlaygroundError, RunError
from playground.training.runs.checkpoints.checkpoint import read_checkpoint
from playground.training.runs.given_text import write_spec
from playground.training.runs.names import check_name
from playground.training.runs.run import SNAPSHOTS, Run
from playground.training.runs.status import INTERRUPTED, LIVE_STATES
from playground.training.runs.store import RunStore

MAX_BYTES = 64_000_000_000
_MB = 1_000_000
_SMALL = {  # file → most bytes
    "run.json": _MB,
    "status.json": _MB,
    "marks.json": _MB,
    "vocabulary.json": 2 * _MB,
    "text.txt": 2_000 * _MB,
    "events.jsonl": 1_000 * _MB,
}
_STEP_FILE = re.compile(
    r"step_\d{8,12}/(model\.safetensors|optimizer\.safetensors|state\.json)"
    rf"|{SNAPSHOTS}/step_\d{{8,12}}/(model\.safetensors|state\.json)"
)
_MAX_ENTRIES = 6_000
_CHUNK_BYTES = 1 << 20


def export_run(run: Run, target: Path) -> Path:
    """Write the run with all its checkpoints to the zip file `target`; raises RunError while it is being trained."""
    if run.status().state == "running":
        raise RunError(f"The run {run.name} is being trained; pause or stop it, then download it.")
    if run.is_unread:
        raise RunError(f"The text of the run {run.name} has not been read yet; resume it, and download it afterwards.")
    files = [run.folder / name for name in _SMALL if (run.folder / name).is_file()]
    folders = [run.step_folder(step) for step in run.steps()]
    folders += [run.snapshot_folder(step) for step in run.snapshots()]
    files += [file for folder in folders for file in sorted(folder.iterdir())]
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with zipfile.ZipFile(temporary, "w") as archive:
            for file in files:
                packed = zipfile.ZIP_STORED if file.suffix == ".safetensors" else zipfile.ZIP_DEFLATED
                archive.write(file, f"{run.name}/{file.relative_to(run.folder).as_posix()}", packed)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def import_run(store: RunStore, archive: Path, name: str | None = None, *, max_bytes: int = MAX_BYTES) -> Run:
    """Bring an exported run into `store`, under `name` or its own name (with a number, if that is taken).

    Raises RunError or CheckpointError, saying what is wrong; nothing is left behind then. At most `max_bytes` are
    written.
    """
    if name is not None:
        check_name(name)
    folder = store.new_folder()
    try:
        with zipfile.ZipFile(archive) as opened:
            entries, own_name = _entries(opened, max_bytes)
            total = sum(entry.file_size for entry in entries.values())
            if total + 100 * _MB > shutil.disk_usage(folder).free:
                raise RunError(f"The archive needs {total / 1e9:.1f} GB, more than the disk has left; make room first.")
            for path, entry in entries.items():
                _extract(opened, entry, folder / path)
        _check(Run(folder))
        _settle(Run(folder), store)
        return store.put(folder, name or store.free_name(own_name))
    except PlaygroundError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise RunError(f"{archive.name} is not a run's archive, or it is damaged ({error}).") from None
    except OSError as error:
        raise RunError(f"{archive.name} cannot be brought in: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _entries(opened: zipfile.ZipFile, max_bytes: int) -> tuple[dict[str, zipfile.ZipInfo], str]:
    """The files by their path inside the run, and the run's name; raises RunError for anything a run does not have."""
    found: dict[str, zipfile.ZipInfo] = {}
    names = set()
    if len(opened.infolist()) > _MAX_ENTRIES:
        raise RunError(f"The archive holds more than {_MAX_ENTRIES} files, so it is no run.")
    for entry in opened.infolist():
        if entry.is_dir() and not entry.file_size:
            continue
        shown = entry.filename[:100]
        kind = stat.S_IFMT(entry.external_attr >> 16)
        top, _, path = entry.filename.partition("/")
        if kind not in (0, stat.S_IFREG) or not (path in _SMALL or _STEP_FILE.fullmatch(path)):
            raise RunError(f"The archive holds {shown!r}, which no run has; it was not brought in.")
        if path in found:
            raise RunError(f"The archive holds {shown!r} twice; it was not brought in.")
        if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise RunError(f"{shown!r} in the archive is encrypted or packed in an unusual way; pack it again.")
        if entry.file_size > _SMALL.get(path, entry.file_size):
            raise RunError(f"{shown!r} in the archive is {entry.file_size / 1e6:,.0f} MB, more than it may be.")
        names.add(check_name(top))
        found[path] = entry
    if sum(entry.file_size for entry in found.values()) > max_bytes:
        raise RunError(f"The archive unpacks to more than {max_bytes / 1e6:,.1f} MB, which is the limit here.")
    missing = {"run.json", "text.txt", "vocabulary.json"} - set(found)
    if missing or len(names) != 1:
        raise RunError("The archive is no exported run: it must hold one folder with run.json, text and vocabulary.")
    return found, names.pop()


def _extract(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(entry) as packed, target.open("xb") as file:
        while chunk := packed.read(_CHUNK_BYTES):
            written += len(chunk)
            if written > entry.file_size:
                raise RunError(f"{PurePosixPath(entry.filename).name!r} in the archive is longer than it says.")
            file.write(chunk)
    if written != entry.file_size:
        raise RunError(f"{PurePosixPath(entry.filename).name!r} in the archive is shorter than it says.")


def _check(run: Run) -> None:
    spec = run.spec
    if hashlib.sha256(run.text().encode()).hexdigest() != spec.text_sha256:
        raise RunError("The text in the archive is not the one that the run was trained on; it was not brought in.")
    if run.vocabulary.size != spec.model.vocab_size:
        raise CheckpointError(
            f"The vocabulary in the archive has {run.vocabulary.size} tokens, but the model is made for "
            f"{spec.model.vocab_size}; the two do not belong together."
        )
    for step in run.steps():
        if run.load_checkpoint(step).position.step != step:
            raise CheckpointError(f"The checkpoint called step {step} in the archive is of another step.")
    for step in run.snapshots():
        if read_checkpoint(run.snapshot_folder(step), spec.model).position.step != step:
            raise CheckpointError(f"The snapshot called step {step} in the archive is of another step.")


def _settle(run: Run, store: RunStore) -> None:
    """Make the run at home here: nobody trains it yet, and a parent counts only if it is the same one."""
    status = run.status().model_copy(update={"pid": None, "process_started": None})
    if status.state in LIVE_STATES:
        status = status.model_copy(update={"state": "interrupted", "message": INTERRUPTED})
    run.set_status(status)
    spec = run.spec
    if spec.parent is not None:
        try:
            known = store.open(spec.parent.name).spec.text_sha256 == spec.text_sha256
        except RunError:
            known = False
        if not known:
            spec = spec.model_copy(update={"parent": None})
    write_spec(run.folder, spec)
