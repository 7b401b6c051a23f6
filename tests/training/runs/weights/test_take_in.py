"""Weights become an ordinary run, and a text goes on from them as the book's own training does."""

import errno
import threading
import zipfile
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import CheckpointError, RunError, SettingsError
from playground.evaluation.evaluate import evaluate
from playground.model.interchange.book import write_book_file
from playground.sampling.generate import generate
from playground.text.corpus import TextTooShortError, build_corpus
from playground.text.tokenizer import find_vocabulary
from playground.training.jobs.session import run_training
from playground.training.loop.events import Finished, Stepped, Warned
from playground.training.runs.archive import export_run, import_run
from playground.training.runs.checkpoints import checkpoint as checkpoint_module
from playground.training.runs.fork import fork
from playground.training.runs.store import RunStore
from playground.training.runs.weights.fine_tune import fine_tune
from playground.training.runs.weights.take_in import import_weights
from tests.model.hub_files import SIZES, published_tensors, tied_model, write_published
from tests.model.reference import BookModel
from tests.training.conftest import TEXT

FAST = TrainConfig(epochs=1, max_steps=3, eval_freq=2, sample_tokens=0, device="cpu", precision="float32", threads=1)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return write_published(tmp_path / "model.safetensors", published_tensors(tied_model()))


def test_imported_weights_are_an_ordinary_run(store: RunStore, weights: Path, tmp_path: Path):
    seen = []
    run = import_weights(store, weights, n_heads=3, progress=lambda done, total: seen.append((done, total)))
    model = run.load_model()
    assert [row.name for row in store.runs()] == ["model"]
    assert run.status().state == "completed"
    assert (run.spec.source, run.spec.data.vocabulary) == (
        "model.safetensors: GPT-2 of transformers (model.safetensors)",
        "bytes",
    )
    assert all(weight.equal(model.state_dict()[name]) for name, weight in tied_model().state_dict().items())
    assert model.out_head.weight is model.tok_emb.weight
    assert generate(model, torch.tensor([[1, 2]]), max_new_tokens=3, context_size=16).shape == (1, 5)
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    back = import_run(store, export_run(run, tmp_path / "run.zip"), "back")
    assert back.load_model().tok_emb.weight.equal(model.tok_emb.weight)


def test_without_a_text_what_needs_one_says_so(store: RunStore, weights: Path):
    run = import_weights(store, weights, n_heads=3)
    sentence = "came without a training text; use one of yours"
    with pytest.raises(RunError, match=sentence):
        run.corpus()
    with pytest.raises(RunError, match=sentence):
        evaluate(run)
    (finished,) = [event for event in run_training(run) if isinstance(event, Finished)]
    assert finished.reason == "failed"
    assert sentence in finished.message
    assert evaluate(run, TEXT, part="validation").tokens > 100


def test_a_text_goes_on_from_the_weights_and_its_run_is_trained_and_forked_as_any_other(store, weights):
    imported = import_weights(store, weights, n_heads=3)
    run = fine_tune(store, imported.name, TEXT, context_length=8, train=FAST, drop_rate=0.0)
    assert run.name == "model-on-text"
    assert run.spec.model == imported.spec.model.replace(context_length=8, drop_rate=0.0)
    before = evaluate(run, TEXT, part="validation", reading="chapter").loss
    imported_model = imported.load_model()
    imported_model.pos_emb.weight.data = imported_model.pos_emb.weight.data[:8]
    ids = build_corpus(TEXT, run.spec.data, run.vocabulary).train_ids[:9]
    with torch.no_grad():
        expected = imported_model.hidden(ids[None, :8])
        torch.testing.assert_close(run.load_model().hidden(ids[None, :8]), expected, rtol=0, atol=1e-6)
    events = list(run_training(run))
    assert events[-1].reason == "completed"
    assert not any(isinstance(event, Warned) and "text" in event.message for event in events)
    assert run.spec.train == FAST
    assert run.steps()[-1] == 3
    assert evaluate(run, TEXT, part="validation", reading="chapter").loss < before
    assert not run.load_checkpoint().tied, "a training unties the head"
    assert fork(store, run.name, train=FAST.replace(epochs=3, max_steps=None)).steps() == [3]


def test_a_short_text_gets_a_shorter_context_unless_one_was_asked_for(store: RunStore, weights: Path):
    import_weights(store, weights, "gpt", n_heads=3)
    assert fine_tune(store, "gpt", "Every effort moves you. " * 4, text_name="short").spec.model.context_length < 16
    with pytest.raises(TextTooShortError):
        fine_tune(store, "gpt", "Every effort moves you. " * 4, context_length=16)
    with pytest.raises(SettingsError, match="reads 16 tokens at most"):
        fine_tune(store, "gpt", TEXT, context_length=17)
    assert len(store.names()) == 2


def test_exercise_5_4_the_losses_go_on_for_20_steps_as_in_the_book(store: RunStore, tmp_path: Path):
    config = ModelConfig(vocab_size=257, context_length=8, emb_dim=16, n_heads=2, n_layers=2, drop_rate=0.0)
    data = DataConfig(vocabulary="bytes", batch_size=4, shuffle=False)
    ids = build_corpus(TEXT, data).train_ids
    windows = [ids[start : start + 9] for start in range(0, len(ids) - 8, 8)]
    batches = [torch.stack(windows[start : start + 4]) for start in range(0, len(windows) - 3, 4)]
    torch.manual_seed(1)
    book = BookModel(config)
    optimizer = torch.optim.AdamW(book.parameters(), lr=3e-3, weight_decay=0.05)

    def train(steps: int) -> list[float]:
        losses = []
        for step in range(steps):
            batch = batches[step % len(batches)]
            loss = F.cross_entropy(book(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    train(30)
    file = tmp_path / "model_and_optimizer.pth"
    torch.save({"model_state_dict": book.state_dict(), "optimizer_state_dict": optimizer.state_dict()}, file)
    imported = import_weights(store, file, "book", n_heads=2)
    assert (imported.spec.train.lr, imported.spec.train.weight_decay) == (3e-3, 0.05)
    settings = imported.spec.train.replace(max_steps=20, device="cpu", precision="float32", threads=1, sample_tokens=0)
    run = fine_tune(store, "book", TEXT, context_length=8, train=settings, data=data, drop_rate=0.0)
    losses = [event.loss for event in run_training(run) if isinstance(event, Stepped)]
    assert losses == pytest.approx(train(20), abs=1e-4)
    torch.save(book.state_dict(), tmp_path / "model.pth")


def test_two_imports_of_one_model_at_once_are_two_runs(store: RunStore, weights: Path):
    threads = [threading.Thread(target=import_weights, args=(store, weights), kwargs={"n_heads": 3}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(store.names()) == ["model", "model-2", "model-3"]
    assert all(store.open(name).load_model() for name in store.names())


def test_fault_31_a_full_disk_is_said_and_leaves_nothing(store: RunStore, weights: Path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint_module, "write_stream", full)
    with pytest.raises(RunError, match="No space left on device"):
        import_weights(store, weights, n_heads=3)
    monkeypatch.undo()
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(RunError, match=r"need 0\.1 GB on the disk, and 0\.0 GB are free"):
        import_weights(store, weights, n_heads=3)
    assert list(store.root.iterdir()) == []


def test_an_import_that_is_stopped_leaves_nothing(store: RunStore, weights: Path):
    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_weights(store, weights, n_heads=3, progress=stop)
    assert list(store.root.iterdir()) == []


def test_fault_22_the_limit_of_a_public_server_is_checked_before_anything_is_read(store: RunStore, weights: Path):
    with pytest.raises(CheckpointError, match=r"parameters; this server takes up to 1,000"):
        import_weights(store, weights, n_heads=3, max_parameters=1000)
    assert not store.root.exists()


def test_fault_26_weights_of_an_unknown_vocabulary_are_refused_until_it_lies_beside_them(store, tmp_path: Path):
    vocabulary = find_vocabulary("compact", TEXT)
    model = tied_model(SIZES.replace(vocab_size=vocabulary.size))
    write_book_file(tmp_path / "model.pth", model)
    with pytest.raises(CheckpointError, match=r"put the tokenizer's vocabulary\.json"):
        import_weights(store, tmp_path / "model.pth", n_heads=3)
    (tmp_path / "vocabulary.json").write_text(vocabulary.to_json())
    run = import_weights(store, tmp_path / "model.pth", n_heads=3)
    assert run.vocabulary == vocabulary


def test_a_name_that_is_taken_is_refused_before_anything_is_read(store: RunStore, weights: Path):
    import_weights(store, weights, "mine", n_heads=3)
    with pytest.raises(RunError, match="There is a run named mine already"):
        import_weights(store, weights.with_name("none"), "mine")


def test_the_archive_of_a_run_is_not_taken_for_weights(store: RunStore, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.writestr("x/run.json", "{}")
    with pytest.raises(CheckpointError, match="is the archive of a run"):
        import_weights(store, tmp_path / "run.zip")
