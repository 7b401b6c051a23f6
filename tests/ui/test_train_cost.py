import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.model.gpt import GPTModel
from playground.text.corpus import build_corpus, corpus_stats
from playground.training.events import Evaluated, Stepped
from playground.training.optimizer import make_optimizer
from playground.training.trainer import train
from playground.ui.tabs.train_cost import Plan

TEXT = "The ferry left at noon and came back at night, with nobody on board but the captain and his old dog. " * 4


def plan_of(**settings):
    data = DataConfig(vocabulary="bytes", train_ratio=0.7)
    corpus = build_corpus(TEXT, data)
    model = ModelConfig(vocab_size=corpus.vocabulary.size, context_length=16, emb_dim=8, n_heads=1, n_layers=1)
    return corpus, Plan(model, data, TrainConfig(**settings), corpus_stats(corpus, data, model.context_length))


@pytest.mark.parametrize("eval_freq", [1, 3, 4, 100])
@pytest.mark.parametrize("max_steps", [1, 2, 9, 10])
def test_steps_and_evaluated_batches_are_those_of_the_training(monkeypatch, eval_freq, max_steps):
    corpus, plan = plan_of(eval_freq=eval_freq, eval_iter=2, max_steps=max_steps, device="cpu", threads=1)
    model = GPTModel(plan.model)
    events = list(train(model, make_optimizer(model, plan.train), corpus, plan.data, plan.train))
    assert plan.steps == sum(isinstance(event, Stepped) for event in events)
    assert plan.evaluated_batches == 2 * 2 * sum(isinstance(event, Evaluated) for event in events)


def test_an_evaluated_batch_takes_a_third_of_a_batch_of_training():
    _, plan = plan_of(eval_freq=1, eval_iter=1, max_steps=6)
    assert plan.time_s(step_s=1.0) == pytest.approx(6 + 6 * 2 / 3)
    _, twice = plan_of(eval_freq=1, eval_iter=1, max_steps=6, accumulation_steps=2)
    assert twice.time_s(step_s=2.0) == pytest.approx(12 + 6 * 2 / 3)
