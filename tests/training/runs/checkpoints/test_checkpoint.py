import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from playground.errors import CheckpointError
from playground.model.gpt import GPTModel
from playground.training.loop.position import Position
from playground.training.runs.checkpoints.checkpoint import (
    MODEL_FILE,
    checkpoint_name,
    delete_unfinished,
    read_checkpoint,
    read_position,
    write_checkpoint,
)
from playground.training.runs.checkpoints.tensor_file import seal_of, write_tensors


def test_weights_optimizer_and_position_are_restored(trained, folder, tiny_training):
    other = tiny_training(seed=9)
    other.load(folder)
    expected, found = trained.tensors(), other.tensors()
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert other.position == Position(step=2, epoch=0, batch=2, tokens_seen=256, val_loss=5.0)
    assert read_checkpoint(folder).conditions == trained.conditions
    assert read_position(folder) == other.position


def test_the_size_returned_is_that_of_the_files(trained, tmp_path):
    folder = tmp_path / checkpoint_name(2)
    size = write_checkpoint(folder, trained.model, trained.optimizer, Position(step=2), trained.conditions)
    assert size == sum(path.stat().st_size for path in folder.iterdir())


def test_the_files_can_be_read_by_safetensors(trained, folder):
    tensors = load_file(folder / MODEL_FILE)
    assert tensors.keys() == trained.model.state_dict().keys()
    assert all(torch.equal(tensors[name], weight) for name, weight in trained.model.state_dict().items())


def test_a_checkpoint_before_the_first_step_has_an_empty_optimizer(tiny_training, tmp_path):
    run = tiny_training()
    other = tiny_training()
    other.load(run.write(tmp_path, Position()))
    assert not other.optimizer.state


def test_weights_can_be_saved_alone_and_the_missing_optimizer_is_an_error(trained, tmp_path, tiny_training):
    folder = tmp_path / checkpoint_name(0)
    write_checkpoint(folder, trained.model, None, Position(), trained.conditions)
    checkpoint = read_checkpoint(folder)
    assert not checkpoint.has_optimizer
    other = tiny_training()
    checkpoint.load_model(other.model)
    with pytest.raises(CheckpointError, match="no optimizer"):
        checkpoint.load_optimizer(other.model, other.optimizer)


@given(st.dictionaries(st.text(max_size=9), st.lists(st.integers(0, 5), max_size=4), max_size=5))
def test_written_tensors_can_be_read_by_safetensors(tmp_path_factory, shapes):
    shapes.pop("__metadata__", None)
    path = tmp_path_factory.mktemp("tensors") / "some.safetensors"
    tensors = {name: torch.randn(shape) for name, shape in shapes.items()}
    assert write_tensors(path, tensors) == seal_of(path)
    read = load_file(path)
    assert read.keys() == tensors.keys()
    assert all(torch.equal(read[name], tensors[name]) for name in tensors)


def test_fault_30_an_unfinished_checkpoint_is_ignored_and_can_be_deleted(folder):
    run = folder.parent
    unfinished = run / ".step_00000003.4711.new.tmp"
    unfinished.mkdir()
    (unfinished / MODEL_FILE).write_bytes(b"half")
    (run / "text.txt").write_text("stays")
    delete_unfinished(run)
    assert sorted(path.name for path in run.iterdir()) == [folder.name, "text.txt"]
    read_checkpoint(folder)


@pytest.mark.process
def test_fault_31_a_full_disk_raises_and_leaves_the_folder_unchanged(folder):
    """Simulated by a process that may not write files larger than 4 KB."""
    code = f"""
import pathlib, resource, signal, torch
from playground.training.runs.checkpoints.checkpoint import read_checkpoint, write_checkpoint
from playground.model.gpt import GPTModel
folder = pathlib.Path({str(folder)!r})
checkpoint = read_checkpoint(folder)
model = GPTModel(checkpoint.conditions.model)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_checkpoint(folder.with_name("step_00000009"), model, None, checkpoint.position, checkpoint.conditions)
except OSError as error:
    print("refused", error.errno)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("refused")
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    read_checkpoint(folder)


def test_writing_a_step_again_replaces_its_checkpoint(folder, trained):
    (folder / MODEL_FILE).write_bytes(b"damaged")
    trained.write(folder.parent, Position(step=2, batch=2))
    assert read_checkpoint(folder).position.batch == 2
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_tied_head_is_stored_and_held_once(tmp_path, trained):
    model = trained.model
    model.out_head.weight = model.tok_emb.weight
    untied_bytes = 4 * model.tok_emb.weight.numel()
    written = tmp_path / checkpoint_name(0)
    size = write_checkpoint(written, model, None, Position(), trained.conditions)
    checkpoint = read_checkpoint(written)
    assert checkpoint.tied
    assert "out_head.weight" not in dict(checkpoint.weights())
    read = checkpoint.new_model()
    assert read.out_head.weight is read.tok_emb.weight
    assert all(weight.equal(model.state_dict()[name]) for name, weight in read.state_dict().items())
    apart = GPTModel(model.config)  # as it is for a training, which unties it
    checkpoint.load_model(apart)
    assert apart.out_head.weight.equal(model.tok_emb.weight)
    assert write_checkpoint(tmp_path / checkpoint_name(1), apart, None, Position(), trained.conditions) > size + (
        untied_bytes - 1000
    )
    assert not read_checkpoint(tmp_path / checkpoint_name(1)).tied
