import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.config import ModelConfig
from playground.errors import SettingsError
from playground.model.cache import KVCache
from playground.model.gpt import GPTModel

CONFIG = ModelConfig(vocab_size=97, context_length=24, emb_dim=32, n_heads=4, n_layers=2, drop_rate=0.0)
torch.manual_seed(3)
MODEL = GPTModel(CONFIG).eval()


@torch.inference_mode()
@settings(max_examples=20)
@given(
    pieces=st.lists(st.integers(1, 9), min_size=1, max_size=6).filter(lambda pieces: sum(pieces) <= 24),
    batch=st.integers(1, 3),
)
def test_reading_in_any_pieces_gives_the_logits_of_one_pass(pieces, batch):
    ids = torch.randint(97, (batch, sum(pieces)), generator=torch.Generator().manual_seed(sum(pieces)))
    cache = KVCache(CONFIG, batch)
    logits = torch.cat([MODEL(piece, cache) for piece in ids.split(pieces, dim=1)], dim=1)
    torch.testing.assert_close(logits, MODEL(ids), rtol=0, atol=1e-5)
    assert cache.length == sum(pieces)


@torch.inference_mode()
def test_a_truncated_cache_continues_as_if_the_rest_had_not_been_read():
    ids = torch.arange(20)[None]
    cache = KVCache(CONFIG, 1)
    MODEL(ids, cache)
    cache.truncate(5)
    other = torch.tensor([[90, 91, 92]])
    expected = MODEL(torch.cat([ids[:, :5], other], 1))[:, 5:]
    torch.testing.assert_close(MODEL(other, cache), expected, rtol=0, atol=1e-5)


def test_a_cache_cannot_be_truncated_to_more_than_its_length():
    with pytest.raises(SettingsError, match="has 0 tokens and cannot be truncated to 1"):
        KVCache(CONFIG, 1).truncate(1)


@torch.inference_mode()
def test_a_full_cache_refuses_another_token_and_is_unchanged():
    cache = KVCache(CONFIG, 1, max_length=4)
    MODEL(torch.arange(4)[None], cache)
    with pytest.raises(SettingsError, match="5 tokens long, but the limit of the cache is 4"):
        MODEL(torch.tensor([[1]]), cache)
    assert cache.length == 4


@pytest.mark.parametrize("max_length", [0, 25])
def test_a_cache_longer_than_the_context_is_refused(max_length):
    with pytest.raises(SettingsError, match=f"a cache of {max_length} tokens does not fit a context of 24"):
        KVCache(CONFIG, 1, max_length)


def test_size_is_two_values_per_width_layer_and_token():
    assert KVCache(CONFIG, 3, dtype=torch.bfloat16).size_bytes == 2 * 2 * 3 * 24 * 32 * 2
