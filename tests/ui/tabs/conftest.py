"""A small run to write with and to look into."""

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore
from playground.ui.context import Context

TEXT = "The rain had stopped, and nobody in the house said a word about the letter. 你好，世界 👩‍👩‍👧 é ﷽.\n" * 40


@pytest.fixture(scope="session")
def context(tmp_path_factory):
    """A store with the run `tale`, trained for two steps on a text with characters of many bytes."""
    root = tmp_path_factory.mktemp("runs")
    model = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1, drop_rate=0)
    train = TrainConfig(epochs=1, max_steps=2, sample_tokens=0, threads=1)
    run = RunStore(root).create("tale", TEXT, model, DataConfig(batch_size=4), train)
    assert list(run_training(run))[-1].reason == "completed"
    return Context.open(root)
