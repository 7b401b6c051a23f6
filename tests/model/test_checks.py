import pytest
import torch

from playground.config import ModelConfig
from playground.errors import CheckpointError, SettingsError
from playground.model.checks import check_tensors, empty_weights
from playground.model.gpt import GPTModel

CONFIG = ModelConfig(vocab_size=40, context_length=8, emb_dim=12, n_heads=2, n_layers=2)
EXPECTED = {name: weight.shape for name, weight in empty_weights(CONFIG).items()}


@pytest.fixture
def weights():
    return GPTModel(CONFIG).state_dict()


def test_the_model_s_own_weights_pass(weights):
    check_tensors(weights, EXPECTED)


def test_fault_23_missing_tensors_are_named(weights):
    del weights["blocks.1.ff.up.weight"]
    with pytest.raises(CheckpointError, match=r"Missing from the file: blocks\.1\.ff\.up\.weight\."):
        check_tensors(weights, EXPECTED)


def test_fault_23_many_missing_tensors_are_counted():
    with pytest.raises(CheckpointError, match=r"blocks\.0\.att\.qkv\.weight and \d+ more\.$"):
        check_tensors({}, EXPECTED)


def test_fault_23_unexpected_tensors_are_named(weights):
    weights["blocks.7.extra"] = torch.ones(1)
    with pytest.raises(CheckpointError, match=r"Not a part of this model: blocks\.7\.extra"):
        check_tensors(weights, EXPECTED)


def test_fault_23_wrong_shapes_are_named_with_both_shapes(weights):
    weights["out_head.weight"] = torch.ones(40, 13)
    with pytest.raises(CheckpointError, match=r"out_head\.weight: the shape is \(40, 13\), but \(40, 12\) is needed"):
        check_tensors(weights, EXPECTED)


@pytest.mark.parametrize(
    "wrong", [torch.ones(40, 12, dtype=torch.long), torch.ones(40, 12).to_sparse(), [1.0], None], ids=str
)
def test_fault_23_wrong_types_are_named(weights, wrong):
    weights["out_head.weight"] = wrong
    with pytest.raises(CheckpointError, match=r"out_head\.weight: plain floating-point numbers are needed"):
        check_tensors(weights, EXPECTED)


def test_fault_23_a_tensor_of_fewer_numbers_than_its_shape_says_is_refused(weights):
    weights["out_head.weight"] = torch.ones(1).expand(40, 12)
    with pytest.raises(CheckpointError, match=r"out_head\.weight: the file has fewer values"):
        check_tensors(weights, EXPECTED)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_fault_24_values_that_are_not_finite_are_refused(weights, value):
    weights["final_norm.bias"][3] = value
    with pytest.raises(CheckpointError, match=r"final_norm\.bias: some values are not finite numbers"):
        check_tensors(weights, EXPECTED)


@pytest.mark.parametrize(
    "malicious",
    [
        {"n_layers": 10**9},
        {"n_heads": 0},
        {"emb_dim": -768},
        {"vocab_size": 10**12},
        {"context_length": 10**9},
        {"drop_rate": float("nan")},
        {"emb_dim": 1e300},
    ],
)
def test_fault_22_a_malicious_config_is_refused_before_anything_is_allocated(malicious):
    name = next(iter(malicious))
    with pytest.raises(SettingsError, match=f"^{name}: "):
        GPTModel({**CONFIG, **malicious})


def test_checking_draws_no_random_numbers(weights):
    before = torch.get_rng_state()
    assert empty_weights(CONFIG).keys() == weights.keys()
    check_tensors(weights, EXPECTED)
    assert torch.get_rng_state().equal(before)
