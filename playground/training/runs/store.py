"""The run store: one folder per run in `checkpoints/`. Only the modules in this folder read and write there."""

import os
import platform
import secrets
import shutil
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError
from playground.training.runs.files import folder_bytes, link_or_copy, writing
from playground.training.runs.given_text import GIVEN_FILE, UNREAD, Progress, prepare_text
from playground.training.runs.names import check_name, check_title, free_name, is_title
from playground.training.runs.run import Run
from playground.training.runs.spec import Parent, RunSpec, write_spec
from playground.training.runs.status import Status

__all__ = ["Run", "RunStore", "RunSummary", "summarize", "versions"]

TRASH_FOLDER = ".trash"
TRASH_KEPT_S = 24 * 3600
_NEW = ".new-"


@dataclass(frozen=True)
class RunSummary:
    """A run as a row of a table."""

    name: str
    spec: RunSpec
    status: Status
    size_bytes: int
    pinned: bool


def summarize(run: Run) -> RunSummary:
    """A run as a row of a table; raises RunError if its settings cannot be read."""
    return RunSummary(run.name, run.spec, run.status(), folder_bytes(run.folder), run.marks().pinned)


class RunStore:
    """All runs in the folder `root`, which is created with the first run.

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
        title: str = "",
    ) -> Run:
        """Create a run; nothing is trained yet.

        `text` is the text itself or a file of any size. `model.vocab_size` is replaced with the size of its vocabulary.
        Without a name, one is made from the names of text and preset. A name with spaces or of any script becomes the
        run's title, from which its name is made; `title` is that of a run whose name is given. `encoding` is that of
        the file, if it is known (a key of `ENCODINGS`). With `read_later`, the process that trains the run reads the
        file, and reports what is wrong with it. Raises RunError for a name that is taken or not allowed, TextError for
        a text that cannot be read or is too short.
        """
        data, train = data or DataConfig(), train or TrainConfig()
        if name is None:
            wanted = self.free_name(f"{Path(text_name).stem}-{preset}" if preset else Path(text_name).stem)
        else:
            wanted, title = self.named(name, title)
            if self._folder(wanted).exists():
                raise RunError(f"There is a run named {name} already; choose another name.")
        folder = self.new_folder()
        try:
            spec = RunSpec(
                name=wanted,
                title=check_title(title) if title else "",
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
            with writing(f"The run {wanted}"):
                if read_later and isinstance(text, Path):
                    link_or_copy(text, folder / GIVEN_FILE)
                    write_spec(folder, spec)
                else:
                    prepare_text(folder, text, spec, progress)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return self.put(folder, wanted)

    def new_folder(self) -> Path:
        """An empty folder on the same disk, hidden from all lists; `put` turns it into a run once it is filled.

        Raises RunError if it cannot be made.
        """
        folder = self.root / f"{_NEW}{secrets.token_hex(8)}"
        with writing("The folder of the runs"):
            folder.mkdir(parents=True)
        return folder

    def put(self, folder: Path, name: str) -> Run:
        """Rename a filled folder from `new_folder`; raises RunError, and deletes the folder, if the name is taken."""
        try:
            target = self._folder(check_name(name))
            with writing(f"The run {name}"):
                if _rename_if_free(folder, target):
                    return Run(target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        raise RunError(f"There is a run named {name} already; choose another name.")

    def open(self, name: str) -> Run:
        """The run with this name; raises RunError if there is none."""
        folder = self._folder(check_name(name))
        if not (folder / "run.json").is_file():
            raise RunError(f"There is no run named {name} here; `runs` lists those there are.")
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
                found.append(summarize(Run(self.root / name)))
            except (RunError, FileNotFoundError):  # see `unreadable`, or deleted meanwhile
                continue
        return sorted(found, key=lambda row: (not row.pinned, -row.spec.created, row.name))

    def unreadable(self) -> dict[str, str]:
        """Runs whose settings cannot be read: name → one sentence on why."""
        found = {}
        for name in self.names():
            try:
                Run(self.root / name).spec  # noqa: B018
            except RunError as error:
                found[name] = str(error)
        return found

    def free_name(self, wanted: str) -> str:
        """An allowed name like `wanted` that no run has."""
        return free_name(wanted, lambda name: self._folder(name).exists())

    def named(self, wanted: str, title: str = "") -> tuple[str, str]:
        """Name and title of a run that is to be called `wanted`: the name itself, or a title and a free name from it.

        Raises RunError for what is not allowed as either.

        >>> RunStore("nowhere").named("Größe: 変身"), RunStore("nowhere").named("tale")
        (('Groe', 'Größe: 変身'), ('tale', ''))
        """
        if is_title(wanted):
            return self.free_name(check_title(wanted)), check_title(wanted)
        return check_name(wanted), title

    def extend(self, name: str, epochs: int) -> Run:
        """Set the number of epochs of a run, so that a complete one can be trained further; removes `max_steps`.

        Raises RunError if it is being trained, SettingsError if the number is out of bounds.
        """
        run = self._open_inactive(name)
        spec = run.spec.model_copy(update={"train": run.spec.train.replace(epochs=epochs, max_steps=None)})
        with writing(f"The run {name}"):
            write_spec(run.folder, spec)
        return Run(run.folder)

    # --- housekeeping -----------------------------------------------------------------------------------------------

    def rename(self, name: str, new_name: str) -> Run:
        """Rename a run, also in the settings of its forks; what is no name becomes its title (see `named`).

        Raises RunError if it is being trained, or if the name is taken or not allowed.
        """
        run = self._open_inactive(name)
        name = run.name
        wanted, title = self.named(new_name)
        target = self._folder(wanted)
        if target.exists() and not (target.samefile(run.folder) and name != wanted):  # but Run → run is allowed
            raise RunError(f"There is a run named {new_name} already; choose another name.")
        spec = run.spec
        with writing(f"The run {new_name}"):
            if title != spec.title:
                write_spec(run.folder, spec.model_copy(update={"title": title}))
            os.rename(run.folder, target)
        for other in self.names():
            try:
                spec = Run(self.root / other).spec
            except RunError:
                continue
            if spec.parent and spec.parent.name == name:
                moved = spec.model_copy(update={"parent": Parent(name=wanted, step=spec.parent.step)})
                with writing(f"{name} is now called {new_name}, but the new name of its fork's parent in {other}"):
                    write_spec(self.root / other, moved)
        return Run(target)

    def delete(self, name: str) -> str:
        """Move a run to the trash; returns a token for `undo`. Raises RunError if it is being trained or is pinned.

        Runs that have been in the trash for a day are deleted for good.
        """
        run = self._open_inactive(name)
        name = run.name
        if run.marks().pinned:
            raise RunError(f"The run {name} is pinned; unpin it before deleting it.")
        trash = self.root / TRASH_FOLDER
        token = f"{time.time_ns()}~{name}"
        with writing("The trash"):
            trash.mkdir(exist_ok=True)
            os.rename(run.folder, trash / token)
        for old in trash.iterdir():
            deleted_ns = old.name.partition("~")[0]
            if deleted_ns.isdecimal() and time.time_ns() - int(deleted_ns) > TRASH_KEPT_S * 1e9:
                shutil.rmtree(old, ignore_errors=True)
        return token

    def deleted(self) -> list[str]:
        """Tokens of the runs in the trash, the one deleted last first."""
        trash = self.root / TRASH_FOLDER
        return sorted((path.name for path in trash.iterdir()), reverse=True) if trash.is_dir() else []

    def undo(self, token: str) -> Run:
        """Restore a deleted run, under another name if its own is taken; raises RunError if it was deleted for good."""
        if token not in self.deleted():
            raise RunError("The run was deleted for good; there is nothing to bring back.")
        name = self.free_name(token.partition("~")[2])
        with writing(f"The run {name}"):
            os.rename(self.root / TRASH_FOLDER / token, self._folder(name))
        return Run(self._folder(name))

    def _open_inactive(self, name: str) -> Run:
        run = self.open(name)
        if run.status().live:
            raise RunError(f"The run {name} is being trained; stop it first.")
        return run

    def _folder(self, name: str) -> Path:
        return self.root / name


def _rename_if_free(folder: Path, target: Path) -> bool:
    """Rename a folder unless there is another one of that name already; whether it was renamed."""
    try:
        if not target.exists():
            os.rename(folder, target)  # fails if another run took the name meanwhile: its folder is not empty
            return True
    except OSError:
        if not target.exists():
            raise
    return False


def versions() -> dict[str, str]:
    """Versions of what determines a run's numbers: Python, system, PyTorch and tiktoken."""
    found = {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    for package in ("torch", "tiktoken"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
