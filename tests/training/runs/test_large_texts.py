import json

import pytest
from typer.testing import CliRunner

from playground.cli.main import app
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import TextError
from playground.text import pieces, token_file, upload
from playground.training.jobs.session import run_training
from playground.training.loop.events import Evaluated, Stepped
from playground.training.runs.store import RunStore

TEXT = "The river was in no hurry, said the ferryman; every effort moves you.\n" * 60
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
TRAIN = TrainConfig(epochs=1, max_steps=6, eval_freq=3, sample_tokens=0, device="cpu", precision="float32", threads=1)


@pytest.fixture
def every_text_is_large(monkeypatch):
    for module in (token_file, upload):
        monkeypatch.setattr(module, "LARGE_TEXT_BYTES", 0)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 256)


@pytest.fixture
def text_file(tmp_path):
    path = tmp_path / "river.txt"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    return path


def losses(run):
    return [
        event.loss if isinstance(event, Stepped) else (event.train_loss, event.val_loss)
        for event in run_training(run)
        if isinstance(event, Stepped | Evaluated)
    ]


def test_a_run_on_mapped_ids_equals_the_run_on_the_same_text_in_memory(tmp_path, text_file, monkeypatch, request):
    plain = RunStore(tmp_path / "plain").create("run", TEXT, MODEL, DataConfig(), TRAIN)
    expected = losses(plain)
    request.getfixturevalue("every_text_is_large")
    mapped = RunStore(tmp_path / "mapped").create("run", text_file, MODEL, DataConfig(), TRAIN)
    assert mapped.text() == TEXT
    assert (mapped.spec.text_sha256, mapped.spec.model) == (plain.spec.text_sha256, plain.spec.model)
    assert losses(mapped) == expected


def test_the_ids_of_a_text_are_computed_once_for_all_runs(tmp_path, every_text_is_large, text_file, monkeypatch):
    store = RunStore(tmp_path / "runs")
    seen = []
    store.create("first", text_file, MODEL, progress=lambda *at: seen.append(at))
    assert seen[-1] == (len(TEXT), len(TEXT))
    monkeypatch.setattr(token_file, "encode_to_array", None)
    second = store.create("second", TEXT, MODEL)
    assert second.corpus().train_ids.is_contiguous()
    assert sorted(row.name for row in store.runs()) == ["first", "second"]


def test_a_text_that_is_too_short_leaves_no_folder(tmp_path, text_file):
    store = RunStore(tmp_path / "runs")
    with pytest.raises(TextError, match="Too short"):
        store.create("run", text_file, MODEL.replace(context_length=4096))
    assert [path.name for path in store.root.iterdir()] == []


def test_the_command_line_takes_a_large_file(tmp_path, every_text_is_large, text_file):
    options = ["--preset", "nano", "--context-length", "16", "--max-steps", "2", "--sample-tokens", "0", "--json"]
    arguments = ["train", str(text_file), "--checkpoints", str(tmp_path / "runs"), *options]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["type"] for line in result.stdout.splitlines()].count("stepped") == 2
    refused = CliRunner().invoke(app, [*arguments, "--max-bytes", "1000"])
    assert isinstance(refused.exception, TextError)
    assert "at most 0.0 MB" in str(refused.exception)
