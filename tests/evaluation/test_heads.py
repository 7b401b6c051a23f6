"""What attention heads do: nothing without training, induction after training on repeated random sequences."""

import pytest
import torch
import torch.nn.functional as F

from playground.config import ModelConfig
from playground.evaluation.heads import head_scores
from playground.model.gpt import GPTModel

CONFIG = ModelConfig(vocab_size=24, context_length=32, emb_dim=64, n_heads=4, n_layers=2, drop_rate=0.0)


@pytest.fixture(autouse=True)
def _one_thread():
    """On models this small, a second thread costs more time than it saves."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("context_length", [8, 32, 128])
def test_no_head_of_an_untrained_model_is_named(seed, context_length):
    torch.manual_seed(seed)
    model = GPTModel(CONFIG.replace(context_length=context_length)).eval()
    scores = head_scores(model)
    assert {scores.name(layer, head) for layer in range(2) for head in range(4)} == {""}


def test_a_context_too_short_to_repeat_anything_gives_zeros():
    scores = head_scores(GPTModel(CONFIG.replace(context_length=6)).eval())
    assert not scores.induction.any()


def test_training_on_repeated_random_sequences_gives_induction_heads_and_the_scores_find_them():
    """Periods vary, so that a head that looks back by a fixed distance does not solve the task."""
    torch.manual_seed(0)
    draws = torch.Generator().manual_seed(1)
    model = GPTModel(CONFIG.replace(context_length=24))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(200):
        once = torch.rand(16, 24, generator=draws).argsort(-1)
        period = int(torch.randint(4, 13, (1,), generator=draws))
        ids = once[:, :period].repeat(1, 24 // period + 1)[:, :24]
        loss = F.cross_entropy(model(ids[:, :-1])[:, period:].flatten(0, 1), ids[:, period + 1 :].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scores = head_scores(model.eval())
    assert loss < 0.1
    assert scores.induction.max() > 0.7
    assert "induction" in {scores.name(1, head) for head in range(4)}
    assert "induction" not in {scores.name(0, head) for head in range(4)}


def test_heads_are_measured_with_the_tokens_that_the_model_knows():
    model = GPTModel(CONFIG).eval()
    known = torch.tensor([3, 3, 5, 7, 9, 11, 13, 15, 17, 19])
    scores = head_scores(model, among=known)
    model.tok_emb.weight.data[torch.arange(0, 24, 2)] = torch.nan  # tokens that are not among them
    assert torch.equal(head_scores(model, among=known).induction, scores.induction)
    assert not head_scores(model, among=torch.tensor([1, 2, 3])).induction.any()
