"""The book's `generate`: compared with a plain loop, in batches, past the context, and with invalid settings."""

import pytest
import torch
from torch import nn

from playground.config import ModelConfig
from playground.errors import SettingsError, TextError
from playground.model.gpt import GPTModel
from playground.sampling import generate, next_token_logits, next_token_probabilities, write_sample
from playground.text.tokenizer import load_tokenizer, text_to_token_ids, token_ids_to_text


def plain_loop(model, idx, max_new_tokens, context_size, temperature=0.0, top_k=None, eos_id=None):
    """One row, no cache: crop, whole forward pass, top-k, temperature, draw."""
    for _ in range(max_new_tokens):
        with torch.no_grad():
            logits = model(idx[:, -context_size:])[:, -1, :]
        if top_k is not None:
            lowest = logits.sort(descending=True).values[0, top_k - 1]
            logits[logits < lowest] = -torch.inf
        if temperature > 0:
            chosen = torch.multinomial(torch.softmax(logits / temperature, dim=-1), num_samples=1)
        else:
            chosen = torch.argmax(logits, dim=-1, keepdim=True)
        if chosen == eos_id:
            break
        idx = torch.cat([idx, chosen], dim=1)
    return idx


@pytest.mark.parametrize("context_size", [12, 5, 1])
@pytest.mark.parametrize(
    "settings", [{}, {"temperature": 1.0}, {"temperature": 1.4, "top_k": 25}, {"temperature": 0.3}, {"top_k": 3}]
)
def test_it_writes_the_same_as_a_plain_loop(tiny, context_size, settings):
    prompt = torch.tensor([[7, 3, 60, 1]])
    torch.manual_seed(123)
    expected = plain_loop(tiny, prompt, 30, context_size, **settings)
    torch.manual_seed(123)
    assert torch.equal(generate(tiny, prompt, 30, context_size, **settings), expected)


def test_rows_of_a_batch_equal_single_rows(tiny):
    prompts = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    together = generate(tiny, prompts, 25, 12)
    for prompt, row in zip(prompts, together, strict=True):
        assert torch.equal(generate(tiny, prompt[None], 25, 12)[0], row)


def test_top_k_applies_to_each_row_of_a_batch(tiny):
    prompts = torch.arange(40).reshape(20, 2)
    torch.manual_seed(0)
    written = generate(tiny, prompts, 1, 12, temperature=5.0, top_k=2)[:, -1]
    likeliest = tiny(prompts)[:, -1].topk(2).indices
    assert (likeliest == written[:, None]).any(-1).all()


def test_it_stops_before_the_end_token(tiny):
    prompt = torch.tensor([[1, 2, 3]])
    free = generate(tiny, prompt, 20, 12)
    eos_id = int(free[0, 9])
    first = free[0, 3:].tolist().index(eos_id)
    assert torch.equal(generate(tiny, prompt, 20, 12, eos_id=eos_id), free[:, : 3 + first])


def test_in_a_batch_rows_end_one_by_one(tiny):
    prompts = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    free = generate(tiny, prompts, 20, 12)
    eos_id = int(free[0, 5])
    written = generate(tiny, prompts, 20, 12, eos_id=eos_id)
    for prompt, row in zip(prompts, written, strict=True):
        alone = generate(tiny, prompt[None], 20, 12, eos_id=eos_id)[0]
        assert torch.equal(row[: len(alone)], alone)
        assert (row[len(alone) :] == eos_id).all()


def test_fault_61_an_empty_prompt_is_refused_and_a_long_one_cropped(tiny):
    for function in (lambda ids: generate(tiny, ids, 3, 12), lambda ids: next_token_probabilities(tiny, ids)):
        with pytest.raises(TextError, match="The prompt is empty"):
            function(torch.empty((1, 0), dtype=torch.long))
    long = torch.arange(40)[None]
    assert torch.equal(generate(tiny, long, 3, 12)[:, 40:], generate(tiny, long[:, -12:], 3, 12)[:, 12:])
    assert torch.equal(next_token_probabilities(tiny, long), next_token_probabilities(tiny, long[:, -12:]))


def test_a_prompt_of_unknown_tokens_is_refused(tiny):
    for ids, wrong in (([[1, 61]], 61), ([[-1, 2]], -1)):
        with pytest.raises(TextError, match=f"has token {wrong}, but this model knows 0 to 60"):
            generate(tiny, torch.tensor(ids), 3, 12)


@pytest.mark.parametrize(
    "settings",
    [
        {"top_k": 0},
        {"top_k": -1},
        {"temperature": -0.5},
        {"temperature": 1e-9},
        {"temperature": float("nan")},
        {"context_size": 0},
        {"context_size": 13},
    ],
)
def test_fault_57_58_settings_out_of_bounds_are_refused(tiny, settings):
    with pytest.raises(SettingsError):
        generate(tiny, torch.tensor([[1, 2]]), 3, **{"context_size": 12, **settings})


def test_fault_57_top_k_above_the_vocabulary_keeps_all(tiny):
    prompt = torch.tensor([[1, 2, 3]])
    torch.manual_seed(5)
    expected = generate(tiny, prompt, 10, 12, temperature=2.0)
    torch.manual_seed(5)
    assert torch.equal(generate(tiny, prompt, 10, 12, temperature=2.0, top_k=1000), expected)


def test_temperature_0_and_top_k_1_are_deterministic(tiny):
    """Exercise 5.3: temperature 0, or top_k 1."""
    prompt = torch.tensor([[1, 2, 3]])
    greedy = generate(tiny, prompt, 15, 12)
    assert torch.equal(generate(tiny, prompt, 15, 12), greedy)
    assert torch.equal(generate(tiny, prompt, 15, 12, temperature=1.4, top_k=1), greedy)


def test_nan_is_reported(tiny):
    broken = GPTModel(tiny.config).eval()
    nn.init.constant_(broken.out_head.weight, float("nan"))
    for temperature in (0.0, 1.0):
        with pytest.raises(SettingsError, match="NaN"):
            generate(broken, torch.tensor([[1, 2]]), 3, 12, temperature=temperature)


def test_any_module_can_be_the_model():
    class Chain(nn.Module):
        """Every token is followed by the next higher one."""

        def forward(self, ids):
            return nn.functional.one_hot((ids + 1) % 10, 10).float()

    assert generate(Chain(), torch.tensor([[7]]), 5, 4).tolist() == [[7, 8, 9, 0, 1, 2]]


def test_the_next_tokens_distribution_is_over_the_whole_vocabulary(tiny):
    probabilities = next_token_probabilities(tiny, [1, 2, 3])
    assert probabilities.shape == (61,)
    assert torch.equal(probabilities, next_token_logits(tiny, [1, 2, 3]).softmax(-1))
    torch.testing.assert_close(probabilities, tiny(torch.tensor([[1, 2, 3]]))[0, -1].softmax(-1))


def test_a_sample_is_greedy_and_leaves_the_model_in_its_mode():
    tokenizer = load_tokenizer("bytes")
    torch.manual_seed(2)
    model = GPTModel(ModelConfig(vocab_size=257, context_length=8, emb_dim=8, n_heads=2, n_layers=1)).train()
    written = write_sample(model, tokenizer, "Every effort", 5)
    assert model.training
    assert written.startswith("Every effort")
    ids = generate(model.eval(), text_to_token_ids("Every effort", tokenizer), 5, 8)
    assert written == token_ids_to_text(ids, tokenizer)
    assert write_sample(model, tokenizer, "Every effort", 0) == "Every effort"
    assert not model.training


def test_fault_61_a_sample_without_a_prompt_starts_with_the_end_of_text_token():
    tokenizer = load_tokenizer("bytes")
    model = GPTModel(ModelConfig(vocab_size=257, context_length=8, emb_dim=8, n_heads=2, n_layers=1)).eval()
    ids = generate(model, torch.tensor([[tokenizer.eot_token]]), 5, 8)
    assert write_sample(model, tokenizer, "", 5) == token_ids_to_text(ids[:, 1:], tokenizer)
