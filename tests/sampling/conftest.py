"""A small random model, the same on every run, so that a test takes milliseconds."""

import pytest
import torch

from playground.config import ModelConfig
from playground.model.gpt import GPTModel


@pytest.fixture(autouse=True)
def _one_thread():
    """On models this small, a second thread costs more time than it saves."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def tiny():
    """A model with 61 tokens and a context length of 12, whose distributions are sharp."""
    torch.manual_seed(1)
    model = GPTModel(ModelConfig(vocab_size=61, context_length=12, emb_dim=16, n_heads=2, n_layers=2, drop_rate=0.1))
    with torch.no_grad():
        model.out_head.weight.mul_(6)
    return model.eval().requires_grad_(False)
