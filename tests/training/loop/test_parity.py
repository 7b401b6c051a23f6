"""The loop gives the losses of an independent implementation: transformers' GPT-2 with PyTorch's AdamW."""

import pytest
import torch

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.model.gpt import GPTModel
from playground.text.corpus import build_corpus
from playground.training.loop.events import Stepped
from playground.training.loop.optimizer import make_optimizer
from playground.training.loop.trainer import train
from tests.model.transformers_gpt2 import as_transformers

TEXT = " ".join(f"In the year {year} somebody counted {year % 7} ships, {year % 5} of them grey." for year in range(60))
CONFIG = ModelConfig(
    vocab_size=50257, context_length=24, emb_dim=32, n_heads=4, n_layers=2, drop_rate=0.0, qkv_bias=True
)


def test_every_one_of_the_first_20_losses_equals_that_of_transformers():
    data = DataConfig(vocabulary="gpt2", batch_size=4, shuffle=False, stride=12)
    config = TrainConfig(
        epochs=9, max_steps=20, lr=2e-3, eval_freq=100, device="cpu", precision="float32", sample_tokens=0
    )
    corpus = build_corpus(TEXT, data)
    torch.manual_seed(123)
    model = GPTModel(CONFIG)
    theirs = as_transformers(model)
    optimizer = torch.optim.AdamW(theirs.parameters(), lr=config.lr, weight_decay=config.weight_decay)
    ids, width = corpus.train_ids.tolist(), CONFIG.context_length
    windows = torch.tensor([ids[i : i + width + 1] for i in range(0, len(ids) - width, 12)])
    per_epoch = len(windows) // 4
    expected = []
    for step in range(20):
        start = 4 * (step % per_epoch)
        rows = windows[start : start + 4]
        logits = theirs(rows[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        expected.append(loss.item())
    events = train(model, make_optimizer(model, config), corpus, data, config)
    losses = [event.loss for event in events if isinstance(event, Stepped)]
    assert losses == pytest.approx(expected, abs=1e-4)
    assert losses[-1] < losses[0] - 1, "it has learned something, so the comparison means something"
