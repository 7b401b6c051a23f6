import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.config import GPT_CONFIG_124M, DataConfig, ModelConfig, TrainConfig
from playground.errors import SettingsError
from playground.model.gpt import GPTModel
from playground.model.presets import (
    DEFAULT_PRESET,
    PRESETS,
    count_parameters,
    estimate_memory,
    find_preset,
    measure_step_s,
)

TINY = ModelConfig(vocab_size=300, context_length=16, emb_dim=16, n_heads=2, n_layers=2)


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
    estimate = estimate_memory(GPT_CONFIG_124M, DataConfig(), TrainConfig())
    assert estimate.weights_bytes == estimate.gradients_bytes == 4 * 162_419_712
    assert estimate.optimizer_bytes == 2 * estimate.weights_bytes
    assert estimate.training_bytes > estimate.weights_bytes + estimate.gradients_bytes + estimate.optimizer_bytes
    assert estimate.weights_bytes < estimate.inference_bytes < 1.1 * estimate.weights_bytes


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
