"""Files of weights as others write them, made here: tiny, with random numbers."""

import json
import struct
from pathlib import Path

import torch
from torch import Tensor

from playground.config import ModelConfig
from playground.model.gpt import GPTModel
from playground.model.interchange.names import names_of

SIZES = ModelConfig(vocab_size=257, context_length=16, emb_dim=12, n_heads=3, n_layers=2, drop_rate=0.0, qkv_bias=True)


def published_tensors(model: GPTModel, masks: bool = True) -> dict[str, Tensor]:
    """The tensors of a model under the names of the published GPT-2, in the order of its file; the head is tied."""
    weights, length = model.state_dict(), model.config.context_length
    found = {}
    for names in names_of(model.config):
        if names.ours != "out_head.weight":
            weight = weights[names.ours]
            found[names.hub] = (weight.t() if names.transposed else weight).contiguous()
    if masks:
        for layer in range(model.config.n_layers):
            found[f"h.{layer}.attn.bias"] = torch.ones(length, length).tril().view(1, 1, length, length)
    return dict(sorted(found.items()))


def write_published(path: Path, tensors: dict[str, Tensor], data_start: int | None = None) -> Path:
    """A safetensors file of float32 tensors, whose data begin at the offset `data_start`, which may be odd."""
    entries, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, tensor in tensors.items():
        end = offset + 4 * tensor.numel()
        entries[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    header = json.dumps(entries, separators=(",", ":")).encode()
    if data_start is not None:
        header = header.ljust(data_start - 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for tensor in tensors.values():
            file.write(tensor.contiguous().numpy().tobytes())
    return path


def tied_model(config: ModelConfig = SIZES, seed: int = 5) -> GPTModel:
    """A model with random weights whose head equals its embedding, in evaluation mode."""
    torch.manual_seed(seed)
    model = GPTModel(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.05)
        model.out_head.weight.copy_(model.tok_emb.weight)
    return model
