"""The chapter's exercises that run here."""

import pytest
import torch

from playground.config import GPT_CONFIG_124M, DataConfig
from playground.evaluation.chapter import exercises
from playground.evaluation.chapter.exercises import losses_on_the_verdict, published_run, train_saved_and_on
from playground.evaluation.token_losses import per_token_losses
from playground.model.gpt import GPTModel
from playground.training.runs.run import Run
from playground.training.runs.store import RunStore


@pytest.fixture(scope="module")
def continued():
    return train_saved_and_on(on_progress=lambda _: None)


def test_a_training_that_was_saved_and_read_again_goes_on_without_a_jump(continued):
    assert continued["apart"] == 0
    assert continued["resumed"][continued["saved_at"] :] == continued["whole"][continued["saved_at"] :]
    assert continued["resumed"][: continued["saved_at"]] == [None] * continued["saved_at"]
    assert len(continued["steps"]) == len(continued["whole"]) == len(continued["weights"])


def test_without_the_moments_of_adamw_it_is_another_training(continued):
    first = continued["saved_at"]
    assert continued["weights"][first] == continued["whole"][first]  # the same weights, the same batch
    assert continued["weights"][first + 1 :] != continued["whole"][first + 1 :]


def test_without_published_weights_the_size_is_named(tmp_path):
    assert losses_on_the_verdict(tmp_path, "gpt2-124M", on_progress=lambda _: None) == {"missing": "gpt2-124M"}


def test_published_weights_are_found_by_their_source_and_measured_as_in_the_chapter(tmp_path, monkeypatch):
    tiny = GPT_CONFIG_124M.replace(emb_dim=8, n_heads=2, n_layers=1, context_length=256)
    store = RunStore(tmp_path)
    text = "He had always been a cheap genius, though a good fellow enough. " * 400
    run = store.create("gpt2", text, tiny, DataConfig(vocabulary="gpt2"))
    monkeypatch.setattr(exercises, "load_sample", lambda name: text)
    monkeypatch.setattr(exercises, "published_run", lambda *_: run)
    torch.manual_seed(0)
    model = GPTModel(tiny).eval()
    monkeypatch.setattr(Run, "load_model", lambda self: model)
    found = losses_on_the_verdict(tmp_path, "gpt2-124M", on_progress=lambda _: None)
    assert [(row["part"], row["book"]) for row in found["rows"]] == [("training", 3.7548), ("validation", 3.5596)]
    expected = per_token_losses(model, run.corpus().val_ids, reading="chapter").mean
    assert found["rows"][1]["here"] == pytest.approx(expected, abs=1e-4)


def test_only_a_run_with_the_source_of_the_size_is_taken_for_it(tmp_path):
    store = RunStore(tmp_path)
    store.create("gpt2-124m", "He had always been a cheap genius. " * 600, GPT_CONFIG_124M.replace(n_layers=1))
    assert published_run(store, "gpt2-124M") is None
