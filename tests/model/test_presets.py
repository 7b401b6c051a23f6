import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from playground.config import GPT_CONFIG_124M, ModelConfig
from playground.errors import SettingsError
from playground.model.gpt import GPTModel
from playground.model.presets import (
    DEFAULT_PRESET,
    PRESETS,
    count_parameters,
    find_preset,
    flop_per_token,
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
def test_counted_parameters_equal_those_of_a_model(vocab_size, context_length, head_dim, n_heads, n_layers, qkv_bias):
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


def test_counted_parts_equal_those_of_a_model():
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


def test_presets_are_sorted_by_size():
    assert list(PRESETS) == ["nano", "mini", "small", "gpt2-124M", "gpt2-355M", "gpt2-774M", "gpt2-1558M"]
    assert DEFAULT_PRESET == "mini"
    sizes = [count_parameters(preset.model)["total"] for preset in PRESETS.values()]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(("name", "millions"), [("gpt2-355M", 406), ("gpt2-774M", 838), ("gpt2-1558M", 1638)])
def test_the_sizes_of_gpt2_are_the_published_ones_plus_an_untied_head(name, millions):
    assert count_parameters(PRESETS[name].model)["total"] // 10**6 == millions


def test_the_124m_preset_is_the_chapter_s_setting():
    preset = find_preset("gpt2-124M")
    assert preset.model == GPT_CONFIG_124M
    assert (preset.data.vocabulary, preset.data.batch_size, preset.data.stride) == ("gpt2", 2, None)
    train = preset.train
    assert (train.lr, train.weight_decay, train.epochs, train.eval_freq, train.eval_iter) == (4e-4, 0.1, 10, 5, 5)
    assert (train.lr_schedule, train.warmup_pct, train.grad_clip) == ("constant", 0, None)


def test_an_unknown_preset_is_refused_with_the_list_of_presets():
    with pytest.raises(SettingsError, match=r"preset: there is no 'huge'; choose one of nano, mini, small, gpt2-124M"):
        find_preset("huge")


@pytest.mark.parametrize(
    "config", [TINY, TINY.replace(context_length=64, n_layers=3, qkv_bias=True), TINY.replace(vocab_size=7)]
)
def test_flop_per_token_equals_what_pytorch_counts(config):
    ids = torch.zeros(3, config.context_length, dtype=torch.long)
    model = GPTModel(config.replace(drop_rate=0.0))
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        model(ids).sum().backward()
    # PyTorch also counts the positions that are masked
    unseen = 6 * config.n_layers * config.emb_dim * config.context_length
    assert counter.get_total_flops() == ids.numel() * (flop_per_token(config) + unseen)


def test_a_title_says_how_many_parameters_and_that_a_published_size_is_untrained():
    assert PRESETS["mini"].title == "Mini (1.2 M parameters, about 40 s)"
    assert PRESETS["gpt2-124M"].title == "GPT-2 124M size, untrained (162 M parameters)"
    assert all("untrained" in preset.title for name, preset in PRESETS.items() if name.startswith("gpt2"))


def test_the_lowest_rate_of_a_schedule_scales_with_the_rate():
    train = PRESETS["mini"].train
    assert train.lowest_lr == train.lr / 10
    assert train.replace(lr=0.0001).lowest_lr == pytest.approx(0.00001)
