import pytest
import torch
import torch.nn.functional as F

from playground.model.cpu import attention
from playground.model.cpu.attention import attention_with_dropout


def plain(qkv, stays=None, scale=1.0):
    """The same without blocks: `stays` `(B, H, T, T)` is the dropout mask of the weights."""
    queries, keys, values = qkv.permute(2, 0, 3, 1, 4)
    tokens, width = queries.shape[-2:]
    scores = queries @ keys.transpose(2, 3) / width**0.5
    weights = scores.masked_fill(torch.ones(tokens, tokens).triu(1).bool(), -torch.inf).softmax(-1)
    return (weights if stays is None else weights * stays * scale).matmul(values).transpose(1, 2)


@pytest.mark.parametrize("tokens", [1, 7, 64, 65, 150])
def test_without_dropout_it_equals_pytorch_s(tokens, monkeypatch):
    monkeypatch.setattr(attention, "draw", lambda shape, _: (torch.ones(shape, dtype=torch.uint8), 1.0))
    qkv = torch.randn(2, tokens, 3, 4, 8)
    queries, keys, values = qkv.permute(2, 0, 3, 1, 4)
    expected = F.scaled_dot_product_attention(queries, keys, values, is_causal=True).transpose(1, 2)
    torch.testing.assert_close(attention_with_dropout(qkv, 0.3), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("tokens", [1, 6, 64, 65, 150])
def test_gradients_equal_those_of_the_same_operations_one_by_one(dtype, tokens, monkeypatch):
    stays = (torch.rand(8, tokens, tokens) < 0.7).to(torch.uint8)
    rows = iter(range(0, tokens, 64))

    def drawn(shape, _):
        start = next(rows)
        assert shape == (8, min(64, tokens - start), min(start + 64, tokens))
        return stays[:, start : start + 64, : start + 64], 1.5

    monkeypatch.setattr(attention, "draw", drawn)
    qkv = torch.randn(2, tokens, 3, 4, 8).to(dtype).requires_grad_()
    slope = torch.randn(2, tokens, 4, 8).to(dtype)
    found = attention_with_dropout(qkv, 0.3)
    expected = plain(qkv, stays.unflatten(0, (2, 4)), 1.5)
    tolerance = {"rtol": 1e-4, "atol": 1e-5} if dtype == torch.float32 else {"rtol": 0.05, "atol": 0.15}
    torch.testing.assert_close(found, expected, **tolerance)
    one, other = (torch.autograd.grad(y, qkv, slope)[0] for y in (found, expected))
    torch.testing.assert_close(one, other, **tolerance)


def test_the_inputs_are_unchanged():
    qkv = torch.randn(1, 9, 3, 2, 4)
    before = qkv.clone()
    attention_with_dropout(qkv, 0.2)
    assert qkv.equal(before)


def test_the_mean_over_many_masks_is_attention_without_dropout():
    torch.manual_seed(0)
    qkv = torch.randn(1, 5, 3, 2, 4)
    mean = attention_with_dropout(qkv.expand(20_000, 5, 3, 2, 4), 0.3).mean(0, keepdim=True)
    torch.testing.assert_close(mean, plain(qkv), rtol=0, atol=0.05)


def test_under_autocast_the_type_of_the_inputs_is_kept():
    qkv = torch.randn(1, 5, 3, 2, 4, dtype=torch.bfloat16, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = attention_with_dropout(qkv, 0.2)
    out.sum().backward()
    assert out.dtype == qkv.grad.dtype == torch.bfloat16


def test_no_token_attends_to_a_later_one():
    torch.manual_seed(0)
    qkv = torch.randn(1, 100, 3, 2, 4)
    changed = qkv.clone()
    changed[:, 70:] = 9
    torch.manual_seed(1)
    before = attention_with_dropout(qkv, 0.2)
    torch.manual_seed(1)
    after = attention_with_dropout(changed, 0.2)
    assert after[:, :70].equal(before[:, :70])
