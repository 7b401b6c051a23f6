"""The loss of every token: equal to transformers' on the same tokens, in windows, and for any text."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.config import ModelConfig
from playground.errors import SettingsError, TextError
from playground.evaluation.token_losses import joined, per_token_losses, perplexity, score_windows
from playground.evaluation.windows import windows
from playground.model.gpt import GPTModel
from tests.model.transformers_gpt2 import as_transformers

CONFIG = ModelConfig(vocab_size=97, context_length=16, emb_dim=32, n_heads=4, n_layers=2, qkv_bias=True)
IDS = torch.randint(0, 97, (61,), generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(123)
    return GPTModel(CONFIG).eval()


def theirs(reference, ids, start, stop):
    """The loss of each of `ids[start + 1 : stop + 1]` after `ids[start:…]`, by transformers."""
    with torch.inference_mode():
        logits = reference(ids[None, start:stop]).logits[0]
    return torch.nn.functional.cross_entropy(logits, ids[start + 1 : stop + 1], reduction="none")


def test_losses_equal_those_of_transformers_with_half_a_context_or_more(model):
    reference, losses = as_transformers(model), per_token_losses(model, IDS)
    assert losses.position.tolist() == list(range(1, 61))
    for position, loss, context in zip(losses.position, losses.loss, losses.context, strict=True):
        expected = theirs(reference, IDS, int(position - context), int(position))[-1]
        assert float(loss) == pytest.approx(float(expected), abs=1e-4)
    assert losses.context[:16].tolist() == list(range(1, 17))
    assert losses.context[16:].min() >= 8


def test_losses_equal_those_of_transformers_in_windows_as_in_the_chapter(model):
    losses = per_token_losses(model, IDS, reading="chapter")
    expected = torch.cat([theirs(as_transformers(model), IDS, start, start + 16) for start in (0, 16, 32)])
    torch.testing.assert_close(losses.loss, expected, atol=1e-4, rtol=0)
    assert losses.position.tolist() == list(range(1, 49))


def test_rank_entropy_and_confidence_belong_to_the_same_distribution(model):
    losses = per_token_losses(model, IDS[:9])
    with torch.inference_mode():
        logs = model(IDS[None, :8])[0].log_softmax(-1)
    assert losses.rank.tolist() == [int((row > row[target]).sum()) for row, target in zip(logs, IDS[1:9], strict=True)]
    torch.testing.assert_close(losses.entropy, torch.distributions.Categorical(logits=logs).entropy())
    torch.testing.assert_close(losses.confidence, logs.exp().amax(-1))


def test_an_untrained_model_is_near_blind_guessing():
    torch.manual_seed(123)
    model = GPTModel(ModelConfig(vocab_size=50257, context_length=8, emb_dim=32, n_heads=2, n_layers=1)).eval()
    assert per_token_losses(model, list(range(100, 140))).mean == pytest.approx(math.log(50257), abs=0.3)


def test_parts_give_the_same_as_the_whole(model, monkeypatch):
    whole = per_token_losses(model, IDS)
    monkeypatch.setattr("playground.evaluation.token_losses._MAX_LOGITS", 1)
    parts = list(score_windows(model, IDS))
    assert len(parts) == len(list(windows(61, 16)))
    torch.testing.assert_close(joined(parts).loss, whole.loss)


@given(n_tokens=st.integers(2, 200), context_length=st.integers(1, 40))
def test_every_token_but_the_first_is_counted_once(n_tokens, context_length):
    found = list(windows(n_tokens, context_length))
    assert [position for window in found for position in window.counted] == list(range(1, n_tokens))
    assert all(window.stop - window.start <= context_length for window in found)
    assert all(window.first >= context_length // 2 for window in found[1:] if window.start)


@given(n_tokens=st.integers(2, 200), context_length=st.integers(1, 40))
def test_windows_as_in_the_chapter_are_whole_and_do_not_overlap(n_tokens, context_length):
    if n_tokens <= context_length:
        with pytest.raises(TextError, match="longer text"):
            list(windows(n_tokens, context_length, "chapter"))
        return
    found = list(windows(n_tokens, context_length, "chapter"))
    assert [(window.start, window.stop) for window in found] == [
        (start, start + context_length) for start in range(0, n_tokens - context_length, context_length)
    ]


@pytest.mark.parametrize("ids", [[], [4]])
def test_fault_52_a_text_of_one_token_gets_a_sentence(model, ids):
    with pytest.raises(TextError, match="two tokens"):
        per_token_losses(model, ids)


@pytest.mark.parametrize("ids", [[4, 97], [-1, 4]])
def test_a_token_that_the_vocabulary_does_not_contain_is_refused(model, ids):
    with pytest.raises(TextError, match="does not contain"):
        per_token_losses(model, ids)


def test_a_model_in_training_mode_is_refused(model):
    with pytest.raises(SettingsError, match="training mode"):
        per_token_losses(GPTModel(CONFIG), IDS)


def test_fault_24_weights_that_give_nan_are_refused(model):
    damaged = GPTModel(CONFIG).eval()
    torch.nn.init.constant_(damaged.final_norm.weight, math.nan)
    with pytest.raises(SettingsError, match="damaged"):
        per_token_losses(damaged, IDS)


def test_perplexity_of_a_hopeless_loss_is_infinite():
    assert perplexity(1e6) == math.inf
