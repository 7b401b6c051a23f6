import pytest
import torch
import torch.nn.functional as F

from playground.model.cpu.gelu import gelu


def test_values_and_gradients_equal_pytorch_s_in_double_precision():
    x = torch.linspace(-12, 12, 20_001, requires_grad=True)
    exact = x.detach().double().requires_grad_()
    found, expected = gelu(x), F.gelu(exact, approximate="tanh")
    torch.testing.assert_close(found.double(), expected, rtol=1e-6, atol=1e-6)
    one, other = (torch.autograd.grad(y.sum(), z)[0].double() for y, z in ((found, x), (expected, exact)))
    torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("value", [1e4, -1e4, 1e18, -1e18, 0.0])
def test_large_values_stay_finite(value):
    x = torch.tensor(value, requires_grad=True)
    gelu(x).backward()
    assert gelu(x).item() == pytest.approx(max(value, 0))
    assert x.grad.item() == (0.5 if value == 0 else float(value > 0))


def test_the_gradient_equals_the_numerical_one():
    x = torch.randn(40, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(gelu, x)  # float64 uses PyTorch's
    near = torch.tensor([-2.0, -0.7, 0.3, 1.9], requires_grad=True)
    (slope,) = torch.autograd.grad(gelu(near).sum(), near)
    apart = 1e-2
    by_difference = (gelu(near + apart) - gelu(near - apart)) / (2 * apart)
    torch.testing.assert_close(slope, by_difference, rtol=1e-3, atol=1e-3)


def test_without_gradients_the_values_are_the_same_and_the_input_is_unchanged():
    x = torch.randn(100)
    before = x.clone()
    assert gelu(x).equal(gelu(x.clone().requires_grad_()))
    assert x.equal(before)
