import pytest
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from playground.config import ModelConfig
from playground.errors import SettingsError
from playground.model import gpt
from playground.model.cache import KVCache
from playground.model.gpt import GPTModel
from playground.model.interchange.book import from_book
from tests.model.reference import BookModel

SMALL = ModelConfig(vocab_size=61, context_length=16, emb_dim=24, n_heads=3, n_layers=2, drop_rate=0.0)


def both(config: ModelConfig, seed: int = 123):
    torch.manual_seed(seed)
    ours = GPTModel(config)
    torch.manual_seed(seed)
    return ours, BookModel(config)


@pytest.mark.parametrize("qkv_bias", [False, True])
def test_initial_weights_equal_the_book_s_bit_for_bit(qkv_bias):
    ours, book = both(SMALL.replace(qkv_bias=qkv_bias))
    expected = from_book(book.state_dict())
    assert expected.keys() == ours.state_dict().keys()
    for name, weight in ours.state_dict().items():
        assert weight.equal(expected[name]), name
    assert torch.rand(1).item() == continue_after(BookModel, SMALL.replace(qkv_bias=qkv_bias))


def continue_after(model_class, config):
    torch.manual_seed(123)
    model_class(config)
    return torch.rand(1).item()


@pytest.mark.parametrize("qkv_bias", [False, True])
def test_logits_and_gradients_equal_the_book_s_architecture(qkv_bias):
    ours, book = both(SMALL.replace(qkv_bias=qkv_bias))
    ids = torch.randint(61, (3, 16), generator=torch.Generator().manual_seed(1))
    for model in (ours, book):
        F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten()).backward()
    torch.testing.assert_close(ours(ids), book(ids), rtol=0, atol=2e-6)
    gradients = from_book({name: p.grad for name, p in book.named_parameters()})
    for name, parameter in ours.named_parameters():
        torch.testing.assert_close(parameter.grad, gradients[name], rtol=1e-4, atol=1e-7, msg=name)


def test_dropout_depends_on_the_seed_in_training_and_is_off_in_evaluation():
    model = GPTModel(SMALL.replace(drop_rate=0.5))
    ids = torch.arange(12)[None]
    torch.manual_seed(0)
    first = model(ids)
    torch.manual_seed(0)
    assert model(ids).equal(first)
    assert not model(ids).equal(first)
    model.eval()
    assert model(ids).equal(model(ids))


def test_dropout_is_applied_where_the_chapter_applies_it(monkeypatch):
    calls = []

    def noting(name):
        real = getattr(gpt, name)

        def wrapped(*arguments):
            calls.append((name, any(isinstance(each, float) and each == 0.25 for each in arguments)))
            return real(*arguments)

        monkeypatch.setattr(gpt, name, wrapped)

    for name in ("dropout", "attention_with_dropout", "add_with_dropout"):
        noting(name)
    GPTModel(SMALL.replace(drop_rate=0.25))(torch.arange(4)[None])
    in_block = ["attention_with_dropout", "add_with_dropout", "add_with_dropout"]
    assert calls == [(name, True) for name in ("dropout", *2 * in_block)]


def test_without_dropout_attention_takes_the_fused_kernel(tiny):
    with sdpa_kernel(SDPBackend.FLASH_ATTENTION):  # raises if this kernel cannot be used
        tiny.train()(torch.arange(24)[None]).sum().backward()


def test_no_token_attends_to_a_later_one(tiny):
    ids = torch.arange(20)[None].repeat(2, 1)
    ids[1, 11:] = 3
    logits = tiny(ids)
    torch.testing.assert_close(logits[0, :11], logits[1, :11])
    assert not torch.allclose(logits[0, 11:], logits[1, 11:])


def test_hidden_and_head_make_the_logits(tiny):
    ids = torch.arange(6).view(2, 3)
    assert tiny.hidden(ids).shape == (2, 3, 32)
    assert tiny.out_head(tiny.hidden(ids)).equal(tiny(ids))


def test_next_logits_are_those_of_the_last_position_and_keep_the_number_of_threads(tiny):
    torch.set_num_threads(2)
    ids = torch.arange(6).view(2, 3)
    torch.testing.assert_close(tiny.next_logits(ids), tiny(ids)[:, -1])
    assert torch.get_num_threads() == 2
    with pytest.raises(SettingsError):
        tiny.next_logits(torch.zeros(1, 25, dtype=torch.long))
    assert torch.get_num_threads() == 2


@torch.inference_mode()
@pytest.mark.parametrize("known", [0, 1, 5])
def test_next_logits_equal_the_full_pass_also_after_a_cached_prefix(tiny, known):
    ids, cache = torch.arange(24).view(2, 12), KVCache(tiny.config, 2)
    if known:
        tiny(ids[:, :known], cache)
    torch.testing.assert_close(tiny.next_logits(ids[:, known:-1], cache), tiny(ids)[:, -2], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(tiny.next_logits(ids[:, -1:], cache), tiny(ids)[:, -1], rtol=1e-5, atol=1e-5)


def test_next_logits_have_gradients_after_a_prefix_cached_without_gradients(tiny):
    ids, cache = torch.arange(6).view(1, 6), KVCache(tiny.config, 1)
    with torch.no_grad():
        tiny(ids[:, :1], cache)
    tiny.next_logits(ids[:, 1:], cache).sum().backward()
    assert tiny.out_head.weight.grad.abs().sum() > 0


def test_in_training_mode_the_next_logits_have_dropout_at_every_position():
    model, ids = GPTModel(SMALL.replace(drop_rate=0.5)), torch.arange(6).view(2, 3)
    torch.manual_seed(1)
    expected = model(ids)[:, -1]
    torch.manual_seed(1)
    torch.testing.assert_close(model.next_logits(ids), expected)


@pytest.mark.parametrize(("rows", "threads"), [(1, 1), (2000, 2)])
def test_few_multiplications_use_one_thread(tiny, monkeypatch, rows, threads):
    torch.set_num_threads(2)
    seen, hidden = [], tiny.hidden
    monkeypatch.setattr(
        tiny, "hidden", lambda *args, **how: seen.append(torch.get_num_threads()) or hidden(*args, **how)
    )
    tiny.next_logits(torch.zeros(rows, 1, dtype=torch.long))
    assert seen == [threads]


def test_an_input_longer_than_the_context_is_refused_in_one_sentence(tiny):
    with pytest.raises(SettingsError, match=r"25 tokens long, but the limit of the model is 24; shorten the input"):
        tiny(torch.zeros(1, 25, dtype=torch.long))


def test_the_book_s_dictionary_makes_a_model():
    config = {"vocab_size": 50, "context_length": 8, "emb_dim": 8, "n_heads": 2, "n_layers": 1}
    model = GPTModel({**config, "drop_rate": 0.1, "qkv_bias": False})
    assert model.config == ModelConfig(**config)


def test_recomputed_activations_give_the_same_gradients_in_less_memory():
    ids = torch.arange(32).view(2, 16)
    results = []
    for recompute in (False, True):
        model = both(SMALL.replace(drop_rate=0.3, n_layers=4))[0]
        model.recompute, kept = recompute, []
        torch.manual_seed(5)
        with torch.autograd.graph.saved_tensors_hooks(lambda t, kept=kept: kept.append(t.numel()) or t, lambda t: t):
            loss = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()
        results.append((loss, [p.grad for p in model.parameters()], sum(kept)))
    (loss, gradients, kept), (same_loss, same_gradients, kept_less) = results
    assert same_loss.equal(loss)
    assert all(a.equal(b) for a, b in zip(gradients, same_gradients, strict=True))
    assert kept_less < kept / 2
