"""`config.json` of a transformers model ⇄ `ModelConfig`; what is not GPT-2 is refused, with the key that says so."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.config import ModelConfig
from playground.errors import CheckpointError

_TANH_GELU = ("gelu_new", "gelu_pytorch_tanh", "gelu_fast")
_MUST_BE: dict[str, tuple[Any, ...]] = {  # key → values with which the model is GPT-2; the first is transformers'
    "model_type": ("gpt2",),
    "activation_function": _TANH_GELU,
    "scale_attn_weights": (True,),
    "scale_attn_by_inverse_layer_idx": (False,),
    "add_cross_attention": (False,),
    "is_encoder_decoder": (False,),
    "position_embedding_type": ("absolute",),
    "quantization_config": (None,),
}
_NOT_GPT2 = ("rope", "rotary", "alibi", "num_key_value_heads", "num_experts", "sliding_window")
_SIZES = {"vocab_size": "vocab_size", "n_positions": "context_length", "n_embd": "emb_dim", "n_layer": "n_layers"}
_DROPOUT = "resid_pdrop"
_QKV_BIAS = "qkv_bias"
"""A key of ours: transformers' GPT-2 always has these biases; ours are zeros where the model has none."""


@dataclass(frozen=True)
class HubConfig:
    """What `config.json` says beyond the shapes of the weights."""

    n_heads: int | None
    drop_rate: float
    qkv_bias: bool
    tied: bool
    sizes: Mapping[str, Any]
    """Our name of a size → its value in the file, which the weights must have."""


def read_hub_config(raw: Mapping[str, Any]) -> HubConfig:
    """Check the content of `config.json`; raises `CheckpointError`, naming the key, if it is not that of a GPT-2.

    >>> read_hub_config({"model_type": "gpt2", "n_head": 12, "resid_pdrop": 0.0}).n_heads
    12
    >>> read_hub_config({"model_type": "llama"})
    Traceback (most recent call last):
    playground.errors.CheckpointError: config.json: model_type is 'llama', so the model is not a GPT-2; ...
    """
    for key, allowed in _MUST_BE.items():
        if raw.get(key, allowed[0]) not in allowed:
            raise _not_gpt2(key, raw[key])
    for key, value in raw.items():
        if value not in (None, False) and str(key).startswith(_NOT_GPT2):
            raise _not_gpt2(str(key), value)
    width, inner = raw.get("n_embd"), raw.get("n_inner")
    if inner is not None and isinstance(width, int) and inner != 4 * width:
        raise _not_gpt2("n_inner", inner)
    epsilon = raw.get("layer_norm_epsilon", 1e-5)
    if not _is_number(epsilon) or not math.isclose(epsilon, 1e-5):
        raise _not_gpt2("layer_norm_epsilon", epsilon)
    heads, dropout = raw.get("n_head"), raw.get(_DROPOUT, 0.1)
    if heads is not None and (type(heads) is not int or not 1 <= heads <= 256):
        raise CheckpointError(f"config.json: n_head is {_value(heads)}; a whole number from 1 to 256 is needed.")
    return HubConfig(
        n_heads=heads,
        drop_rate=float(dropout) if _is_number(dropout) and 0 <= dropout < 1 else 0.1,
        qkv_bias=raw.get(_QKV_BIAS) is not False,
        tied=raw.get("tie_word_embeddings", True) is not False,
        sizes={ours: raw[theirs] for theirs, ours in _SIZES.items() if theirs in raw},
    )


def write_hub_config(config: ModelConfig, tied: bool, end_token: int) -> dict[str, Any]:
    """The content of `config.json` for a model of ours; `end_token` is the id of `<|endoftext|>`."""
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "activation_function": "gelu_new",
        **{theirs: config[ours] for theirs, ours in _SIZES.items()},
        "n_ctx": config.context_length,
        "n_head": config.n_heads,
        "n_inner": None,
        "layer_norm_epsilon": 1e-5,
        _DROPOUT: config.drop_rate,
        "embd_pdrop": config.drop_rate,
        "attn_pdrop": config.drop_rate,
        "scale_attn_weights": True,
        "tie_word_embeddings": tied,
        "bos_token_id": end_token,
        "eos_token_id": end_token,
        "dtype": "float32",
        _QKV_BIAS: config.qkv_bias,
    }


def _not_gpt2(key: str, value: Any) -> CheckpointError:
    return CheckpointError(
        f"config.json: {key[:60]} is {_value(value)}, so the model is not a GPT-2; only GPT-2's architecture is read."
    )


def _value(value: Any) -> str:
    return repr(value)[:60]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
