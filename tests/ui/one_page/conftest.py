"""A run that trains in a second."""

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.sampling.generate import write_sample
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

TEXT = "The river does not care who crosses it. " * 60
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
TRAIN = TrainConfig(epochs=2, lr=1e-2, threads=1, sample_tokens=4, eval_freq=4, start_context="The river")


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return RunStore(tmp_path / "checkpoints")


@pytest.fixture
def run(store):
    """A run of 2 epochs on a short text, with samples."""
    made = store.create("river", TEXT, MODEL, DataConfig(batch_size=8), TRAIN, preset="nano", text_name="a river")
    list(run_training(made, sample=write_sample))
    return made
