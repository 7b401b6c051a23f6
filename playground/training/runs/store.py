"""The run store: one folder a run below `checkpoints/`. This and `run.py` are its only readers and writers."""

import os
import platform
import secrets
import shutil
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError
from playground.training.runs.files import link_or_copy
from playground.training.runs.given_text import UNREAD, Progress, take_in, write_spec
from playground.training.runs.names import check_name, free_name
from playground.training.runs.run import GIVEN, Run
from playground.training.runs.spec import CheckpointInfo, Marks, Parent, RunSpec, RunSummary

__all__ = ["CheckpointInfo", "Marks", "Parent", "Run", "RunSpec", "RunStore", "RunSummary"]

TRASH = ".trash"
TRASH_KEPT_S = 24 * 3600
_NEW = ".new-"


class RunStore:
    """All runs below `root`; the folder is made when the first run is.

    >>> import tempfile
    >>> store = RunStore(Path(tempfile.mkdtemp()))
    >>> model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> run = store.create("first", "so it goes " * 200, model)
    >>> store.open("first").spec.model.vocab_size == run.tokenizer.n_vocab, run.status().state
    (True, 'stopped')
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)

    def create(
        self,
        name: str | None,
        text: str | Path,
        model: ModelConfig,
        data: DataConfig | None = None,
        train: TrainConfig | None = None,
        preset: str = "",
        text_name: str = "text",
        parent: Parent | None = None,
        progress: Progress | None = None,
        *,
        encoding: str | None = None,
        read_later: bool = False,
    ) -> Run:
        """Make the folder of a new run; nothing is trained yet.

        `text` is the text itself or a file of any size. `model.vocab_size` is set to what its vocabulary holds. Without
        a name, one is made of the names of text and preset. `encoding` is that of a file, where it is known (a key of
        `ENCODINGS`). With `read_later` a file is left to the process that trains the run, which then says what is wrong
        with it. Raises RunError for a name that is taken or not allowed, TextError for a text that cannot be read or is
        too short.
        """
        data, train = data or DataConfig(), train or TrainConfig()
        if name is not None and self._folder(check_name(name)).exists():
            raise RunError(f"There is a run named {name} already; choose another name.")
        wanted = name or self.free_name(f"{Path(text_name).stem}-{preset}" if preset else Path(text_name).stem)
        folder = self.new_folder()
        try:
            spec = RunSpec(
                name=wanted,
                preset=preset,
                text_name=text_name,
                encoding=encoding,
                text_sha256=UNREAD,
                model=model,
                data=data,
                train=train,
                parent=parent,
                versions=versions(),
                created=round(time.time(), 3),
            )
            if read_later and isinstance(text, Path):
                link_or_copy(text, folder / GIVEN)
                write_spec(folder, spec)
            else:
                take_in(folder, text, spec, progress)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return self.put(folder, wanted)

    def new_folder(self) -> Path:
        """An empty folder on the same disk, which no list shows, to be filled and then `put` in place."""
        folder = self.root / f"{_NEW}{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        return folder

    def put(self, folder: Path, name: str) -> Run:
        """Give a filled folder its name; raises RunError, and removes the folder, if the name is taken."""
        try:
            target = self._folder(check_name(name))
            if not target.exists():
                os.rename(folder, target)  # fails if a run took the name meanwhile: its folder is not empty
                return Run(target)
        except OSError:
            if not target.exists():
                raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        raise RunError(f"There is a run named {name} already; choose another name.")

    def open(self, name: str) -> Run:
        """The run of that name; raises RunError if there is none."""
        folder = self._folder(check_name(name))
        if not (folder / "run.json").is_file():
            raise RunError(f"There is no run named {name} in {self.root}; `runs` lists those there are.")
        return Run(folder)

    def names(self) -> list[str]:
        """Names of all runs, in no particular order."""
        if not self.root.is_dir():
            return []
        return [path.name for path in self.root.iterdir() if path.name[0] != "." and (path / "run.json").is_file()]

    def runs(self) -> list[RunSummary]:
        """All runs that can be read: pinned ones first, then the newest first."""
        found = []
        for name in self.names():
            try:
                found.append(Run(self.root / name).summary())
            except (RunError, FileNotFoundError):  # unreadable (see there), or deleted while we looked
                continue
        return sorted(found, key=lambda row: (not row.pinned, -row.spec.created, row.name))

    def unreadable(self) -> dict[str, str]:
        """Runs whose settings cannot be read: name → a sentence that says why."""
        found = {}
        for name in self.names():
            try:
                Run(self.root / name).spec  # noqa: B018
            except RunError as error:
                found[name] = str(error)
        return found

    def free_name(self, wanted: str) -> str:
        """An allowed name close to `wanted` that no run has."""
        return free_name(wanted, lambda name: self._folder(name).exists())

    def extend(self, name: str, epochs: int) -> Run:
        """Set how many epochs a run has in all, to train one that is complete a little longer.

        Raises RunError if it is being trained, SettingsError if the number is out of bounds.
        """
        run = self._idle(name)
        spec = run.spec.model_copy(update={"train": run.spec.train.replace(epochs=epochs, max_steps=None)})
        write_spec(run.folder, spec)
        return Run(run.folder)

    # --- housekeeping -----------------------------------------------------------------------------------------------

    def rename(self, name: str, new_name: str) -> Run:
        """Give a run another name; its forks still point to it. Raises RunError if it trains or the name is taken."""
        run = self._idle(name)
        target = self._folder(check_name(new_name))
        if target.exists() and not (target.samefile(run.folder) and name != new_name):  # but Run → run is allowed
            raise RunError(f"There is a run named {new_name} already; choose another name.")
        os.rename(run.folder, target)
        for other in self.names():
            try:
                spec = Run(self.root / other).spec
            except RunError:
                continue
            if spec.parent and spec.parent.name == name:
                moved = spec.model_copy(update={"parent": Parent(name=new_name, step=spec.parent.step)})
                write_spec(self.root / other, moved)
        return Run(target)

    def delete(self, name: str) -> str:
        """Move a run to the trash and return the token that `undo` takes; raises RunError if it is training or pinned.

        What has lain in the trash for a day is removed for good on this occasion.
        """
        run = self._idle(name)
        if run.marks().pinned:
            raise RunError(f"The run {name} is pinned; unpin it before deleting it.")
        trash = self.root / TRASH
        trash.mkdir(exist_ok=True)
        token = f"{time.time_ns()}~{name}"
        os.rename(run.folder, trash / token)
        for old in trash.iterdir():
            moment = old.name.partition("~")[0]
            if moment.isdecimal() and time.time_ns() - int(moment) > TRASH_KEPT_S * 1e9:
                shutil.rmtree(old, ignore_errors=True)
        return token

    def deleted(self) -> list[str]:
        """Tokens of the runs in the trash, the last deleted first."""
        trash = self.root / TRASH
        return sorted((path.name for path in trash.iterdir()), reverse=True) if trash.is_dir() else []

    def undo(self, token: str) -> Run:
        """Bring a deleted run back, under another name if its own is taken by now; raises RunError if it is gone."""
        if token not in self.deleted():
            raise RunError("The deleted run is gone for good; there is nothing to bring back.")
        name = self.free_name(token.partition("~")[2])
        os.rename(self.root / TRASH / token, self._folder(name))
        return Run(self._folder(name))

    def _idle(self, name: str) -> Run:
        run = self.open(name)
        if run.status().live:
            raise RunError(f"The run {name} is being trained; stop it first.")
        return run

    def _folder(self, name: str) -> Path:
        return self.root / name


def versions() -> dict[str, str]:
    """What a run was made with, for the day when its numbers differ."""
    found = {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    for package in ("torch", "tiktoken"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
