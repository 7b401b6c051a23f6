"""Weights from elsewhere become a run: listed, written with, looked into, exported and trained further like any other.

The weights are read one tensor at a time while they are written, so memory does not grow with the model. The run has
one checkpoint, at step 0, and no text.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import torch
from filelock import FileLock
from torch import Tensor

from playground.config import TrainConfig
from playground.errors import CheckpointError, RunError
from playground.model.interchange.kinds import kind_of
from playground.model.interchange.names import names_of
from playground.model.interchange.opened import OpenedWeights, open_weights
from playground.model.presets import FINE_TUNE, PRESETS, count_parameters
from playground.text.hub_tokenizer import read_vocabulary
from playground.training.loop.position import Position
from playground.training.runs.archive import MAX_BYTES
from playground.training.runs.checkpoints.checkpoint import checkpoint_name, write_checkpoint_of
from playground.training.runs.checkpoints.conditions import Conditions
from playground.training.runs.files import write_atomic, writing
from playground.training.runs.run import Run
from playground.training.runs.spec import NO_TEXT, RunSpec, write_spec
from playground.training.runs.status import Status
from playground.training.runs.store import RunStore, versions
from playground.training.runs.weights.packed import unpack

Progress = Callable[[int, int], None]
"""(bytes of weights written, bytes in all); may raise to stop, and nothing is left behind then."""
_SPARE_BYTES = 100_000_000


def import_weights(
    store: RunStore,
    path: Path,
    name: str | None = None,
    *,
    n_heads: int | None = None,
    source: str = "",
    allow_pickle: bool = True,
    max_parameters: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Make a run of a file or folder of GPT-2 weights (see `open_weights` for what is read).

    `source` says where they come from; without it, the file's name. `max_parameters` is checked before anything is read
    (None: no limit). Raises CheckpointError for what cannot be read, SettingsError if `n_heads` is needed, RunError for
    a name that is taken or a full disk. Nothing is left behind then.

    >>> import tempfile
    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> from playground.model.interchange.book import write_book_file
    >>> folder = Path(tempfile.mkdtemp())
    >>> model = GPTModel(ModelConfig(vocab_size=257, context_length=16, emb_dim=8, n_heads=2, n_layers=1))
    >>> write_book_file(folder / "model.pth", model)
    >>> run = import_weights(RunStore(folder / "runs"), folder / "model.pth", "mine", n_heads=2)
    >>> run.steps(), run.tokenizer.name, bool(run.load_model().tok_emb.weight.equal(model.tok_emb.weight))
    ([0], 'bytes', True)
    """
    if name is not None:
        wanted, title = store.named(name)
        if name in store.names():
            raise RunError(f"There is a run named {name} already; choose another name.")
    else:
        wanted, title = store.free_name(path.resolve().stem if path.suffix else path.resolve().name), ""
    if path.is_file() and kind_of(path) == "packed":
        unpacked = store.new_folder()
        try:
            return import_weights(
                store,
                unpack(path, unpacked, MAX_BYTES if max_parameters is None else 8 * max_parameters),
                name or wanted,
                n_heads=n_heads,
                source=source or path.name,
                allow_pickle=allow_pickle,
                max_parameters=max_parameters,
                progress=progress,
            )
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
    opened = open_weights(path, n_heads, allow_pickle=allow_pickle)
    n_parameters = count_parameters(opened.config)["total"]
    if max_parameters is not None and n_parameters > max_parameters:
        raise CheckpointError(f"The model has {n_parameters:,} parameters; this server takes up to {max_parameters:,}.")
    vocabulary = read_vocabulary(opened.folder, opened.config.vocab_size)
    spec = RunSpec(
        name=wanted,
        title=title,
        preset=_preset_of(opened),
        text_name="",
        text_sha256=NO_TEXT,
        model=opened.config,
        data=FINE_TUNE.data.replace(vocabulary=vocabulary.kind),
        train=_train_settings(opened),
        source=(source or f"{path.name}: {opened.title}")[:300],
        versions=versions(),
        created=round(time.time(), 3),
    )
    folder = store.new_folder()
    try:
        with writing(f"The run {wanted}"):
            _check_room(folder, opened)
            (folder / "text.txt").write_bytes(b"")
            write_atomic(folder / "vocabulary.json", vocabulary.to_json().encode(), durable=True)
            write_checkpoint_of(
                folder / checkpoint_name(0),
                _counted(opened.tensors(), 4 * n_parameters, progress),
                _moments(opened),
                Position(),
                conditions_here(NO_TEXT, spec),
                tied=opened.tied,
            )
            status = Status(state="completed", message=f"From {spec.source}; not trained here.", saved_step=0)
            write_atomic(folder / "status.json", status.model_dump_json().encode())
            write_spec(folder, spec)
        with FileLock(store.root / ".import.lock"):  # two imports of one model do not take the same name
            return store.put(folder, wanted if name is not None else store.free_name(wanted))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def conditions_here(text_sha256: str, spec: RunSpec) -> Conditions:
    """The conditions of a run on this machine; PyTorch's number of threads stays."""
    threads = torch.get_num_threads()
    try:
        return Conditions.here(text_sha256, spec.model, spec.data, spec.train)
    finally:
        torch.set_num_threads(threads)


def _preset_of(opened: OpenedWeights) -> str:
    """The published size that the model has; "" for another one."""
    sizes = ("emb_dim", "n_heads", "n_layers", "vocab_size")
    for preset in PRESETS.values():
        if preset.name.startswith("gpt2-") and all(preset.model[size] == opened.config[size] for size in sizes):
            return preset.name
    return ""


def _train_settings(opened: OpenedWeights) -> TrainConfig:
    """Those for fine-tuning; with moments, the settings that AdamW had, so that a training goes on without a jump."""
    if opened.optimizer is None:
        return FINE_TUNE.train
    saved = opened.optimizer["settings"]
    beta1, beta2 = saved["betas"]
    return TrainConfig(lr=saved["lr"], weight_decay=saved["weight_decay"], beta1=beta1, beta2=beta2)


def _moments(opened: OpenedWeights) -> dict[str, Tensor] | None:
    if opened.optimizer is None or not opened.optimizer["state"]:
        return None
    state = opened.optimizer["state"]
    return {
        f"{kind}.{names.ours}": state[names.ours][kind].contiguous()
        for names in names_of(opened.config)
        for kind in ("step", "exp_avg", "exp_avg_sq")
    }


def _check_room(folder: Path, opened: OpenedWeights) -> None:
    weights = 4 * count_parameters(opened.config)["total"]
    needed = weights * (3 if opened.optimizer else 1) + _SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise RunError(
            f"The weights need {needed / 1e9:.1f} GB on the disk, and {free / 1e9:.1f} GB are free; make room first."
        )


def _counted(
    tensors: Iterable[tuple[str, Tensor]], total: int, progress: Progress | None
) -> Iterator[tuple[str, Tensor]]:
    done = 0
    for name, tensor in tensors:
        if progress is not None:
            progress(done, total)
        yield name, tensor
        done += 4 * tensor.numel()
    if progress is not None:
        progress(total, total)
