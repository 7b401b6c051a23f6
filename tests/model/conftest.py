import pytest
import torch

from playground.config import ModelConfig
from playground.model.gpt import GPTModel

TINY = ModelConfig(vocab_size=97, context_length=24, emb_dim=32, n_heads=4, n_layers=3, drop_rate=0.0)


@pytest.fixture
def tiny() -> GPTModel:
    """A model with random weights in evaluation mode, whose logits are large enough for unambiguous greedy choices."""
    torch.manual_seed(7)
    model = GPTModel(TINY).eval()
    with torch.no_grad():
        model.out_head.weight.mul_(20)
    return model


@pytest.fixture(autouse=True)
def _one_thread():
    """On models this small, a second thread costs more time than it saves."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
