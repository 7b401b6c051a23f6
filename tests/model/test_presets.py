import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from playground.config import GPT_CONFIG_124M, DataConfig, ModelConfig, TrainConfig
from playground.errors import SettingsError
from playground.model.gpt import GPTModel
from playground.model.presets import (
    DEFAULT_PRESET,
    PRESETS,
    count_parameters,
    estimate_memory,
    find_preset,
    flop_per_token,
    measure_step_s,
)

TINY = ModelConfig(vocab_size=300, context_length=16, emb_dim=16, n_heads=2, n_layers=2)

MEASURE = """
import resource, sys, torch
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.model.gpt import GPTModel
from playground.model.presets import estimate_memory
from playground.training.gradients import LossOf, add_up
from playground.training.optimizer import make_optimizer
from playground.training.ranks import ALONE
from playground.training.step_in_backward import early_steps
torch.set_num_threads(1)
config = ModelConfig(vocab_size=20_000, context_length=64, emb_dim=320, n_heads=5, n_layers=20)
data = DataConfig(batch_size=4)
train = TrainConfig(device="cpu", precision="float32", grad_clip=float(sys.argv[1]) or None)
model = GPTModel(config)
optimizer = make_optimizer(model, train)
ids = torch.zeros(data.batch_size, config.context_length, dtype=torch.long)
for _ in range(2):
    optimizer.zero_grad()
    add_up(LossOf(model), [(ids, ids)], "float32", ALONE, early_steps(optimizer, train, ALONE))
    optimizer.step()
peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(peak_bytes, estimate_memory(config, data, train).training_bytes)
"""


def real_parameters(config: ModelConfig) -> int:
    with torch.device("meta"):
        return sum(p.numel() for p in GPTModel(config).parameters())


@given(
    vocab_size=st.integers(2, 60_000),
    context_length=st.integers(1, 2000),
    head_dim=st.integers(1, 40),
    n_heads=st.integers(1, 12),
    n_layers=st.integers(1, 6),
    qkv_bias=st.booleans(),
)
def test_counted_parameters_are_those_of_the_real_model(
    vocab_size, context_length, head_dim, n_heads, n_layers, qkv_bias
):
    config = ModelConfig(
        vocab_size=vocab_size,
        context_length=context_length,
        emb_dim=head_dim * n_heads,
        n_heads=n_heads,
        n_layers=n_layers,
        qkv_bias=qkv_bias,
    )
    parts = count_parameters(config)
    assert parts.pop("total") == sum(parts.values()) == real_parameters(config)


def test_counted_parts_are_those_of_the_real_model():
    model = GPTModel(TINY)
    assert count_parameters(TINY) == {
        "token embedding": model.tok_emb.weight.numel(),
        "position embedding": model.pos_emb.weight.numel(),
        "attention": sum(p.numel() for block in model.blocks for p in block.att.parameters()),
        "feed-forward": sum(p.numel() for block in model.blocks for p in block.ff.parameters()),
        "norms": sum(p.numel() for name, p in model.named_parameters() if "norm" in name),
        "output head": model.out_head.weight.numel(),
        "total": sum(p.numel() for p in model.parameters()),
    }


def test_presets_grow_from_seconds_to_the_real_thing():
    assert list(PRESETS) == ["nano", "mini", "small", "gpt2-124M", "gpt2-355M", "gpt2-774M", "gpt2-1558M"]
    assert DEFAULT_PRESET == "mini"
    sizes = [count_parameters(preset.model)["total"] for preset in PRESETS.values()]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(("name", "millions"), [("gpt2-355M", 406), ("gpt2-774M", 838), ("gpt2-1558M", 1638)])
def test_the_sizes_of_gpt2_are_the_published_ones_with_a_head_of_their_own(name, millions):
    assert count_parameters(PRESETS[name].model)["total"] // 10**6 == millions


def test_the_124m_preset_is_the_chapter_s_setting():
    preset = find_preset("gpt2-124M")
    assert preset.model == GPT_CONFIG_124M
    assert (preset.data.vocabulary, preset.data.batch_size, preset.data.stride) == ("gpt2", 2, None)
    train = preset.train
    assert (train.lr, train.weight_decay, train.epochs, train.eval_freq, train.eval_iter) == (4e-4, 0.1, 10, 5, 5)
    assert (train.lr_schedule, train.warmup_pct, train.grad_clip) == ("constant", 0, None)


def test_an_unknown_preset_is_refused_naming_those_there_are():
    with pytest.raises(SettingsError, match=r"preset: there is no 'huge'; choose one of nano, mini, small, gpt2-124M"):
        find_preset("huge")


def test_memory_of_the_chapter_s_model_is_2_6_gb_before_activations():
    estimate = estimate_memory(GPT_CONFIG_124M, DataConfig(), TrainConfig(grad_clip=1.0))
    assert estimate.weights_bytes == estimate.gradients_bytes == 4 * 162_419_712
    assert estimate.optimizer_bytes == 2 * estimate.weights_bytes
    assert round((estimate.weights_bytes + estimate.gradients_bytes + estimate.optimizer_bytes) / 1e9, 1) == 2.6
    assert 2.6e9 < estimate.training_bytes < 3.6e9
    assert estimate.weights_bytes < estimate.inference_bytes < 1.1 * estimate.weights_bytes


@pytest.mark.parametrize("whole", [{"grad_clip": 1.0}, {"accumulation_steps": 2}])
def test_gradients_that_nothing_waits_for_are_never_held_all_at_once(whole):
    short = GPT_CONFIG_124M.replace(context_length=64)
    early, late = (
        estimate_memory(short, DataConfig(batch_size=1), TrainConfig(device="cpu", **settings))
        for settings in ({}, whole)
    )
    assert early.gradients_bytes == 4 * 50_257 * 768
    assert late.gradients_bytes == late.weights_bytes
    assert early.training_bytes < late.training_bytes - 0.2e9


@pytest.mark.parametrize("change", [{"n_layers": 4}, {"context_length": 32}, {"vocab_size": 600}, {"emb_dim": 32}])
def test_a_larger_model_takes_more_memory(change):
    small = estimate_memory(TINY, DataConfig(), TrainConfig())
    large = estimate_memory(TINY.replace(**change), DataConfig(), TrainConfig())
    assert large.activations_bytes > small.activations_bytes
    assert large.training_bytes > small.training_bytes


def test_dropout_keeps_more_and_a_larger_batch_keeps_in_proportion():
    without = estimate_memory(TINY.replace(drop_rate=0), DataConfig(), TrainConfig())
    assert estimate_memory(TINY, DataConfig(), TrainConfig()).activations_bytes > without.activations_bytes
    twice = estimate_memory(TINY.replace(drop_rate=0), DataConfig(batch_size=4), TrainConfig())
    assert twice.activations_bytes == 2 * without.activations_bytes


def test_recomputing_keeps_less_and_accumulating_more():
    deep = TINY.replace(n_layers=12)
    plain, recomputed, accumulated = (
        estimate_memory(deep, DataConfig(batch_size=64), TrainConfig(**settings))
        for settings in ({}, {"recompute": True}, {"accumulation_steps": 2})
    )
    assert recomputed.training_bytes < plain.training_bytes < accumulated.training_bytes


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read in Linux's unit")
@pytest.mark.parametrize("grad_clip", ["0", "1"])
def test_the_estimate_is_near_the_measured_peak_of_a_training_process(grad_clip):
    """In a process of its own, as the peak of a process never falls."""
    done = subprocess.run([sys.executable, "-c", MEASURE, grad_clip], capture_output=True, text=True, check=True)
    measured, estimated = (int(word) for word in done.stdout.split())
    assert estimated == pytest.approx(measured, rel=0.15)


def test_the_time_of_a_step_is_measured_and_leaves_no_trace():
    threads, random_state = torch.get_num_threads(), torch.get_rng_state()
    train = TrainConfig(device="cpu", precision="float32", threads=1)
    step_s = measure_step_s(TINY, DataConfig(), train)
    assert 0 < step_s < 10
    assert torch.get_num_threads() == threads
    assert torch.get_rng_state().equal(random_state)


def test_a_device_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SettingsError, match="no cuda"):
        measure_step_s(TINY, DataConfig(), TrainConfig(device="cuda"))


@pytest.mark.parametrize(
    "config", [TINY, TINY.replace(context_length=64, n_layers=3, qkv_bias=True), TINY.replace(vocab_size=7)]
)
def test_the_operations_of_a_token_are_those_that_pytorch_counts(config):
    ids = torch.zeros(3, config.context_length, dtype=torch.long)
    model = GPTModel(config.replace(drop_rate=0.0))
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        model(ids).sum().backward()
    # PyTorch counts the places that a token may not look at as well
    unseen = 6 * config.n_layers * config.emb_dim * config.context_length
    assert counter.get_total_flops() == ids.numel() * (flop_per_token(config) + unseen)
