"""Weights from elsewhere, opened: what model they are, and its tensors under our names, read one at a time.

Names, shapes and types are checked before a number is read; every tensor is checked when it is read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from playground.config import ModelConfig
from playground.errors import CheckpointError, SettingsError
from playground.model.checks import check_shapes, empty_weights
from playground.model.interchange.book import read_optimizer
from playground.model.interchange.hub_config import HubConfig, read_hub_config
from playground.model.interchange.kinds import kind_of, shown
from playground.model.interchange.names import (
    BOOK_MASK,
    GPT2_HEADS,
    HEAD,
    HUB_HEAD,
    HUB_MASKS,
    Names,
    names_of,
)
from playground.model.interchange.sources import (
    Source,
    check_pickle_allowed,
    load_torch,
    open_shards,
    read_json,
    safetensors_source,
    torch_source,
)

_INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
_FILES = ("model.safetensors", "pytorch_model.bin", "model_and_optimizer.pth", "model.pth")
_PREFIX = "transformer."
CONFIG_FILE = "config.json"


@dataclass(frozen=True)
class OpenedWeights:
    """A model in files from elsewhere."""

    title: str
    """What the files are, in a few words."""
    config: ModelConfig
    tied: bool
    """Whether the output head is the token embedding; then `tensors` leaves it out."""
    optimizer: dict[str, Any] | None
    """AdamW's state under our names, as in `BookFile`; None if the files have none."""
    folder: Path
    """Where the files are, and files of a tokenizer may be."""
    _read: Callable[[Names], Tensor]

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Our name and the float32 tensor, one at a time, in the order of our model.

        Raises `CheckpointError` for a tensor that cannot be read or has numbers that are not finite.
        """
        for names in names_of(self.config):
            if not (self.tied and names.ours == HEAD):
                yield names.ours, self.read(names)

    def read(self, names: Names) -> Tensor:
        """One float32 tensor of ours."""
        tensor = self._read(names).detach().float().contiguous()
        if tensor.numel() and not torch.stack(tensor.aminmax()).isfinite().all():
            raise CheckpointError(f"{names.hub}: some values are not finite numbers; use another copy of the weights.")
        return tensor


def open_weights(path: str | Path, n_heads: int | None = None, *, allow_pickle: bool = True) -> OpenedWeights:
    """Open a file or folder of GPT-2 weights, told apart by its content.

    Read are: safetensors with the names of the published GPT-2 (with and without `transformer.`, masks and a head of
    their own) in one file or in shards with an index, the same from `torch.save` (`pytorch_model.bin`), the book's
    `model.pth` and `model_and_optimizer.pth`, and a folder with any of these and a `config.json`. `n_heads` is needed
    where neither a `config.json` nor one of GPT-2's widths tells the number of heads (else `SettingsError`). Without
    `allow_pickle`, files of `torch.save` are refused. Raises `CheckpointError` for anything that is no GPT-2.
    """
    path = Path(path)
    file = _file_in(path) if path.is_dir() else path
    with suppress(OSError):
        file = _index_of(file)
    if file.suffix == ".json":
        source, content = open_shards(file, allow_pickle=allow_pickle), None
        source_title = "shards"
    else:
        source, content = _open_file(file, allow_pickle)
        source_title = shown(file)
    hub = _hub_config(file.parent)
    if "tok_emb.weight" in source.shapes:
        return _open_book(source, content, n_heads, file.parent, hub)
    return _open_hub(source, n_heads, file.parent, hub, source_title)


def _file_in(folder: Path) -> Path:
    for name in (*_FILES[:2], *_INDEXES, *_FILES[2:]):
        if (folder / name).is_file():
            return folder / name
    single = [path for ending in ("*.safetensors", "*.pth", "*.bin") for path in sorted(folder.glob(ending))]
    if len(single) == 1:
        return single[0]
    raise CheckpointError(f"{shown(folder)}: the folder has no weights; {', '.join(_FILES[:2])} or model.pth is read.")


def _index_of(file: Path) -> Path:
    """The index of the model that the file is a shard of; else the file itself."""
    if "-of-" in file.name:
        for name in _INDEXES:
            if (file.parent / name).is_file():
                return file.parent / name
    return file


def _open_file(file: Path, allow_pickle: bool) -> tuple[Source, Mapping[str, Any] | None]:
    kind = kind_of(file)
    if kind in ("run", "packed"):
        what = "the archive of a run" if kind == "run" else "a packed folder"
        raise CheckpointError(f"{shown(file)} is {what}, not weights.")
    if kind == "safetensors":
        return safetensors_source([file]), None
    check_pickle_allowed(file, allow_pickle)
    content = load_torch(file, mapped=True)
    weights = content.get("model_state_dict", content)
    if not isinstance(weights, Mapping):
        raise CheckpointError(f"{shown(file)}: model_state_dict has no named tensors; save a state_dict.")
    return torch_source(weights), content


def _hub_config(folder: Path) -> HubConfig | None:
    path = folder / CONFIG_FILE
    return read_hub_config(read_json(path)) if path.is_file() else None


def _open_book(
    source: Source, content: Mapping[str, Any] | None, n_heads: int | None, folder: Path, hub: HubConfig | None
) -> OpenedWeights:
    qkv_bias = "trf_blocks.0.att.W_query.bias" in source.shapes
    config = _config(source.shapes, ("tok_emb.weight", "pos_emb.weight"), "trf_blocks.", n_heads, qkv_bias, hub)
    empty = empty_weights(config)
    length = config.context_length
    expected = {
        name: torch.Size((part, *empty[names.ours].shape[1:]))
        for names in names_of(config)
        for name in names.book
        for part in [empty[names.ours].shape[0] // len(names.book)]
    }
    masks = {BOOK_MASK.format(layer): torch.Size((length, length)) for layer in range(config.n_layers)}
    check_shapes(source.shapes, {**expected, **masks}, optional=masks)

    def read(names: Names) -> Tensor:
        return torch.cat([_floats(source, name) for name in names.book])

    tied = _floats(source, "out_head.weight").equal(_floats(source, "tok_emb.weight"))
    saved = (content or {}).get("optimizer_state_dict")
    optimizer = None if saved is None else read_optimizer(saved, config)
    title = "the book's model" if optimizer is None else "the book's model and optimizer"
    return OpenedWeights(title, config, tied, optimizer, folder, read)


def _open_hub(
    source: Source, n_heads: int | None, folder: Path, hub: HubConfig | None, source_title: str
) -> OpenedWeights:
    prefix = _PREFIX if f"{_PREFIX}wte.weight" in source.shapes else ""
    if f"{prefix}wte.weight" not in source.shapes:
        first = next(iter(source.shapes), "nothing")
        raise CheckpointError(f"The weights are of another model than GPT-2: they hold {first[:100]}.")
    sizes = (f"{prefix}wte.weight", f"{prefix}wpe.weight")
    config = _config(source.shapes, sizes, f"{prefix}h.", n_heads, True, hub)
    empty = empty_weights(config)
    expected = {
        (HUB_HEAD if names.ours == HEAD else prefix + names.hub): torch.Size(
            reversed(empty[names.ours].shape) if names.transposed else empty[names.ours].shape
        )
        for names in names_of(config)
    }
    masks = {prefix + mask.format(layer): None for layer in range(config.n_layers) for mask in HUB_MASKS}
    tied = HUB_HEAD not in source.shapes
    if tied and hub is not None and not hub.tied:
        raise CheckpointError(f"Missing from the file: {HUB_HEAD}, which config.json says is not tied.")
    check_shapes(source.shapes, {**expected, **masks}, optional={*masks, HUB_HEAD})
    tied = tied or _floats(source, HUB_HEAD).equal(_floats(source, f"{prefix}wte.weight"))

    def read(names: Names) -> Tensor:
        stored = _floats(source, HUB_HEAD if names.ours == HEAD else prefix + names.hub)
        return stored.t() if names.transposed else stored

    if (
        hub is not None
        and not hub.qkv_bias
        and not any(read(names).any() for names in names_of(config) if names.ours.endswith("qkv.bias"))
    ):
        config = config.replace(qkv_bias=False)
    return OpenedWeights(f"GPT-2 of transformers ({source_title})", config, tied, None, folder, read)


def _floats(source: Source, name: str) -> Tensor:
    """A tensor from a file that `torch.save` wrote can be anything; only plain floating-point numbers pass."""
    tensor = source.read(name)
    if not isinstance(tensor, Tensor) or tensor.layout is not torch.strided or not tensor.is_floating_point():
        found = getattr(tensor, "dtype", type(tensor).__name__)
        raise CheckpointError(f"{name}: plain floating-point numbers are needed, but the file has {found}.")
    if tensor.is_meta or tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        raise CheckpointError(f"{name}: the file has fewer values than its shape {tuple(tensor.shape)} needs.")
    return tensor


def _config(
    shapes: Mapping[str, torch.Size],
    matrices: tuple[str, str],
    block: str,
    n_heads: int | None,
    qkv_bias: bool,
    hub: HubConfig | None,
) -> ModelConfig:
    """The configuration that the shapes and `config.json` tell; raises `CheckpointError` or `SettingsError`."""
    for name in matrices:
        if len(shapes.get(name, ())) != 2:
            raise CheckpointError(f"{name}: this matrix is missing, so the file is not of a GPT-2.")
    vocab_size, width = shapes[matrices[0]]
    heads = n_heads or (hub.n_heads if hub is not None else None) or GPT2_HEADS.get(width)
    if heads is None:
        raise SettingsError(f"n_heads: a weights file of width {width} does not contain its number of heads; give it.")
    try:
        config = ModelConfig(
            vocab_size=vocab_size,
            context_length=shapes[matrices[1]][0],
            emb_dim=width,
            n_heads=heads,
            n_layers=_count_layers(shapes, block),
            drop_rate=0.1 if hub is None else hub.drop_rate,
            qkv_bias=qkv_bias,
        )
    except SettingsError as error:
        raise CheckpointError(f"The file's model is out of bounds: {error}") from None
    for name, value in ({} if hub is None else hub.sizes).items():
        if value != config[name]:
            raise CheckpointError(
                f"{CONFIG_FILE}: {name} is {str(value)[:40]}, but the weights have {config[name]}; the two do not "
                f"belong together."
            )
    return config


def _count_layers(names: Iterable[str], prefix: str) -> int:
    return len({name[len(prefix) :].split(".")[0] for name in names if name.startswith(prefix)})
