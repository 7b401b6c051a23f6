"""The measures of a model on a text."""

import math
import weakref

import pytest
import torch

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, TextError
from playground.evaluation.evaluate import evaluate, evaluate_ids, measures, token_bytes
from playground.evaluation.token_losses import TokenLosses, per_token_losses
from playground.model.gpt import GPTModel
from playground.text.tokenizer import load_tokenizer
from playground.training.jobs.session import run_training
from playground.training.loop.batches import make_batches
from playground.training.loop.loss import calc_loss_loader
from playground.training.runs.store import RunStore

TEXT = "The old clock in the tower said a quarter past nine, and nobody believed it. 你好 👩‍👩‍👧\n" * 60
MODEL = ModelConfig(context_length=32, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    train = TrainConfig(epochs=6, lr=1e-2, threads=1, sample_tokens=0, eval_freq=1000)
    made = RunStore(tmp_path_factory.mktemp("runs")).create("clock", TEXT, MODEL, DataConfig(batch_size=4), train)
    list(run_training(made))
    return made


def test_the_loss_as_in_the_chapter_is_that_of_the_training_loop(run):
    _, val_batches = make_batches(run.corpus(), run.spec.data, MODEL.context_length)
    assert evaluate(run, reading="chapter").loss == pytest.approx(
        calc_loss_loader(val_batches, run.load_model(), "cpu"), abs=1e-5
    )


def test_a_training_lowers_every_measure_that_should_fall(run):
    before, after = evaluate(run, step=0), evaluate(run)
    assert after.loss < before.loss
    assert after.bits_per_byte < before.bits_per_byte
    assert after.first_share > before.first_share
    assert after.first_ten_share >= after.first_share
    assert after.tokens == before.tokens == len(run.corpus().val_ids) - 1
    assert after.perplexity == pytest.approx(math.exp(after.loss))


def test_parts_and_own_texts_are_read_with_the_vocabulary_of_the_run(run):
    own = evaluate(run, "The old clock 🦄 said “nine”.")
    assert own.tokens == len(run.tokenizer.encode("The old clock 🦄 said “nine”.")) - 1
    assert evaluate(run, run.corpus().train_text).loss == pytest.approx(evaluate(run, part="train").loss, abs=1e-5)


def test_bits_per_byte_do_not_depend_on_how_the_text_is_cut():
    """A model of bytes and one of tokens that give a text the same probability have the same bits per byte."""
    tokenizer = load_tokenizer()
    ids = torch.tensor(tokenizer.encode("Hello world again"))
    n_bytes = len(" world again")
    losses = TokenLosses(torch.arange(1, len(ids)), *[torch.full((len(ids) - 1,), 2.0) for _ in range(5)])
    found = measures([losses], ids, tokenizer, "sliding", 8)
    assert found.bits_per_byte == pytest.approx(2.0 * (len(ids) - 1) / math.log(2) / n_bytes)


def test_tokens_have_the_bytes_of_the_text(run):
    ids = torch.tensor(run.tokenizer.encode(TEXT))
    assert int(token_bytes(run.tokenizer)[ids].sum()) == len(TEXT.encode())


def test_progress_rises_to_one_and_can_end_the_work(run):
    seen = []
    evaluate(run, part="train", on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def cancel(_share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(run, part="train", on_progress=cancel)


@pytest.mark.parametrize("text", ["", "  ", "a"])
def test_fault_50_a_text_without_enough_tokens_gets_a_sentence(run, text):
    with pytest.raises(TextError):
        evaluate(run, text)


def test_a_text_of_special_tokens_has_no_bytes(run):
    tokenizer = load_tokenizer()
    model = GPTModel(ModelConfig(vocab_size=50257, context_length=8, emb_dim=8, n_heads=2, n_layers=1)).eval()
    with pytest.raises(TextError, match="no bytes"):
        evaluate_ids(model, torch.tensor([50256, 50256]), tokenizer)
    assert len(per_token_losses(model, [50256, 50256])) == 1


def test_a_step_without_weights_is_refused(run):
    with pytest.raises(RunError, match="no model at step 7777"):
        evaluate(run, step=7777)


def test_a_long_text_is_measured_part_by_part_so_that_memory_stays_flat():
    """5 MB of text are a million tokens: whatever belongs to a part is gone when the next one comes."""
    tokenizer, n_tokens, size = load_tokenizer("bytes"), 1_000_000, 1000
    ids = torch.arange(n_tokens) % 256
    alive, most = weakref.WeakSet(), 0

    def parts():
        nonlocal most
        for start in range(1, n_tokens, size):
            position = torch.arange(start, min(start + size, n_tokens))
            part = TokenLosses(position, *[torch.ones(len(position)) for _ in range(5)])
            alive.add(part)
            most = max(most, len(alive))
            yield part
            del part

    found = measures(parts(), ids, tokenizer, "sliding", 8)
    assert (found.tokens, found.loss, most) == (n_tokens - 1, 1.0, 2)
