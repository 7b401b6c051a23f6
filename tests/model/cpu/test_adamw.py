"""The optimizer gives the results of PyTorch's without loading the compiler."""

import subprocess
import sys

import pytest
import torch

from playground.model.cpu.adamw import AdamW

SETTINGS = {"lr": 0.01, "betas": (0.8, 0.9), "weight_decay": 0.2}


def steps(optimizer_class, fused):
    """Weights and moments after three updates."""
    generator = torch.Generator().manual_seed(1)
    weights = [torch.randn(size, generator=generator).requires_grad_() for size in ((7, 5), (3,))]
    optimizer = optimizer_class(weights, **SETTINGS, fused=fused)
    for _ in range(3):
        optimizer.zero_grad()
        assert all(weight.grad is None for weight in weights)
        for weight in weights:
            weight.grad = torch.randn(weight.shape, generator=generator)
        optimizer.step()
    return [*weights, *(moment for weight in weights for moment in optimizer.state[weight].values())]


@pytest.mark.parametrize("fused", [True, False])
def test_updates_equal_pytorchs_exactly(fused):
    ours, theirs = steps(AdamW, fused), steps(torch.optim.AdamW, fused)
    assert all(torch.equal(mine, other) for mine, other in zip(ours, theirs, strict=True))
    assert all(torch.equal(mine, again) for mine, again in zip(ours, steps(AdamW, fused), strict=True))


def test_an_update_calls_hooks_and_its_closure_and_leaves_no_graph():
    weight = torch.ones(2, requires_grad=True)
    optimizer, called = AdamW([weight], lr=0.1), []
    optimizer.register_step_post_hook(lambda *_: called.append("after"))

    def loss():
        with torch.enable_grad():
            value = (weight**2).sum()
            value.backward()
        return value.item()

    assert optimizer.step(loss) == 2.0
    assert called == ["after"]
    assert weight.is_leaf
    torch.testing.assert_close(weight.detach(), torch.full((2,), 0.899))


@pytest.mark.process
def test_training_loads_no_compiler(tmp_path):
    """Loading it takes one and a half seconds before the first step, and 75 MB."""
    program = f"""
import sys
from pathlib import Path
from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.runs.store import RunStore
from playground.training.jobs.session import run_training
model = ModelConfig(context_length=8, emb_dim=16, n_heads=2, n_layers=1)
train = TrainConfig(epochs=1, sample_tokens=4, threads=1)
run = RunStore(Path({str(tmp_path)!r})).create("r", "One two three. " * 40, model, DataConfig(batch_size=8), train)
assert [event.type for event in run_training(run)][-1] == "finished"
print(sorted({{name.split(".")[0] for name in sys.modules}} & {{"sympy", "gradio", "matplotlib"}}))
print("torch._dynamo" in sys.modules)
"""
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert made.stdout.split("\n")[-3:-1] == ["[]", "False"], made.stdout
