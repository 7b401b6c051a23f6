"""A passage, token by token: the same numbers as the model gives, and the chapter's figures."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.config import ModelConfig
from playground.evaluation.passage import chapter_passage, describe, mean_loss, read_passage
from playground.evaluation.token_losses import per_token_losses
from playground.model.gpt import GPTModel
from playground.text.tokenizer import encode, load_tokenizer

TEXT = "The café 👩‍👩‍👧 said: naïve 你好.\n\n\tAnd?"


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(1)
    return GPTModel(ModelConfig(vocab_size=257, context_length=16, emb_dim=16, n_heads=2, n_layers=1)).eval()


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer("bytes")


@pytest.fixture(scope="module")
def ids(tokenizer):
    return torch.tensor(encode(TEXT * 4, tokenizer))


def test_the_first_passage_has_the_losses_of_the_text(model, ids):
    expected = per_token_losses(model, ids).mean
    assert mean_loss(read_passage(model, ids, 0, len(ids))) == pytest.approx(expected, abs=1e-6)


@given(start=st.integers(0, 150), n_tokens=st.integers(1, 60))
def test_every_token_but_the_first_of_the_text_is_predicted(model, ids, start, n_tokens):
    passage = read_passage(model, ids, start, n_tokens)
    assert passage.ids.tolist() == ids[start : start + n_tokens].tolist()
    for place, context in enumerate(passage.context):
        assert min(start + place, 8) <= context <= min(start + place, 16)
        assert bool(passage.logits[place].isfinite().all()) == (start + place > 0)


def test_tokens_are_described_with_numbers_that_belong_together(model, ids, tokenizer):
    answer = describe(read_passage(model, ids, 0, 40), tokenizer, 0, len(ids))
    first, *others = answer["tokens"]
    assert (first["c"], "p" in first) == (0, False)
    for token in others:
        assert token["l"] == pytest.approx(-math.log(token["p"]))
        assert token["m"] == token["a"][0][2] >= token["p"]
        assert (token["r"] == 1) == (token["a"][0][0] == token["i"])
        assert 0 <= token["h"] <= math.log2(257)
    assert answer["loss"] == pytest.approx(sum(token["l"] for token in others) / len(others))


def test_fault_56_the_texts_of_the_tokens_joined_are_the_text(model, ids, tokenizer):
    answer = describe(read_passage(model, ids, 0, len(ids)), tokenizer, 0, len(ids))
    assert "".join(token["t"] for token in answer["tokens"]) == TEXT * 4


def test_the_two_sentences_of_the_chapter_have_its_loss_and_perplexity():
    shares = []
    answer = chapter_passage(on_progress=shares.append)
    assert round(answer["loss"], 4) == 10.7940
    assert math.exp(answer["loss"]) == pytest.approx(48725.8, abs=1)
    assert "".join(token["t"] for token in answer["tokens"]) == "every effort moves you\nI really like chocolate"
    assert [token["c"] for token in answer["tokens"]] == [0, 1, 2, 3, 0, 1, 2, 3]
    assert answer["references"]["uniform"] == pytest.approx(10.8249, abs=1e-4)
    assert shares == [0.0]
