"""Weights of others are read in each of their layouts, and give the logits of transformers."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, GPT2Model

from playground.config import ModelConfig
from playground.errors import CheckpointError, SettingsError
from playground.model.gpt import GPTModel
from playground.model.interchange.book import write_book_file
from playground.model.interchange.opened import OpenedWeights, open_weights
from tests.model.hub_files import SIZES, published_tensors, tied_model, write_published

IDS = torch.arange(24).view(2, 12) * 7


def as_model(opened: OpenedWeights) -> GPTModel:
    model = GPTModel(opened.config).eval()
    weights = dict(opened.tensors())
    if opened.tied:
        weights["out_head.weight"] = weights["tok_emb.weight"]
    model.load_state_dict(weights)
    return model


def transformers_model(tied: bool = True) -> GPT2LMHeadModel:
    torch.manual_seed(3)
    config = GPT2Config(
        vocab_size=257, n_positions=16, n_embd=12, n_layer=2, n_head=3, tie_word_embeddings=tied, resid_pdrop=0.0
    )
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.1)
    return model


def assert_same_logits(path: Path, theirs: GPT2LMHeadModel, **options: object) -> OpenedWeights:
    opened = open_weights(path, **options)
    with torch.no_grad():
        torch.testing.assert_close(as_model(opened)(IDS), theirs(IDS).logits, rtol=0, atol=1e-4)
    return opened


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("shard_bytes", ["1GB", "9KB"])
def test_a_folder_of_transformers_gives_its_logits(tmp_path: Path, tied: bool, shard_bytes: str):
    theirs = transformers_model(tied)
    theirs.save_pretrained(tmp_path, max_shard_size=shard_bytes)
    assert (tmp_path / "model.safetensors.index.json").exists() == (shard_bytes == "9KB")
    opened = assert_same_logits(tmp_path, theirs)
    assert (opened.config.n_heads, opened.config.drop_rate, opened.tied) == (3, 0.0, tied)
    one_file = next(tmp_path.glob("*.safetensors"))  # a shard stands for its model
    assert_same_logits(one_file, theirs)


@pytest.mark.parametrize("head", [True, False])
def test_pytorch_model_bin_gives_the_logits_of_transformers(tmp_path: Path, head: bool):
    theirs = transformers_model()
    weights = theirs.state_dict()
    if not head:
        del weights["lm_head.weight"]
    torch.save(weights, tmp_path / "pytorch_model.bin")
    assert assert_same_logits(tmp_path / "pytorch_model.bin", theirs, n_heads=3).tied
    with pytest.raises(CheckpointError, match="this server does not read files of torch"):
        open_weights(tmp_path, 3, allow_pickle=False)


def test_shards_of_torch_are_read_by_their_index(tmp_path: Path):
    theirs = transformers_model(tied=False)
    weights, weight_map = theirs.state_dict(), {}
    for part, names in enumerate((list(weights)[:9], list(weights)[9:])):
        file = f"pytorch_model-0000{part + 1}-of-00002.bin"
        torch.save({name: weights[name] for name in names}, tmp_path / file)
        weight_map |= dict.fromkeys(names, file)
    (tmp_path / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": weight_map}))
    assert_same_logits(tmp_path, theirs, n_heads=3)


def test_names_without_prefix_are_those_of_the_bare_model(tmp_path: Path):
    theirs = transformers_model()
    bare = GPT2Model(theirs.config)
    bare.load_state_dict(theirs.transformer.state_dict())
    bare.save_pretrained(tmp_path)
    assert_same_logits(tmp_path, theirs)


def test_a_file_laid_out_as_the_published_one_gives_the_logits_of_transformers(tmp_path: Path):
    config = SIZES.replace(n_layers=12)
    model = tied_model(config)
    tensors = published_tensors(model)
    assert len(tensors) == 160
    path = write_published(tmp_path / "model.safetensors", tensors, data_start=14_291)
    theirs = GPT2LMHeadModel(GPT2Config(vocab_size=257, n_positions=16, n_embd=12, n_layer=12, n_head=3)).eval()
    theirs.transformer.load_state_dict(published_tensors(model, masks=False))
    theirs.tie_weights()
    opened = assert_same_logits(path, theirs, n_heads=3)
    assert opened.tied
    assert all(weight.equal(model.state_dict()[name]) for name, weight in opened.tensors())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_read_as_the_same_numbers(tmp_path: Path, dtype: torch.dtype):
    theirs = transformers_model().to(dtype)
    theirs.save_pretrained(tmp_path)
    assert_same_logits(tmp_path, theirs.float())


@pytest.mark.parametrize("qkv_bias", [True, False])
def test_the_book_s_file_is_told_apart_from_that_of_transformers(tmp_path: Path, qkv_bias: bool):
    model = GPTModel(SIZES.replace(qkv_bias=qkv_bias)).eval()
    write_book_file(tmp_path / "weights.bin", model)  # whatever its name
    opened = open_weights(tmp_path / "weights.bin", n_heads=3)
    assert opened.config == model.config.replace(drop_rate=0.1)
    assert not opened.tied
    assert dict(opened.tensors()).keys() == model.state_dict().keys()
    assert all(weight.equal(model.state_dict()[name]) for name, weight in opened.tensors())


def test_the_number_of_heads_is_asked_for_where_no_file_tells_it(tmp_path: Path):
    path = write_published(tmp_path / "model.safetensors", published_tensors(tied_model()))
    with pytest.raises(SettingsError, match="width 12 does not contain its number of heads"):
        open_weights(path)
    wide = ModelConfig(vocab_size=257, context_length=4, emb_dim=1024, n_heads=16, n_layers=1, qkv_bias=True)
    path = write_published(tmp_path / "wide.safetensors", published_tensors(tied_model(wide)))
    assert open_weights(path).config.n_heads == 16


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model_type", "llama"),
        ("activation_function", "relu"),
        ("activation_function", "gelu"),
        ("rope_theta", 10000.0),
        ("rotary_pct", 0.25),
        ("n_inner", 77),
        ("layer_norm_epsilon", 1e-6),
        ("layer_norm_epsilon", "tiny"),
        ("scale_attn_weights", False),
        ("scale_attn_by_inverse_layer_idx", True),
        ("add_cross_attention", True),
        ("quantization_config", {"bits": 4}),
        ("n_head", 0),
        ("n_head", 10**9),
        ("n_layer", 10**9),
        ("n_embd", 24),
        ("vocab_size", -1),
    ],
)
def test_fault_22_a_config_that_is_not_gpt2_or_does_not_fit_is_refused_with_its_key(tmp_path: Path, key, value):
    transformers_model().save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, key: value}))
    ours = {"n_layer": "n_layers", "n_embd": "emb_dim"}.get(key, key)
    with pytest.raises(CheckpointError, match=ours):
        open_weights(tmp_path)


def test_fault_23_another_model_s_tensors_are_named(tmp_path: Path):
    tensors = published_tensors(tied_model())
    for changed, sentence in (
        ({"model.embed_tokens.weight": torch.ones(3, 3)}, "another model than GPT-2: they hold model.embed_tokens"),
        ({**tensors, "h.0.attn.rotary": torch.ones(3)}, r"Not a part of this model: h\.0\.attn\.rotary"),
        ({n: t for n, t in tensors.items() if n != "h.1.ln_2.bias"}, r"Missing from the file: h\.1\.ln_2\.bias"),
        ({**tensors, "h.0.mlp.c_fc.weight": torch.ones(48, 12)}, r"shape is \(48, 12\), but \(12, 48\)"),
        ({**tensors, "wte.weight": torch.ones(3)}, r"wte\.weight: this matrix is missing"),
    ):
        with pytest.raises(CheckpointError, match=sentence):
            open_weights(write_published(tmp_path / "model.safetensors", changed), 3)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_fault_24_numbers_that_are_not_finite_are_refused(tmp_path: Path, value: float):
    tensors = published_tensors(tied_model())
    tensors["h.1.mlp.c_fc.weight"][3, 4] = value
    opened = open_weights(write_published(tmp_path / "model.safetensors", tensors), 3)
    with pytest.raises(CheckpointError, match=r"h\.1\.mlp\.c_fc\.weight: some values are not finite"):
        list(opened.tensors())


def test_a_missing_shard_is_named(tmp_path: Path):
    transformers_model(tied=False).save_pretrained(tmp_path, max_shard_size="9KB")
    shards = sorted(tmp_path.glob("model-*"))
    shutil.move(shards[1], tmp_path / "elsewhere")
    with pytest.raises(CheckpointError, match=f"{shards[1].name} is missing in the folder"):
        open_weights(tmp_path)
    shutil.copy(shards[0], shards[1])  # the wrong part under the right name
    with pytest.raises(CheckpointError, match="is in another part of the model, too"):
        open_weights(tmp_path)


@pytest.mark.parametrize("name", ["../model.safetensors", "/etc/passwd", "", ".."])
def test_an_index_names_files_beside_it_only(tmp_path: Path, name: str):
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"wte.weight": name}}))
    with pytest.raises(CheckpointError, match="which is not a file beside it"):
        open_weights(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<!DOCTYPE html><html>" + b"x" * 189, "a web page of 210 bytes, not weights"),
        (b"", "is empty"),
        (b"GGUF" + b"0" * 40, "is a GGUF file"),
        (b"\x89HDF\r\n", "TensorFlow's weights"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS pointer"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "of a PyTorch before 1.6"),
        (b"PK\x03\x04" + b"0" * 60, "cut off or damaged"),
        (b"just some words", "neither a safetensors file nor one of torch.save"),
        ((1 << 40).to_bytes(8, "little") + b"{}", "header is over 16 MiB"),
        ((40).to_bytes(8, "little") + b'{"a":', "cut off or damaged"),
    ],
)
def test_fault_21_what_is_not_weights_is_named_in_one_sentence(tmp_path: Path, content: bytes, sentence: str):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=sentence) as refused:
        open_weights(path)
    assert "\n" not in str(refused.value)


def test_a_folder_without_weights_says_what_is_read(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"no weights; model\.safetensors, pytorch_model\.bin or model\.pth"):
        open_weights(tmp_path)
