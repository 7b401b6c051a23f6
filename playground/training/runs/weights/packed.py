"""An exported folder as one ZIP file, unpacked: only files that such a folder has, within bounds."""

import re
import shutil
import zipfile
import zlib
from pathlib import Path

from playground.errors import CheckpointError, reason_of
from playground.model.interchange.kinds import shown

_FILE = re.compile(r"[\w.-]{1,100}\.(safetensors|pth|bin|json|txt|md)")
_MAX_FILES = 100
_CHUNK_BYTES = 1 << 20
_SPARE_BYTES = 100_000_000


def unpack(path: Path, folder: Path, max_bytes: int) -> Path:
    """Unpack a folder that `pack` has packed into `folder`, which is empty and returned.

    Raises CheckpointError for anything else, for more than `max_bytes`, and if the disk is full.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            names = [entry.filename.rpartition("/")[2] for entry in entries]
            if len(entries) > _MAX_FILES or len(set(names)) < len(names) or not all(map(_FILE.fullmatch, names)):
                raise CheckpointError(f"{shown(path)} has files that no exported folder has; it was not imported.")
            total = sum(entry.file_size for entry in entries)
            if total > max_bytes:
                raise CheckpointError(f"{shown(path)} unpacks to {total / 1e6:,.0f} MB, which is more than allowed.")
            if total + _SPARE_BYTES > shutil.disk_usage(folder).free:
                raise CheckpointError(f"{shown(path)} needs {total / 1e9:.1f} GB, more than is free; make room first.")
            for entry, name in zip(entries, names, strict=True):
                with archive.open(entry) as packed, (folder / name).open("xb") as file:
                    while chunk := packed.read(_CHUNK_BYTES):  # no more than the entry declares, which zipfile checks
                        file.write(chunk)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise CheckpointError(f"{shown(path)} is damaged ({str(error)[:100]}); fetch it again.") from None
    except OSError as error:
        raise CheckpointError(f"{shown(path)} cannot be unpacked: {reason_of(error)}.") from None
    return folder
