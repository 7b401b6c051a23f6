import pytest
import torch

from playground.errors import SettingsError
from playground.model.cache import KVCache
from playground.model.cpu.numpy_step import NumpyStep
from playground.model.gpt import GPTModel
from playground.model.shrink import shrink
from playground.sampling.generate import generate


def test_one_text_with_small_float32_matrices_uses_numpy(tiny):
    cache = KVCache(tiny.config, 1)
    assert isinstance(tiny.step(cache), NumpyStep)
    assert tiny.step(cache) is cache.step


def test_several_texts_or_smaller_weights_use_pytorch(tiny):
    assert not isinstance(tiny.step(KVCache(tiny.config, 2)), NumpyStep)
    for weights in ("bfloat16", "int8"):
        coarse = shrink(tiny, weights)
        cache = KVCache(tiny.config, 1, dtype=coarse.tok_emb.weight.dtype)
        assert not isinstance(coarse.step(cache), NumpyStep)


@torch.inference_mode()
@pytest.mark.parametrize(("width", "vocab_size", "numpy"), [(320, 50, True), (344, 50, False), (16, 30_000, True)])
def test_matrices_that_openblas_would_multiply_with_threads_use_pytorch(tiny, width, vocab_size, numpy):
    """In a small model with a large vocabulary only the output head is too large."""
    model = GPTModel(tiny.config.replace(emb_dim=width, n_heads=4, vocab_size=vocab_size, n_layers=1)).eval()
    ids, cache = torch.tensor([[4, 7]]), KVCache(model.config, 1)
    model.next_logits(ids[:, :1], cache)
    assert isinstance(cache.step, NumpyStep) is numpy
    torch.testing.assert_close(model.next_logits(ids[:, 1:], cache), model(ids)[:, -1], rtol=0, atol=1e-4)


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), 1e38])
def test_values_that_are_not_finite_are_reported_by_the_sampler_without_warnings(tiny, broken):
    with torch.no_grad():
        tiny.blocks[1].ff.down.weight[3] = broken
    with pytest.raises(SettingsError, match="NaN or infinity"):
        generate(tiny, torch.tensor([[1]]), 3, 24)


@torch.inference_mode()
@pytest.mark.parametrize("token", [-1, 97])
def test_an_unknown_token_is_an_index_error_as_with_pytorch(tiny, token):
    with pytest.raises(IndexError):
        tiny(torch.tensor([[token]]))
    with pytest.raises(IndexError):
        tiny(torch.tensor([[token]]), KVCache(tiny.config, 1))
