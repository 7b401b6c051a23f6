import pytest
import torch
from torch import nn

from playground.model.cpu.direct import direct


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("rows", [1, 2, 16, 17])
@pytest.mark.parametrize(("outputs", "bias"), [(12, True), (13, False), (2, True), (1, False)])
def test_weights_divided_among_threads_give_the_same_product(threads, rows, outputs, bias):
    torch.set_num_threads(threads)
    layer, x = nn.Linear(6, outputs, bias=bias), torch.randn(rows, 6)
    torch.testing.assert_close(direct(layer)(x), layer(x))
