import pytest
import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from playground.training.loop import head_loss
from playground.training.loop.head_loss import head_cross_entropy


def tensors(n=50, width=16, vocab=37):
    generator = torch.Generator().manual_seed(5)
    hidden = torch.randn(n, width, generator=generator).requires_grad_()
    head = torch.randn(vocab, width, generator=generator).requires_grad_()
    return hidden, head, torch.randint(vocab, (n,), generator=generator)


def gradients(loss, hidden, head, factor=1.0):
    hidden.grad = head.grad = None
    (loss * factor).backward()
    return loss.item(), hidden.grad, head.grad


@pytest.mark.parametrize(("rows", "columns"), [(1, 37), (7, 1), (25, 10), (50, 36), (1000, 1000)])
@pytest.mark.parametrize("factor", [1.0, 0.25])
def test_loss_and_gradients_equal_those_of_the_plain_computation(monkeypatch, rows, columns, factor):
    monkeypatch.setattr(head_loss, "CHUNK_BYTES", rows * 4 * 37)
    monkeypatch.setattr(head_loss, "_COLUMNS", columns)
    hidden, head, targets = tensors()
    expected = gradients(F.cross_entropy(hidden @ head.T, targets), hidden, head, factor)
    found = gradients(head_cross_entropy(hidden, head, targets), hidden, head, factor)
    assert found[0] == pytest.approx(expected[0], abs=1e-5)
    for a, b in zip(found[1:], expected[1:], strict=True):
        assert torch.allclose(a, b, atol=1e-6)


class Products(TorchDispatchMode):
    """Counts the matrix products inside the context."""

    count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += function.overloadpacket in (torch.ops.aten.mm, torch.ops.aten.addmm)
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("without", [torch.inference_mode, torch.no_grad])
def test_without_gradients_the_loss_is_the_same_and_takes_one_matrix_product(without):
    hidden, head, targets = tensors()
    with without(), Products() as products:
        loss = head_cross_entropy(hidden, head, targets)
    assert not loss.requires_grad
    assert products.count == 1
    with Products() as products:
        assert loss.item() == head_cross_entropy(hidden, head, targets).item()
    assert products.count == 3


@pytest.mark.parametrize("rows", [7, 1000])
def test_under_autocast_products_are_bfloat16_and_the_loss_float32(monkeypatch, rows):
    monkeypatch.setattr(head_loss, "CHUNK_BYTES", rows * 4 * 37)
    hidden, head, targets = tensors()
    expected = gradients(F.cross_entropy(hidden @ head.T, targets), hidden, head)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = head_cross_entropy(hidden, head, targets)
    found = gradients(loss, hidden, head)
    assert loss.dtype == hidden.grad.dtype == head.grad.dtype == torch.float32
    assert 0 < abs(found[0] - expected[0]) < 0.02 * expected[0]
    for a, b in zip(found[1:], expected[1:], strict=True):
        assert (a - b).norm() < 0.02 * b.norm()


def test_a_target_of_probability_0_gives_a_finite_loss():
    head = torch.tensor([[300.0], [0.0]])
    assert head_cross_entropy(torch.ones(1, 1), head, torch.tensor([1])).item() == pytest.approx(300.0)


def test_nan_logits_give_a_nan_loss():
    loss = head_cross_entropy(torch.full((1, 1), float("inf")), torch.ones(3, 1), torch.tensor([1]))
    assert not loss.isfinite()
