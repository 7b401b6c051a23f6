import math

import pytest
import torch
import torch.nn.functional as F

from playground.config import ModelConfig
from playground.errors import TextError
from playground.model.gpt import GPTModel
from playground.training.loop.batches import Batches
from playground.training.loop.loss import calc_loss_batch, calc_loss_loader, evaluate_model, loss_steps

CPU = torch.device("cpu")
IDS = torch.arange(1000) % 31


@pytest.fixture
def model():
    torch.manual_seed(3)
    return GPTModel(ModelConfig(vocab_size=31, context_length=8, emb_dim=16, n_heads=2, n_layers=1, drop_rate=0.5))


def loader(batch_size, n=1000):
    return Batches(IDS[:n], 8, batch_size, drop_last=False, shuffle=False)


def test_the_loss_of_a_batch_is_the_mean_cross_entropy_of_its_tokens(model):
    inputs, targets = next(iter(loader(5)))
    model.eval()
    loss = calc_loss_batch(inputs, targets, model, CPU)
    assert loss.requires_grad
    assert loss.item() == pytest.approx(
        F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten()).item(), abs=1e-6
    )


@pytest.mark.parametrize("batch_size", [1, 2, 7, 50, 500])
def test_the_mean_is_over_tokens_however_they_are_batched(model, batch_size):
    model.eval()
    assert calc_loss_loader(loader(batch_size), model, CPU) == pytest.approx(
        calc_loss_loader(loader(1), model, CPU), abs=1e-6
    )


def test_only_num_batches_batches_are_read(model):
    model.eval()
    two = calc_loss_loader(loader(4), model, CPU, num_batches=2)
    assert two == pytest.approx(calc_loss_loader(loader(4, n=8 * 8 + 1), model, CPU), abs=1e-6)
    assert two != pytest.approx(calc_loss_loader(loader(4), model, CPU), abs=1e-6)
    assert calc_loss_loader(loader(4, n=65), model, CPU, num_batches=99) == pytest.approx(two, abs=1e-6)


def test_no_batch_is_an_error_instead_of_nan(model):
    with pytest.raises(TextError, match="no batch"):
        calc_loss_loader([], model, CPU)


@pytest.mark.parametrize("training", [True, False])
def test_evaluation_has_no_dropout_and_no_gradients_and_restores_the_mode(model, training):
    model.train(training)
    first = evaluate_model(model, loader(4), loader(9), CPU, 3)
    assert model.training is training
    assert first == evaluate_model(model, loader(4), loader(9), CPU, 3)
    assert all(weight.grad is None for weight in model.parameters())


def test_the_mode_is_restored_when_the_evaluation_fails(model):
    model.train()
    with pytest.raises(TextError):
        evaluate_model(model, loader(4), [], CPU, 3)
    assert model.training


def test_the_six_steps_lead_from_logits_to_the_cross_entropy():
    torch.manual_seed(0)
    logits, targets = torch.randn(2, 3, 11), torch.randint(0, 11, (2, 3))
    steps = loss_steps(logits, targets)
    assert steps.loss == pytest.approx(F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item(), abs=1e-6)
    assert steps.average == -steps.loss
    assert steps.log_probabilities == pytest.approx([math.log(p) for p in steps.target_probabilities], abs=1e-5)
    assert steps.target_probabilities[4] == pytest.approx(logits[1, 1].softmax(0)[targets[1, 1]].item())
    assert steps.logits[4] == logits[1, 1, targets[1, 1]].item()
    assert steps.perplexity == pytest.approx(math.exp(steps.loss))


def test_a_target_of_probability_0_has_a_finite_logarithm():
    steps = loss_steps(torch.tensor([[0.0, 200.0]]), torch.tensor([0]))
    assert steps.target_probabilities == [0.0]
    assert steps.log_probabilities == [-200.0]
