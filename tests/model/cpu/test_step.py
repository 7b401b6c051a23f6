import pytest
import torch

from playground.config import ModelConfig
from playground.model.cache import KVCache
from playground.model.gpt import GPTModel
from playground.model.presets import PRESETS

TOKENS = 200


@torch.inference_mode()
@pytest.mark.parametrize("texts", [1, 2])
@pytest.mark.parametrize("name", ["nano", "mini", "small", "gpt2-124M"])
def test_a_cached_model_writes_the_same_200_tokens_as_one_without_a_cache(name, texts):
    shape = PRESETS[name].model.replace(vocab_size=500, context_length=TOKENS + 8)
    torch.manual_seed(1)
    model = GPTModel(shape.replace(n_layers=min(6 if shape.emb_dim < 512 else 2, shape.n_layers))).eval()
    text = torch.arange(8 * texts).view(texts, 8)
    cache, unread = KVCache(model.config, texts), text
    for _ in range(TOKENS):
        unread = model(unread, cache)[:, -1:].argmax(-1)
        text = torch.cat([text, unread], dim=1)
    # without a cache, one pass over the text gives the likeliest token at every position
    assert text[:, 8:].equal(model(text[:, :-1])[:, 7:].argmax(-1))
    assert len(set(text[0].tolist())) > 10


@torch.inference_mode()
@pytest.mark.parametrize("texts", [1, 3])
@pytest.mark.parametrize("qkv_bias", [False, True])
def test_one_token_steps_equal_a_pass_over_the_whole_text(texts, qkv_bias):
    torch.manual_seed(1)
    config = ModelConfig(vocab_size=50, context_length=12, emb_dim=24, n_heads=3, n_layers=2, qkv_bias=qkv_bias)
    model, ids = GPTModel(config).eval(), torch.randint(50, (texts, 12))
    # norms and biases are initialised with ones and zeros, which would hide that the step omits them
    for weight in model.parameters():
        weight.add_(0.1 * torch.randn_like(weight))
    cache = KVCache(config, texts)
    logits = torch.cat([model(ids[:, place : place + 1], cache) for place in range(12)], dim=1)
    torch.testing.assert_close(logits, model(ids), rtol=0, atol=1e-5)


def test_the_step_is_used_only_without_gradients_and_dropout(tiny, monkeypatch):
    taken = []
    step = GPTModel.step
    monkeypatch.setattr(GPTModel, "step", lambda model, cache: taken.append(1) or step(model, cache))
    one = torch.tensor([[1]])
    tiny(one, KVCache(tiny.config, 1))
    tiny.train()
    with torch.no_grad():
        tiny(one, KVCache(tiny.config, 1))
    tiny.eval()
    assert not taken
    with torch.no_grad():
        tiny(one, KVCache(tiny.config, 1))
        tiny(one)
    assert len(taken) == 1


@torch.inference_mode()
def test_a_new_cache_reads_changed_weights(tiny):
    """A step keeps references to the weights in the cache: a new cache must see the new values."""
    ids = torch.tensor([[4]])
    tiny(ids, KVCache(tiny.config, 1))
    tiny.blocks[0].ff.up.weight.add_(0.5)
    torch.testing.assert_close(tiny(ids, KVCache(tiny.config, 1)), tiny(ids), rtol=0, atol=1e-4)
