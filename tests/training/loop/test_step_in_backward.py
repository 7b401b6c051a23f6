import math

import pytest
import torch

from playground.training.loop import step_in_backward
from playground.training.loop.events import Stepped
from playground.training.loop.parallel.ranks import Ranks
from playground.training.loop.step_in_backward import StepInBackward, make_step_in_backward


@pytest.fixture
def pieces_of(monkeypatch):
    """Sets the bytes of gradients after which weights are updated; a tiny model has less than the usual 16 MB."""
    return lambda piece_bytes: monkeypatch.setattr(step_in_backward, "_PIECE_BYTES", piece_bytes)


def trace(events):
    return [(event.loss, event.grad_norm) for event in events if isinstance(event, Stepped)]


@pytest.mark.parametrize(
    "settings", [{}, {"recompute": True}, {"drop_rate": 0.0, "qkv_bias": True}, {"precision": "bfloat16"}]
)
@pytest.mark.parametrize("piece_bytes", [1, 3000])
def test_updating_weights_during_backward_gives_the_same_numbers(tiny_training, pieces_of, settings, piece_bytes):
    settings = {"max_steps": 4, "drop_rate": 0.1, **settings}
    late, early = tiny_training(**settings), tiny_training(**settings)
    expected = trace(late.train())
    pieces_of(piece_bytes)
    assert trace(early.train()) == expected
    if piece_bytes == 1:
        assert all(weight.grad is None for weight in early.model.parameters())  # all were updated during backward
    for name, tensor in late.tensors().items():
        assert tensor.equal(early.tensors()[name]), name


def test_only_a_piece_of_the_gradients_exists_at_a_time(tiny_training):
    run = tiny_training()
    largest = max(weight.numel() for weight in run.model.parameters())
    early = StepInBackward(run.optimizer, 1000)
    most = 0

    def count(_):
        nonlocal most
        most = max(most, sum(weight.grad.nbytes for weight in run.model.parameters() if weight.grad is not None))

    for weight in run.model.parameters():
        weight.register_post_accumulate_grad_hook(count)
    with early.during_backward():
        run.model(torch.arange(8)[None]).square().mean().backward()
    assert 0 < most < 1000 + 4 * largest < sum(4 * weight.numel() for weight in run.model.parameters()) / 2


def test_after_the_context_backward_only_computes_gradients(tiny_training):
    run = tiny_training()
    early = StepInBackward(run.optimizer, 1)
    with early.during_backward():
        pass
    before = run.tensors()
    run.model(torch.arange(8)[None]).square().mean().backward()
    assert all(weight.grad is not None for weight in run.model.parameters())
    assert all(tensor.equal(before[name]) for name, tensor in run.tensors().items())


def test_fault_60_no_weight_is_updated_when_the_loss_is_not_a_number(tiny_training, pieces_of):
    run = tiny_training(max_steps=3)
    pieces_of(1)
    with torch.no_grad():
        run.model.out_head.weight.fill_(1e38)
        run.model.final_norm.bias.fill_(1e38)
    before = run.tensors()
    assert run.train()[-1].reason == "diverged"
    assert all(tensor.equal(before[name]) for name, tensor in run.tensors().items())


def test_fault_60_no_weight_is_updated_by_an_infinite_gradient_or_after_it(tiny_training, pieces_of):
    run = tiny_training(max_steps=3)
    pieces_of(1)
    run.model.blocks[0].ff.down.weight.register_hook(lambda gradient: gradient * math.inf)
    before = run.tensors()
    events = run.train()
    assert (events[-1].reason, trace(events)) == ("diverged", [])
    assert "gradient" in events[-1].message
    assert all(weight.isfinite().all() for weight in run.model.parameters())
    for name in ("blocks.0.ff.down.weight", "tok_emb.weight"):
        assert run.tensors()[name].equal(before[name])


def test_frozen_weights_are_unchanged_and_the_others_are_updated(tiny_training, pieces_of):
    late, early = tiny_training(max_steps=2), tiny_training(max_steps=2)
    for run in (late, early):
        run.model.tok_emb.requires_grad_(False)
    before = early.tensors()["tok_emb.weight"]
    expected = trace(late.train())
    pieces_of(1)
    assert trace(early.train()) == expected
    assert early.tensors()["tok_emb.weight"].equal(before)


@pytest.mark.parametrize(
    ("settings", "ranks"),
    [({"grad_clip": 1.0}, Ranks()), ({"accumulation_steps": 2}, Ranks()), ({}, Ranks(0, 2))],
)
def test_weights_are_updated_after_backward_where_the_whole_gradient_is_needed(
    tiny_training, pieces_of, settings, ranks
):
    run = tiny_training(**settings)
    pieces_of(1)
    assert make_step_in_backward(run.optimizer, run.config, ranks) is None


def test_weights_are_updated_after_backward_for_other_optimizers_than_adamw(tiny_training, pieces_of):
    run = tiny_training()
    pieces_of(1)
    assert make_step_in_backward(run.optimizer, run.config, Ranks()) is not None
    assert make_step_in_backward(torch.optim.LBFGS(run.model.parameters()), run.config, Ranks()) is None


def test_the_weights_of_a_small_model_are_updated_after_backward(tiny_training):
    run = tiny_training()
    assert make_step_in_backward(run.optimizer, run.config, Ranks()) is None
