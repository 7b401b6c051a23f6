"""One table of names: our tensors ⇄ the book's ⇄ those of the published GPT-2, read in both directions.

The published GPT-2 keeps the weights of its four projections transposed (OpenAI's Conv1D), and has one tensor for
queries, keys and values, like our model. The book has three.
"""

from dataclasses import dataclass

from playground.config import ModelConfig

_WEIGHT = (("weight", "weight"),)
_LINEAR = (("weight", "weight"), ("bias", "bias"))
_NORM = (("weight", "scale"), ("bias", "shift"))
_QKV = tuple(f"trf_blocks.{{}}.att.W_{part}" for part in ("query", "key", "value"))
_BEFORE = (("tok_emb", ("tok_emb",), "wte", _WEIGHT), ("pos_emb", ("pos_emb",), "wpe", _WEIGHT))
_BLOCK = (
    ("blocks.{}.att.qkv", _QKV, "h.{}.attn.c_attn", _LINEAR),
    ("blocks.{}.att.out_proj", ("trf_blocks.{}.att.out_proj",), "h.{}.attn.c_proj", _LINEAR),
    ("blocks.{}.ff.up", ("trf_blocks.{}.ff.layers.0",), "h.{}.mlp.c_fc", _LINEAR),
    ("blocks.{}.ff.down", ("trf_blocks.{}.ff.layers.2",), "h.{}.mlp.c_proj", _LINEAR),
    ("blocks.{}.norm1", ("trf_blocks.{}.norm1",), "h.{}.ln_1", _NORM),
    ("blocks.{}.norm2", ("trf_blocks.{}.norm2",), "h.{}.ln_2", _NORM),
)
_AFTER = (("final_norm", ("final_norm",), "ln_f", _NORM), ("out_head", ("out_head",), "lm_head", _WEIGHT))
"""(our layer, the book's layers that are stacked in it, GPT-2's layer, (our parameter, the book's)), in the order of
the models. GPT-2 calls the parameters as we do."""

BOOK_MASK = "trf_blocks.{}.att.mask"
HUB_MASKS = ("h.{}.attn.bias", "h.{}.attn.masked_bias")
HEAD, EMBEDDING = "out_head.weight", "tok_emb.weight"
"""Ours. In the published GPT-2 they are one tensor: the head is tied to the embedding."""
HUB_HEAD = "lm_head.weight"
GPT2_HEADS = {768: 12, 1024: 16, 1280: 20, 1600: 25}
"""Width of the published sizes → attention heads, which weights alone do not tell."""


@dataclass(frozen=True)
class Names:
    """One of our tensors, and where it is in the files of others."""

    ours: str
    book: tuple[str, ...]
    """The book's tensors that are stacked in it along the first dimension."""
    hub: str
    """The published GPT-2's tensor, without the prefix `transformer.` that transformers adds."""
    transposed: bool
    """Whether the published GPT-2 keeps it transposed."""


def tensor_names(n_layers: int, qkv_bias: bool = True) -> list[Names]:
    """The names of all tensors of a model, in the order of our model's parameters.

    >>> [names.hub for names in tensor_names(1) if names.transposed]
    ['h.0.attn.c_attn.weight', 'h.0.attn.c_proj.weight', 'h.0.mlp.c_fc.weight', 'h.0.mlp.c_proj.weight']
    """
    blocks = [
        (ours.format(layer), tuple(name.format(layer) for name in book), hub.format(layer), parameters)
        for layer in range(n_layers)
        for ours, book, hub, parameters in _BLOCK
    ]
    return [
        Names(
            f"{ours}.{own_end}",
            tuple(f"{name}.{book_end}" for name in book),
            f"{hub}.{own_end}",
            transposed=parameters is _LINEAR and own_end == "weight",
        )
        for ours, book, hub, parameters in (*_BEFORE, *blocks, *_AFTER)
        for own_end, book_end in parameters
        if qkv_bias or not ours.endswith("qkv") or own_end != "bias"
    ]


def names_of(config: ModelConfig) -> list[Names]:
    """The names of all tensors of a model of this configuration."""
    return tensor_names(config.n_layers, config.qkv_bias)
