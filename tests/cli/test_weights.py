"""Import and export on the command line, and a text that goes on from imported weights."""

import json

import pytest
import torch
from typer.testing import CliRunner

from playground.cli.main import app
from playground.errors import CheckpointError, RunError, SettingsError
from playground.model import pretrained
from playground.training.runs.archive import export_run
from playground.training.runs.store import RunStore
from tests.model.hub_files import published_tensors, tied_model, write_published

TEXT = "The river does not care who crosses it. " * 60


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "checkpoints")


@pytest.fixture
def run(store):
    def call(*arguments):
        result = CliRunner().invoke(app, [*map(str, arguments), "--checkpoints", str(store.root)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return " ".join(result.output.split())

    return call


@pytest.fixture
def weights(tmp_path):
    return write_published(tmp_path / "model.safetensors", published_tensors(tied_model()))


def test_weights_come_in_go_on_with_a_text_and_out_again(run, store, weights, tmp_path):
    with pytest.raises(SettingsError, match="does not contain its number of heads"):
        run("import", weights)
    said = run("import", weights, "--heads", 3, "--name", "gpt")
    assert "gpt is here (model.safetensors: GPT-2 of transformers" in said
    assert "`fork gpt --text FILE` trains it on a text" in said
    text = tmp_path / "river.txt"
    text.write_text(TEXT)
    steps = ("--max-steps", 2, "--sample-tokens", 0, "--threads", 1)
    said = run("fork", "gpt", "--text", text, "--batch-size", 3, "--context-length", 8, "--lr", 0.001, *steps)
    assert "gpt-on-river completed after 2 steps" in said
    spec = store.open("gpt-on-river").spec
    assert (spec.preset, spec.data.batch_size, spec.train.lr, spec.train.lr_schedule, spec.train.grad_clip) == (
        "fine-tune",
        3,
        0.001,
        "cosine",
        1.0,
    )
    assert "AutoModelForCausalLM" in run("export", "gpt-on-river", tmp_path / "hf")
    card = (tmp_path / "hf" / "README.md").read_text()
    assert '"prompt": "Every effort moves you"' in card
    run("export", "gpt-on-river", tmp_path / "book", "--format", "book-optimizer")
    assert "the book's model and optimizer" in run("import", tmp_path / "book", "--heads", 3, "--name", "back")
    weights = [store.open(name).load_model().state_dict() for name in ("gpt-on-river", "back")]
    assert all(weights[0][name].equal(weights[1][name]) for name in weights[0])
    archive = export_run(store.open("gpt"), tmp_path / "gpt.zip")
    assert "gpt-2 is here" in run("import", archive)


def test_a_text_that_needs_more_memory_than_is_free_is_warned_of(run, store, weights, tmp_path, monkeypatch):
    monkeypatch.setattr("playground.device.free_memory_bytes", lambda _="auto": 1_000_000)
    run("import", weights, "--heads", 3, "--name", "gpt")
    (tmp_path / "river.txt").write_text(TEXT)
    said = run("fork", "gpt", "--text", tmp_path / "river.txt", "--max-steps", 1, "--sample-tokens", 0)
    assert "GB are free; it would need" in said
    assert "(--recompute, --batch-size 1)" in said


def test_what_is_neither_a_file_nor_a_published_size_is_said(run, tmp_path):
    with pytest.raises(RunError, match="or choose one of gpt2-124M, gpt2-355M"):
        run("import", tmp_path / "missing.bin")
    with pytest.raises(SettingsError, match="another text only; add --text"):
        run("fork", "gpt", "--batch-size", 3)


def test_fault_20_a_pickle_with_code_in_it_runs_nothing(run, tmp_path):
    class Evil:
        def __reduce__(self):
            return (print, ("ran",))

    torch.save({"wte.weight": Evil()}, tmp_path / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="more than plain tensors"):
        run("import", tmp_path / "pytorch_model.bin")


def test_a_published_size_says_what_it_needs_before_it_is_fetched(run, store, weights, monkeypatch):
    fetched = []

    def fetch(published, progress):
        fetched.append(published.name)
        progress(1, 2)
        return weights

    monkeypatch.setattr(pretrained, "fetch", fetch)
    monkeypatch.setattr(pretrained, "free_bytes", lambda _: 10**9)
    monkeypatch.setattr(pretrained, "cached", lambda _: False)
    with pytest.raises(SettingsError, match="gpt2-124M does not fit on the disk"):
        run("import", "gpt2-124M")
    assert fetched == []
    monkeypatch.setattr(pretrained, "free_bytes", lambda _: 10**12)
    said = run("import", "gpt2-124M", "--heads", 3)
    assert "gpt2-124M is 0.5 GB to fetch, and its run takes 0.5 GB; 1000.0 GB are free on the disk" in said
    assert store.open("gpt2-124m").spec.source == "openai-community/gpt2, as published"
    assert json.loads((store.root / "gpt2-124m" / "status.json").read_text())["state"] == "completed"
