import math

import pytest
import torch

from playground.training.loop import step_in_backward
from playground.training.loop.events import Stepped
from playground.training.loop.parallel.ranks import Ranks
from playground.training.loop.step_in_backward import StepInBackward, early_steps


@pytest.fixture
def pieces_of(monkeypatch):
    """Lets weights move as soon as so many bytes of gradients are there; 16 MB are more than a tiny model has."""
    return lambda piece_bytes: monkeypatch.setattr(step_in_backward, "_PIECE_BYTES", piece_bytes)


def trace(events):
    return [(event.loss, event.grad_norm) for event in events if isinstance(event, Stepped)]


@pytest.mark.parametrize(
    "settings", [{}, {"recompute": True}, {"drop_rate": 0.0, "qkv_bias": True}, {"precision": "bfloat16"}]
)
@pytest.mark.parametrize("piece_bytes", [1, 3000])
def test_weights_that_move_early_train_to_the_very_same_numbers(sitting, pieces_of, settings, piece_bytes):
    settings = {"max_steps": 4, "drop_rate": 0.1, **settings}
    late, early = sitting(**settings), sitting(**settings)
    expected = trace(late.train())
    pieces_of(piece_bytes)
    assert trace(early.train()) == expected
    if piece_bytes == 1:
        assert all(weight.grad is None for weight in early.model.parameters())  # all have moved early
    for name, tensor in late.tensors().items():
        assert tensor.equal(early.tensors()[name]), name


def test_of_all_gradients_only_a_piece_is_ever_held(sitting):
    run = sitting()
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


def test_afterwards_backward_only_takes_gradients_again(sitting):
    run = sitting()
    early = StepInBackward(run.optimizer, 1)
    with early.during_backward():
        pass
    before = run.tensors()
    run.model(torch.arange(8)[None]).square().mean().backward()
    assert all(weight.grad is not None for weight in run.model.parameters())
    assert all(tensor.equal(before[name]) for name, tensor in run.tensors().items())


def test_fault_60_no_weight_moves_when_the_loss_is_not_a_number(sitting, pieces_of):
    run = sitting(max_steps=3)
    pieces_of(1)
    with torch.no_grad():
        run.model.out_head.weight.fill_(1e38)
        run.model.final_norm.bias.fill_(1e38)
    before = run.tensors()
    assert run.train()[-1].reason == "diverged"
    assert all(tensor.equal(before[name]) for name, tensor in run.tensors().items())


def test_fault_60_no_weight_moves_by_an_infinite_gradient_nor_after_it(sitting, pieces_of):
    run = sitting(max_steps=3)
    pieces_of(1)
    run.model.blocks[0].ff.down.weight.register_hook(lambda gradient: gradient * math.inf)
    before = run.tensors()
    events = run.train()
    assert (events[-1].reason, trace(events)) == ("diverged", [])
    assert "gradient" in events[-1].message
    assert all(weight.isfinite().all() for weight in run.model.parameters())
    for name in ("blocks.0.ff.down.weight", "tok_emb.weight"):
        assert run.tensors()[name].equal(before[name])


def test_frozen_weights_stay_and_the_others_move(sitting, pieces_of):
    late, early = sitting(max_steps=2), sitting(max_steps=2)
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
def test_what_needs_the_whole_gradient_has_it(sitting, pieces_of, settings, ranks):
    run = sitting(**settings)
    pieces_of(1)
    assert early_steps(run.optimizer, run.config, ranks) is None


def test_an_optimizer_that_may_mix_the_gradients_of_weights_has_them_all_at_once(sitting, pieces_of):
    run = sitting()
    pieces_of(1)
    assert early_steps(run.optimizer, run.config, Ranks()) is not None
    assert early_steps(torch.optim.LBFGS(run.model.parameters()), run.config, Ranks()) is None


def test_a_small_model_moves_as_a_whole(sitting):
    run = sitting()
    assert early_steps(run.optimizer, run.config, Ranks()) is None
