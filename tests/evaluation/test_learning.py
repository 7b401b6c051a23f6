"""When each word was learned."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, TextError
from playground.evaluation.learning import (
    LearningHistory,
    divergence_bits,
    learning_history,
    log_probabilities,
    thinned,
)
from playground.evaluation.token_losses import per_token_losses
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

TEXT = "The old clock in the tower said a quarter past nine, and nobody believed it.\n" * 40
MODEL = ModelConfig(context_length=16, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return RunStore(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def run(store):
    train = TrainConfig(epochs=6, lr=1e-2, threads=1, sample_tokens=0, eval_freq=1000, snapshot_freq=10)
    made = store.create("clock", TEXT, MODEL, DataConfig(batch_size=4), train)
    list(run_training(made))
    return made


@pytest.fixture(scope="module")
def history(run):
    return learning_history(run, run.corpus().train_ids[:40])


def test_losses_are_those_of_each_kept_model(run, history):
    assert history.steps == run.model_steps()
    for row, step in zip(history.losses, history.steps, strict=True):
        torch.testing.assert_close(row, per_token_losses(run.load_model(step), run.corpus().train_ids[:40]).loss)


def test_a_training_moves_from_uniform_to_the_finished_model(history):
    assert history.divergences["finished"][-1] == pytest.approx(0, abs=1e-9)
    assert history.divergences["uniform"][0] < history.divergences["finished"][0]
    assert history.divergences["uniform"][0] < history.divergences["uniform"][-1]
    assert all(value >= 0 for values in history.divergences.values() for value in values)


def test_words_of_the_training_text_are_learned_at_some_step(history):
    learned = [step for step in history.learned_at() if step is not None]
    assert len(learned) > 20
    assert min(learned) > 0


def test_a_token_counts_as_learned_only_while_it_stays_likely():
    likely, unlikely = -math.log(0.9), -math.log(0.1)
    losses = torch.tensor([[likely, unlikely, likely, unlikely], [unlikely, likely, likely, likely]])
    losses = torch.cat([losses, torch.tensor([[likely, likely, likely, unlikely]])])
    assert LearningHistory([0, 5, 9], losses, {}).learned_at() == [9, 5, 0, None]
    assert LearningHistory([0, 5, 9], losses, {}).learned_at(0.95) == [None] * 4


def test_the_distribution_of_each_place_gives_its_loss(run):
    ids, model = run.corpus().val_ids[:40].long(), run.load_model()
    logs = log_probabilities(model, ids)
    picked = -logs.gather(-1, ids[1:, None])[:, 0]
    torch.testing.assert_close(picked.float(), per_token_losses(model, ids).loss)


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=9))
def test_a_distribution_does_not_diverge_from_itself(weights):
    logs = torch.tensor(weights, dtype=torch.float64).log()[None].log_softmax(-1)
    uniform = torch.full_like(logs, -math.log(len(weights)))
    assert divergence_bits(logs, logs) == pytest.approx(0)
    assert divergence_bits(logs, uniform) >= -1e-12


@given(steps=st.lists(st.integers(0, 10**6), min_size=1, unique=True).map(sorted), most=st.integers(2, 50))
def test_steps_are_thinned_with_both_ends_kept(steps, most):
    chosen = thinned(steps, most)
    assert (chosen[0], chosen[-1]) == (steps[0], steps[-1])
    assert len(chosen) <= most
    assert chosen == sorted(set(chosen))


@pytest.mark.parametrize("n_tokens", [0, 1, 1001])
def test_a_passage_of_another_length_gets_a_sentence(run, n_tokens):
    with pytest.raises(TextError, match=f"The passage has {n_tokens:,} tokens"):
        learning_history(run, torch.zeros(n_tokens, dtype=torch.long))


def test_a_run_without_weights_gets_a_sentence(store):
    untrained = store.create("untrained", TEXT, MODEL)
    with pytest.raises(RunError, match="kept no weights"):
        learning_history(untrained, [1, 2])
