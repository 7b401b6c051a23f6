"""Checkpoints that are damaged, hostile, or of another model are refused with one sentence."""

import json
import math
import pickletools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from playground.config import ModelConfig
from playground.errors import CheckpointError
from playground.training.loop.position import Position
from playground.training.runs.checkpoints.checkpoint import (
    MODEL_FILE,
    OPTIMIZER_FILE,
    checkpoint_name,
    read_checkpoint,
    write_checkpoint,
)
from playground.training.runs.checkpoints.state_file import STATE_FILE, State, seal_state
from playground.training.runs.checkpoints.tensor_file import MAX_HEADER_BYTES, seal_of


def reseal(folder, **changes):
    """Update the digests, as an attacker would."""
    state = json.loads((folder / STATE_FILE).read_bytes())
    del state["sha256"]
    state["files"] = {name: seal_of(folder / name).model_dump() for name in state["files"]}
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = state
        for parent in parents:
            place = place[parent]
        place[last] = value
    (folder / STATE_FILE).write_bytes(seal_state(json.dumps(state, separators=(",", ":")).encode()))


def change_tensors(path, change):
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def refused(folder, expected=None):
    with pytest.raises(CheckpointError) as caught:
        read_checkpoint(folder, expected)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    return message


def test_fault_21_truncated_weights_are_refused(folder):
    path = folder / MODEL_FILE
    path.write_bytes(path.read_bytes()[:-100])
    assert "damaged" in refused(folder)
    reseal(folder)
    assert "damaged" in refused(folder)


def test_fault_21_a_header_over_its_limit_is_refused_before_it_is_read(folder):
    path = folder / MODEL_FILE
    path.write_bytes((MAX_HEADER_BYTES + 1).to_bytes(8, "little") + path.read_bytes()[8:])
    reseal(folder)
    assert "header" in refused(folder)


@pytest.mark.parametrize("shift", [-4, 4], ids=["overlapping", "missing"])
def test_fault_21_ranges_that_overlap_or_leave_gaps_are_refused(folder, shift):
    raw = (folder / MODEL_FILE).read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    second = header["pos_emb.weight"]["data_offsets"]
    header["pos_emb.weight"]["data_offsets"] = [second[0] + shift, second[1] + shift]
    changed = json.dumps(header, separators=(",", ":")).encode()
    (folder / MODEL_FILE).write_bytes(len(changed).to_bytes(8, "little") + changed + raw[8 + length :])
    reseal(folder)
    assert "damaged" in refused(folder)


def test_fault_21_anything_else_in_place_of_a_file_is_refused(folder, tmp_path):
    for content in (b"", b"\x00" * 7, b"\xff" * 64, b"PK\x03\x04" + b"\x00" * 100):
        (folder / MODEL_FILE).write_bytes(content)
        reseal(folder)
        refused(folder)
    (folder / MODEL_FILE).unlink()
    assert "missing" in refused(folder)
    (folder / MODEL_FILE).symlink_to(tmp_path / "elsewhere")
    assert "missing" in refused(folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_layers", 10**9),
        ("n_heads", 0),
        ("emb_dim", -8),
        ("emb_dim", 10**9),
        ("drop_rate", math.nan),
        ("n_heads", "x"),
    ],
    ids=str,
)
def test_fault_22_a_hostile_config_is_refused_by_its_limits(folder, name, value, monkeypatch):
    monkeypatch.setattr("playground.training.runs.checkpoints.checkpoint.GPTModel", None)  # no model is built
    reseal(folder, **{f"conditions__model__{name}": value})
    assert "state.json" in refused(folder)


def test_fault_22_a_config_larger_than_the_file_takes_no_memory(folder):
    reseal(folder, conditions__model__emb_dim=16_384, conditions__model__n_layers=64)  # 200 GB of weights
    assert "do not belong together" in refused(folder)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda t: t.pop("final_norm.weight"), "lacks final_norm.weight"),
        (lambda t: t.update(evil=torch.ones(1)), "evil"),
        (lambda t: t.update({"final_norm.weight": torch.ones(17)}), "final_norm.weight has the shape [17]"),
        (lambda t: t.update({"final_norm.weight": torch.ones(16).half()}), "final_norm.weight is of type F16"),
    ],
    ids=["missing", "surplus", "shape", "type"],
)
def test_fault_23_tensors_that_do_not_match_are_named(folder, change, named):
    change_tensors(folder / MODEL_FILE, change)
    reseal(folder)
    assert named in refused(folder)


def test_fault_23_optimizer_tensors_that_do_not_match_are_named(folder):
    change_tensors(folder / OPTIMIZER_FILE, lambda t: t.pop("exp_avg.final_norm.weight"))
    reseal(folder)
    assert "exp_avg.final_norm.weight" in refused(folder)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("file", "prefix"), [(MODEL_FILE, ""), (OPTIMIZER_FILE, "exp_avg.")])
def test_fault_24_nan_and_infinity_are_refused(folder, file, prefix, value):
    change_tensors(folder / file, lambda t: t[f"{prefix}blocks.1.ff.up.weight"][3].fill_(value))
    reseal(folder)
    assert f"{prefix}blocks.1.ff.up.weight contains NaN or infinity" in refused(folder)


def test_fault_24_weights_that_are_not_finite_are_not_written(trained, tmp_path):
    with torch.no_grad():
        trained.model.final_norm.bias[0] = math.nan
    with pytest.raises(CheckpointError, match=r"final_norm\.bias"):
        trained.write(tmp_path, Position(step=2))
    assert list(tmp_path.iterdir()) == []


def test_fault_25_a_newer_format_is_refused(folder):
    reseal(folder, format=3, something_new=1)
    assert "newer version" in refused(folder)


def test_fault_26_a_model_of_another_size_is_refused_and_the_setting_named(folder, trained):
    config = trained.model.config
    read_checkpoint(folder, config.replace(drop_rate=0.5))
    for name, value in {"vocab_size": 300, "emb_dim": 32, "n_layers": 1, "qkv_bias": True}.items():
        assert name in refused(folder, ModelConfig(**{**dict(config), name: value}))


def test_fault_27_nothing_in_a_checkpoint_is_pickle(folder):
    for path in folder.iterdir():
        raw = path.read_bytes()
        assert not raw.startswith((b"\x80", b"PK"))
        with pytest.raises(ValueError):  # noqa: PT011
            list(pickletools.genops(raw))
    assert {path.name for path in folder.iterdir()} == {MODEL_FILE, OPTIMIZER_FILE, STATE_FILE}


def test_fault_27_the_training_package_neither_reads_nor_writes_pickle():
    from pathlib import Path

    import playground.training

    for path in Path(playground.training.__file__).parent.rglob("*.py"):
        source = path.read_text()
        assert "import pickle" not in source
        assert "torch.load(" not in source
        assert "torch.save(" not in source


@given(st.data())
def test_fault_28_one_flipped_bit_anywhere_is_detected(tmp_path_factory, tiny_checkpoint, data):
    path = data.draw(st.sampled_from(sorted(tiny_checkpoint.iterdir())))
    raw = path.read_bytes()
    bit = data.draw(st.integers(0, 8 * len(raw) - 1))
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    try:
        path.write_bytes(changed)
        refused(tiny_checkpoint)
    finally:
        path.write_bytes(raw)


@pytest.fixture(scope="module")
def tiny_checkpoint(tmp_path_factory):
    """A small checkpoint, written once for all examples."""
    from playground.config import DataConfig, TrainConfig
    from playground.model.gpt import GPTModel
    from playground.training.loop.optimizer import make_optimizer
    from playground.training.runs.checkpoints.conditions import Conditions

    config = ModelConfig(vocab_size=5, context_length=2, emb_dim=2, n_heads=1, n_layers=1)
    model = GPTModel(config)
    folder = tmp_path_factory.mktemp("run") / checkpoint_name(0)
    conditions = Conditions.here("", config, DataConfig(), TrainConfig(threads=1, device="cpu"))
    write_checkpoint(folder, model, make_optimizer(model, TrainConfig()), Position(), conditions)
    return folder


def test_fault_28_any_changed_byte_of_the_state_is_detected(tiny_checkpoint):
    path = tiny_checkpoint / STATE_FILE
    raw = path.read_bytes()
    try:
        for changed in (raw + b" ", raw[:-1], raw.replace(b"1e-05", b"1E-05") + b"\n", raw.replace(b":", b": ", 1)):
            path.write_bytes(changed)
            assert "damaged" in refused(tiny_checkpoint)
    finally:
        path.write_bytes(raw)


def test_a_state_that_is_huge_or_missing_is_refused(folder):
    (folder / STATE_FILE).write_bytes(b" " * (2 << 20))
    assert "damaged" in refused(folder)
    (folder / STATE_FILE).unlink()
    assert "missing" in refused(folder)


def test_unknown_fields_of_the_state_are_refused(folder):
    reseal(folder, position__surprise=1)
    assert "state.json" in refused(folder)
    assert State.model_config["extra"] == "forbid"
