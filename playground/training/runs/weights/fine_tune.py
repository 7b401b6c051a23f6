"""A new training on another text that starts with the weights of a run: fine-tuning (book, section 5.5 and after)."""

import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from torch import Tensor

from playground.config import DataConfig, TrainConfig
from playground.errors import SettingsError
from playground.model.presets import FINE_TUNE
from playground.text.corpus import TextTooShortError
from playground.training.loop.position import Position
from playground.training.runs.checkpoints.checkpoint import Checkpoint, checkpoint_name, write_checkpoint_of
from playground.training.runs.files import write_atomic, writing
from playground.training.runs.given_text import UNREAD, Progress, prepare_text
from playground.training.runs.run import Run, Which
from playground.training.runs.spec import RunSpec
from playground.training.runs.status import Status
from playground.training.runs.store import RunStore, versions
from playground.training.runs.weights.take_in import conditions_here

_POSITIONS = "pos_emb.weight"


def settings_for(run: Run, checkpoint: Checkpoint) -> tuple[DataConfig, TrainConfig]:
    """Settings to fine-tune a run with: those of the preset, or, with imported moments, those that AdamW had."""
    data = FINE_TUNE.data.replace(vocabulary=run.vocabulary.kind)
    return data, run.spec.train if run.spec.source and checkpoint.has_optimizer else FINE_TUNE.train


def fine_tune(
    store: RunStore,
    name: str,
    text: str | Path,
    which: Which = "last",
    *,
    text_name: str = "text",
    new_name: str | None = None,
    context_length: int | None = None,
    data: DataConfig | None = None,
    train: TrainConfig | None = None,
    drop_rate: float | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> Run:
    """Create a run on another text that starts, at step 0, with the weights and AdamW's moments of a checkpoint.

    Its vocabulary is that of the run `name`. `context_length` is the window it is trained on, by default 256 or what
    the text is long enough for; the position embedding is cut to it. Nothing is trained yet. Raises RunError if there
    is no such checkpoint, CheckpointError if it is damaged, SettingsError for a longer context than the model's,
    TextError for a text that is too short.

    >>> import tempfile
    >>> from playground.config import ModelConfig
    >>> from playground.training.jobs.session import run_training
    >>> store = RunStore(tempfile.mkdtemp())
    >>> model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> train = TrainConfig(max_steps=1, device="cpu", threads=1)
    >>> for _ in run_training(store.create("first", "so it goes. " * 200, model, train=train)): pass
    >>> second = fine_tune(store, "first", "and so it went on. " * 50, context_length=8)
    >>> second.steps(), second.spec.source, bool(second.load_model().out_head.weight.equal(
    ...     store.open("first").load_model().out_head.weight))
    ([0], 'first, step 1', True)
    """
    parent = store.open(name)
    step = parent.find_step(which)
    checkpoint = parent.load_checkpoint(step)
    preset_data, preset_train = settings_for(parent, checkpoint)
    longest = parent.spec.model.context_length
    if context_length is not None and context_length > longest:
        raise SettingsError(f"context_length: the model of {name} reads {longest} tokens at most; choose that or less.")
    length = context_length or min(FINE_TUNE.model.context_length, longest)
    wanted, title = (
        (store.free_name(f"{name[:40]}-on-{Path(text_name).stem}"), "") if new_name is None else store.named(new_name)
    )
    spec = RunSpec(
        name=wanted,
        title=title,
        preset=FINE_TUNE.name,
        text_name=text_name,
        encoding=encoding,
        text_sha256=UNREAD,
        model=parent.spec.model.replace(
            context_length=length, drop_rate=parent.spec.model.drop_rate if drop_rate is None else drop_rate
        ),
        data=(data or preset_data).replace(vocabulary=parent.vocabulary.kind),
        train=train or preset_train,
        source=f"{name}, step {step}",
        versions=versions(),
        created=round(time.time(), 3),
    )
    folder = store.new_folder()
    try:
        with writing(f"The run {wanted}"):
            spec = _with_text(folder, text, spec, parent, progress, shorten=context_length is None)
            write_checkpoint_of(
                folder / checkpoint_name(0),
                _cut(checkpoint.weights(), spec.model.context_length),
                _cut_moments(checkpoint.optimizer_state(), spec.model.context_length) or None,
                Position(),
                conditions_here(spec.text_sha256, spec),
                tied=checkpoint.tied,
            )
            status = Status(message=f"Starts with the weights of {spec.source}; not started yet.", saved_step=0)
            write_atomic(folder / "status.json", status.model_dump_json().encode())
        return store.put(folder, wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _with_text(
    folder: Path, text: str | Path, spec: RunSpec, parent: Run, progress: Progress | None, *, shorten: bool
) -> RunSpec:
    """Prepare the text; where it is too short and `shorten` is set, with the longest context that it is enough for."""
    try:
        return prepare_text(folder, text, spec, progress, parent.vocabulary)
    except TextTooShortError as error:
        longest = error.longest_context_length
        if not shorten or longest is None or longest >= spec.model.context_length:
            raise
        shorter = spec.model_copy(update={"model": spec.model.replace(context_length=longest)})
        return prepare_text(folder, text, shorter, progress, parent.vocabulary)


def _cut(weights: Iterator[tuple[str, Tensor]], context_length: int) -> Iterator[tuple[str, Tensor]]:
    for name, weight in weights:
        yield name, weight[:context_length].contiguous() if name == _POSITIONS else weight


def _cut_moments(state: Mapping[str, Tensor], context_length: int) -> dict[str, Tensor]:
    return {
        name: value[:context_length].contiguous() if name.endswith(_POSITIONS) and value.dim() else value
        for name, value in state.items()
    }
