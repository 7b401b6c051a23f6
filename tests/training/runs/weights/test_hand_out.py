"""What is handed out works in transformers and in the book's code, and comes back bit for bit."""

import json
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import CheckpointError, RunError
from playground.sampling.generate import generate
from playground.text.tokenizer import text_to_token_ids
from playground.training.jobs.session import run_training
from playground.training.runs.run import Run
from playground.training.runs.store import RunStore
from playground.training.runs.weights.fine_tune import fine_tune
from playground.training.runs.weights.hand_out import export_weights, pack
from playground.training.runs.weights.take_in import import_weights
from tests.model.hub_files import published_tensors, tied_model, write_published
from tests.model.reference import BookModel
from tests.training.conftest import TEXT

MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=4, n_layers=2)
TRAIN = TrainConfig(max_steps=12, lr=1e-2, eval_freq=6, sample_tokens=0, device="cpu", precision="float32", threads=1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module", params=["compact", "bytes"])
def trained(request: pytest.FixtureRequest, store: RunStore) -> Run:
    model = MODEL.replace(qkv_bias=request.param == "bytes")
    run = store.create(request.param, TEXT, model, DataConfig(vocabulary=request.param), TRAIN, text_name="`|<b>days")
    for _ in run_training(run):
        pass
    return run


def assert_same(run: Run, other: Run) -> None:
    weights, others = run.load_model().state_dict(), other.load_model().state_dict()
    assert weights.keys() == others.keys()
    assert all(weights[name].equal(others[name]) for name in weights)
    assert run.vocabulary == other.vocabulary
    assert run.spec.model == other.spec.model


@pytest.mark.parametrize("max_shard_bytes", [10**9, 9_000])
def test_transformers_writes_the_same_text_with_what_is_handed_out(trained: Run, tmp_path: Path, max_shard_bytes):
    folder = export_weights(trained, tmp_path / "out", max_shard_bytes=max_shard_bytes)
    assert (folder / "model.safetensors.index.json").exists() == (max_shard_bytes == 9_000)
    theirs = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    prompt = "On day 3 the"
    ids = text_to_token_ids(prompt, trained.tokenizer)
    assert tokenizer(prompt, return_tensors="pt")["input_ids"].equal(ids)
    model = trained.load_model()
    with torch.no_grad():
        torch.testing.assert_close(model(ids), theirs.eval()(ids).logits, rtol=0, atol=1e-4)
    length = 16 - ids.shape[1]
    ours = generate(model, ids, max_new_tokens=length, context_size=16)
    written = theirs.generate(ids, max_new_tokens=length, do_sample=False, pad_token_id=0)
    assert tokenizer.decode(written[0]) == trained.tokenizer.decode(ours[0].tolist())


@pytest.mark.parametrize("form", ["hf", "book"])
def test_out_and_in_again_is_the_identity(trained: Run, store: RunStore, tmp_path: Path, form):
    folder = export_weights(trained, tmp_path / "out", form)
    back = import_weights(store, folder, n_heads=4 if form == "book" else None)
    assert_same(trained, back)


def test_the_book_s_code_loads_what_is_handed_out_with_the_optimizer_and_it_comes_back(trained, store, tmp_path):
    folder = export_weights(trained, tmp_path / "out", "book-optimizer")
    content = torch.load(folder / "model_and_optimizer.pth", weights_only=True)
    book = BookModel(trained.spec.model)
    book.load_state_dict(content["model_state_dict"])
    torch.optim.AdamW(book.parameters()).load_state_dict(content["optimizer_state_dict"])
    back = import_weights(store, folder, n_heads=4)
    assert_same(trained, back)
    ours, theirs = (run.load_checkpoint().optimizer_state() for run in (trained, back))
    assert ours.keys() == theirs.keys()
    assert all(ours[name].equal(theirs[name]) for name in ours)


@pytest.mark.parametrize("masks", [True, False])
def test_the_published_weights_in_and_out_again_are_the_same_bits(store: RunStore, tmp_path: Path, masks: bool):
    tensors = published_tensors(tied_model(), masks)
    path = write_published(tmp_path / "model.safetensors", tensors, data_start=4_291)
    folder = export_weights(import_weights(store, path, n_heads=3), tmp_path / "out")
    found = load_file(folder / "model.safetensors")
    assert found.keys() == {f"transformer.{name}" for name in tensors if not name.endswith(".attn.bias")}
    assert all(tensor.equal(tensors[name.removeprefix("transformer.")]) for name, tensor in found.items())
    assert json.loads((folder / "config.json").read_text())["tie_word_embeddings"] is True


def test_the_model_card_says_text_settings_losses_and_shows_names_as_characters(trained: Run, tmp_path: Path):
    card = (export_weights(trained, tmp_path / "out", sample="On day\n{receipt}") / "README.md").read_text()
    assert "| Text | `'¦<b>days` |" in card
    assert trained.spec.text_sha256 in card
    assert f"| Validation loss | `{trained.status().val_loss:.4f}` |" in card
    assert "    On day\n    {receipt}" in card


def test_what_cannot_be_handed_out_is_refused_and_leaves_nothing(trained: Run, store: RunStore, tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep")
    with pytest.raises(RunError, match="there is something already"):
        export_weights(trained, tmp_path / "full")
    weights = write_published(tmp_path / "model.safetensors", published_tensors(tied_model()))
    with pytest.raises(CheckpointError, match="contains no optimizer state"):
        export_weights(import_weights(store, weights, n_heads=3), tmp_path / "out", "book-optimizer")
    with pytest.raises(RunError, match="has no checkpoint at step 99"):
        export_weights(trained, tmp_path / "out", which=99)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "model.safetensors"]
    assert (tmp_path / "full" / "mine.txt").read_text() == "keep"


def test_a_packed_folder_is_one_file_and_is_taken_in_as_such(trained: Run, store: RunStore, tmp_path: Path):
    folder = export_weights(trained, tmp_path / "out")
    with zipfile.ZipFile(pack(folder, tmp_path / "out.zip")) as archive:
        assert {"out/model.safetensors", "out/tokenizer.json", "out/README.md"} <= set(archive.namelist())
    back = import_weights(store, tmp_path / "out.zip")
    assert_same(trained, back)
    assert (back.name.startswith("out"), back.spec.source) == (True, "out.zip")
    assert not [path for path in store.root.iterdir() if path.name.startswith(".new-")]


@pytest.mark.parametrize("name", ["../model.safetensors", "out/run.sh", "out/model.safetensors"])
def test_fault_21_a_packed_folder_with_other_files_or_too_large_is_refused(store: RunStore, tmp_path: Path, name: str):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/model.safetensors" if name != "out/model.safetensors" else "y/config.json", "{}")
        archive.writestr(name, b"0" * 9_000_000)
    sentence = "which is more than allowed" if name == "out/model.safetensors" else "that no exported folder has"
    with pytest.raises(CheckpointError, match=sentence):
        import_weights(store, tmp_path / "evil.zip", max_parameters=1_000_000)
    assert not [path for path in store.root.iterdir() if path.name.startswith(".new-")]


def test_a_fine_tuned_model_is_handed_out_with_a_head_of_its_own(store: RunStore, tmp_path: Path):
    weights = write_published(tmp_path / "model.safetensors", published_tensors(tied_model()))
    run = fine_tune(store, import_weights(store, weights, n_heads=3).name, TEXT, context_length=8, train=TRAIN)
    for _ in run_training(run):
        pass
    folder = export_weights(run, tmp_path / "out")
    assert "lm_head.weight" in load_file(folder / "model.safetensors")
    ids = torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        theirs = AutoModelForCausalLM.from_pretrained(folder).eval()(ids).logits
        torch.testing.assert_close(run.load_model()(ids), theirs, rtol=0, atol=1e-4)
