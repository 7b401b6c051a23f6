import subprocess
import sys

import pytest
import torch

from playground.config import GPT_CONFIG_124M, DataConfig, ModelConfig, TrainConfig
from playground.cost import Plan, estimate_memory, measure_step_s
from playground.errors import SettingsError
from playground.model.gpt import GPTModel
from playground.text.corpus import build_corpus, corpus_stats
from playground.training.loop.events import Evaluated, Stepped
from playground.training.loop.optimizer import make_optimizer
from playground.training.loop.trainer import train

TINY = ModelConfig(vocab_size=300, context_length=16, emb_dim=16, n_heads=2, n_layers=2)

MEASURE = """
import re, sys, torch
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.model.gpt import GPTModel
from playground.cost import estimate_memory
from playground.training.loop.gradients import LossOf, accumulate_gradients
from playground.training.loop.optimizer import make_optimizer
from playground.training.loop.parallel.ranks import ALONE
from playground.training.loop.step_in_backward import make_step_in_backward
torch.set_num_threads(1)
config = ModelConfig(vocab_size=20_000, context_length=64, emb_dim=320, n_heads=5, n_layers=20)
data = DataConfig(batch_size=4)
train = TrainConfig(device="cpu", precision="float32", grad_clip=float(sys.argv[1]) or None)
model = GPTModel(config)
optimizer = make_optimizer(model, train)
ids = torch.zeros(data.batch_size, config.context_length, dtype=torch.long)
for _ in range(2):
    optimizer.zero_grad()
    accumulate_gradients(LossOf(model), [(ids, ids)], "float32", ALONE, make_step_in_backward(optimizer, train, ALONE))
    optimizer.step()
status = open("/proc/self/status").read()  # getrusage would give the peak of the test's process, if that is higher
peak_bytes = 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])
print(peak_bytes, estimate_memory(config, data, train).training_bytes)
"""


def test_memory_of_the_chapter_s_model_is_2_6_gb_before_activations():
    estimate = estimate_memory(GPT_CONFIG_124M, DataConfig(), TrainConfig(grad_clip=1.0))
    assert estimate.weights_bytes == estimate.gradients_bytes == 4 * 162_419_712
    assert estimate.optimizer_bytes == 2 * estimate.weights_bytes
    assert round((estimate.weights_bytes + estimate.gradients_bytes + estimate.optimizer_bytes) / 1e9, 1) == 2.6
    assert 2.6e9 < estimate.training_bytes < 3.6e9
    assert estimate.weights_bytes < estimate.inference_bytes < 1.1 * estimate.weights_bytes


@pytest.mark.parametrize("whole", [{"grad_clip": 1.0}, {"accumulation_steps": 2}])
def test_gradients_are_not_all_held_at_once_where_nothing_needs_the_whole_gradient(whole):
    short = GPT_CONFIG_124M.replace(context_length=64)
    early, late = (
        estimate_memory(short, DataConfig(batch_size=1), TrainConfig(device="cpu", **settings))
        for settings in ({}, whole)
    )
    assert early.gradients_bytes == 4 * 50_257 * 768
    assert late.gradients_bytes == late.weights_bytes
    assert early.training_bytes < late.training_bytes - 0.2e9


@pytest.mark.parametrize("change", [{"n_layers": 4}, {"context_length": 32}, {"vocab_size": 600}, {"emb_dim": 32}])
def test_a_larger_model_needs_more_memory(change):
    small = estimate_memory(TINY, DataConfig(), TrainConfig())
    large = estimate_memory(TINY.replace(**change), DataConfig(), TrainConfig())
    assert large.activations_bytes > small.activations_bytes
    assert large.training_bytes > small.training_bytes


def test_dropout_needs_more_memory_and_activations_are_proportional_to_the_batch():
    without = estimate_memory(TINY.replace(drop_rate=0), DataConfig(), TrainConfig())
    assert estimate_memory(TINY, DataConfig(), TrainConfig()).activations_bytes > without.activations_bytes
    twice = estimate_memory(TINY.replace(drop_rate=0), DataConfig(batch_size=4), TrainConfig())
    assert twice.activations_bytes == 2 * without.activations_bytes


def test_recomputation_needs_less_memory_and_accumulation_more():
    deep = TINY.replace(n_layers=12)
    plain, recomputed, accumulated = (
        estimate_memory(deep, DataConfig(batch_size=64), TrainConfig(**settings))
        for settings in ({}, {"recompute": True}, {"accumulation_steps": 2})
    )
    assert recomputed.training_bytes < plain.training_bytes < accumulated.training_bytes


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read in Linux's unit")
@pytest.mark.parametrize("grad_clip", ["0", "1"])
def test_the_estimate_is_near_the_measured_peak_of_a_training_process(grad_clip):
    """In its own process, because the peak of a process never decreases."""
    done = subprocess.run([sys.executable, "-c", MEASURE, grad_clip], capture_output=True, text=True, check=True)
    measured, estimated = (int(word) for word in done.stdout.split())
    assert estimated == pytest.approx(measured, rel=0.15)


def test_measuring_a_step_has_no_side_effects():
    torch.set_num_threads(2)
    random_state = torch.get_rng_state()
    train = TrainConfig(device="cpu", precision="float32", threads=1)
    step_s = measure_step_s(TINY, DataConfig(), train)
    assert 0 < step_s < 10
    assert torch.get_num_threads() == 2
    assert torch.get_rng_state().equal(random_state)


def test_a_device_that_the_machine_does_not_have_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SettingsError, match="no cuda"):
        measure_step_s(TINY, DataConfig(), TrainConfig(device="cuda"))


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
