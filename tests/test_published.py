"""The chapter's figures with the real GPT-2, where an environment variable names its weights; else skipped.

PLAYGROUND_GPT2, PLAYGROUND_GPT2_XL: a file or folder with the published weights of 124M, of 1558M. PLAYGROUND_VERDICT:
the chapter's text.
"""

import os
from pathlib import Path

import pytest
import torch

from playground.config import DataConfig
from playground.model.gpt import GPTModel
from playground.sampling.generate import generate
from playground.text.corpus import build_corpus
from playground.text.tokenizer import load_tokenizer, text_to_token_ids, token_ids_to_text
from playground.training.loop.batches import make_batches
from playground.training.loop.loss import calc_loss_loader
from playground.training.runs.store import RunStore
from playground.training.runs.weights.take_in import import_weights


def published(variable: str, folder: Path) -> GPTModel:
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"The published weights are not in the project: set {variable} to their file or folder")
    return import_weights(RunStore(folder), Path(path)).load_model()


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> GPTModel:
    return published("PLAYGROUND_GPT2", tmp_path_factory.mktemp("runs"))


def losses(model: GPTModel, text: str) -> tuple[float, float]:
    """As in the chapter: 256 tokens per window, two windows per batch, the last batch of the validation part kept."""
    corpus = build_corpus(text, DataConfig(vocabulary="gpt2"))
    data = DataConfig(vocabulary="gpt2", batch_size=2)
    train, validation = make_batches(corpus, data, 256, seed=123)
    with torch.no_grad():
        return calc_loss_loader(train, model, "cpu"), calc_loss_loader(validation, model, "cpu")


def test_exercise_5_5_the_losses_of_gpt2_on_the_verdict(smallest: GPTModel, verdict: str):
    assert losses(smallest, verdict) == pytest.approx((3.7548, 3.5596), abs=2e-4)


def test_exercise_5_6_the_losses_of_the_largest_size(tmp_path: Path, verdict: str):
    assert losses(published("PLAYGROUND_GPT2_XL", tmp_path), verdict) == pytest.approx((3.3046, 3.1195), abs=2e-4)


def test_the_chapter_s_own_sentence_at_seed_123(smallest: GPTModel):
    tokenizer = load_tokenizer()
    ids = text_to_token_ids("Every effort moves you", tokenizer)
    torch.manual_seed(123)
    written = generate(smallest, ids, max_new_tokens=25, context_size=1024, top_k=50, temperature=1.5)
    sentence = "Every effort moves you toward finding an ideal new way to practice something!"
    assert token_ids_to_text(written, tokenizer).startswith(sentence)
