"""A run's model in the files of others: a transformers folder, or the book's `model.pth`."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from playground.errors import RunError
from playground.model.interchange.book import write_book_file
from playground.model.interchange.hub_config import write_hub_config
from playground.model.interchange.names import HEAD, HUB_HEAD, Names, names_of, tensor_names
from playground.text.hub_tokenizer import tokenizer_files
from playground.training.loop.optimizer import make_optimizer
from playground.training.runs.checkpoints.checkpoint import Checkpoint
from playground.training.runs.checkpoints.tensor_file import write_stream
from playground.training.runs.files import writing
from playground.training.runs.run import Run, Which
from playground.training.runs.weights.card import model_card

Format = Literal["hf", "book", "book-optimizer"]
MAX_SHARD_BYTES = 5_000_000_000
_PREFIX = "transformer."


def export_weights(
    run: Run,
    target: Path,
    form: Format = "hf",
    which: Which = "last",
    *,
    sample: str = "",
    max_shard_bytes: int = MAX_SHARD_BYTES,
) -> Path:
    """Write a checkpoint's model into the folder `target`, which is returned; it must not exist or be empty.

    `hf`: what `AutoModelForCausalLM` and `AutoTokenizer` load with `from_pretrained`, and a model card. `book`:
    `model.pth`; `book-optimizer`: `model_and_optimizer.pth`, from which the book's code trains on. With the vocabulary
    beside them, all are read back by `import_weights`, bit for bit. Raises RunError if there is no such checkpoint or
    no room, CheckpointError if it is damaged or has no optimizer.

    >>> import tempfile
    >>> from playground.config import ModelConfig, TrainConfig
    >>> from playground.training.jobs.session import run_training
    >>> from playground.training.runs.store import RunStore
    >>> store = RunStore(tempfile.mkdtemp())
    >>> model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> train = TrainConfig(max_steps=1, device="cpu", threads=1)
    >>> run = store.create("first", "so it goes. " * 200, model, train=train)
    >>> for _ in run_training(run): pass
    >>> sorted(path.name for path in export_weights(run, store.root / "out", "book").iterdir())
    ['model.pth', 'vocabulary.json']
    """
    step = run.find_step(which)
    checkpoint = run.load_checkpoint(step)
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise RunError(f"{target.name}: there is something already; name a new or an empty folder.")
    parts = target.with_name(f".{target.name}.part")
    try:
        with writing(f"The folder {target.name}"):
            shutil.rmtree(parts, ignore_errors=True)
            parts.mkdir(parents=True)
            if form == "hf":
                _write_hub(run, checkpoint, step, parts, sample, max_shard_bytes)
            else:
                _write_book(run, checkpoint, parts, with_optimizer=form == "book-optimizer")
            with suppress(FileNotFoundError):
                target.rmdir()
            parts.rename(target)
    finally:
        shutil.rmtree(parts, ignore_errors=True)
    return target


def pack(folder: Path, target: Path) -> Path:
    """Pack the files of an exported folder, unchanged, into the zip file `target`, which is returned."""
    with writing(f"The file {target.name}"), zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{folder.name}/{file.name}")
    return target


def _write_book(run: Run, checkpoint: Checkpoint, folder: Path, *, with_optimizer: bool) -> None:
    model = checkpoint.new_model(run.spec.model)
    if with_optimizer:
        if checkpoint.tied:  # the optimizer trains them apart
            model.out_head.weight = torch.nn.Parameter(model.tok_emb.weight.detach().clone())
        optimizer = make_optimizer(model, run.spec.train)
        checkpoint.load_optimizer(model, optimizer)
        write_book_file(folder / "model_and_optimizer.pth", model, optimizer)
    else:
        write_book_file(folder / "model.pth", model)
    (folder / "vocabulary.json").write_text(run.vocabulary.to_json(), encoding="utf-8")


def _write_hub(run: Run, checkpoint: Checkpoint, step: int, folder: Path, sample: str, max_shard_bytes: int) -> None:
    config, vocabulary = run.spec.model, run.vocabulary
    _write_shards(checkpoint, folder, max_shard_bytes)
    end = vocabulary.size - 1
    texts = {
        **tokenizer_files(vocabulary, config.context_length),
        "config.json": json.dumps(write_hub_config(config, checkpoint.tied, end), indent=2),
        "generation_config.json": json.dumps({"bos_token_id": end, "eos_token_id": end}, indent=2),
        "README.md": model_card(run, step, sample),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _write_shards(checkpoint: Checkpoint, folder: Path, max_shard_bytes: int) -> None:
    """The weights, in several files where they have more bytes than one may have, with an index."""
    config = checkpoint.conditions.model
    weights = {names.ours: names for names in names_of(config)}
    shards: list[dict[str, torch.Size]] = [{}]
    filled = 0
    for name, tensor in _hub_tensors(checkpoint, weights):
        size = 4 * tensor.numel()
        if shards[-1] and filled + size > max_shard_bytes:
            shards.append({})
            filled = 0
        shards[-1][name] = tensor.shape
        filled += size
    tensors = _hub_tensors(checkpoint, weights)
    files = (
        ["model.safetensors"]
        if len(shards) == 1
        else [f"model-{number:05d}-of-{len(shards):05d}.safetensors" for number in range(1, len(shards) + 1)]
    )
    for file, shapes in zip(files, shards, strict=True):
        part = (next(tensors) for _ in range(len(shapes)))
        write_stream(folder / file, shapes, part, metadata={"format": "pt"})
    if len(shards) > 1:
        weight_map = {name: file for file, shapes in zip(files, shards, strict=True) for name in shapes}
        total = sum(4 * shape.numel() for shapes in shards for shape in shapes.values())
        index = {"metadata": {"total_size": total}, "weight_map": weight_map}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2), encoding="utf-8")


def _hub_tensors(checkpoint: Checkpoint, weights: dict[str, Names]) -> Iterator[tuple[str, Tensor]]:
    """The tensors under transformers' names, mapped until they are used; biases that the model lacks are zeros."""
    lacking = {names.ours: names for names in tensor_names(checkpoint.conditions.model.n_layers)}
    for ours, tensor in checkpoint.weights():
        names = weights[ours]
        if ours == HEAD:
            yield HUB_HEAD, tensor
            continue
        yield _PREFIX + names.hub, tensor.t() if names.transposed else tensor
        bias = ours.replace("qkv.weight", "qkv.bias")
        if ours.endswith("qkv.weight") and bias not in weights:
            yield _PREFIX + lacking[bias].hub, torch.zeros(tensor.shape[0])
