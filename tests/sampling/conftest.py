"""Models so small that a test takes milliseconds; random, but the same on every run."""

import pytest
import torch

from playground.config import ModelConfig
from playground.model.gpt import GPTModel


@pytest.fixture(autouse=True)
def _one_thread():
    """On models this small a second thread costs more than it does."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def tiny():
    """A model of 61 tokens and a context of 12, sharp enough for its choices to differ."""
    torch.manual_seed(1)
    model = GPTModel(ModelConfig(vocab_size=61, context_length=12, emb_dim=16, n_heads=2, n_layers=2, drop_rate=0.1))
    with torch.no_grad():
        model.out_head.weight.mul_(6)
    return model.eval().requires_grad_(False)
