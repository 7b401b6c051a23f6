import pytest
import torch
from torch.utils.data import DataLoader

from playground.errors import SettingsError
from playground.training.loop.batches import Batches
from playground.training.loop.loss import calc_loss_batch, evaluate_model
from playground.training.loop.simple import train_model_simple

CPU = torch.device("cpu")


def book_loop(model, train_loader, val_loader, optimizer, epochs, eval_freq, eval_iter):
    """The chapter's loop, shortened."""
    losses, tokens_seen, step = [], 0, -1
    for _ in range(epochs):
        model.train()
        for inputs, targets in train_loader:
            optimizer.zero_grad()
            calc_loss_batch(inputs, targets, model, CPU).backward()
            optimizer.step()
            tokens_seen += inputs.numel()
            step += 1
            if step % eval_freq == 0:
                losses.append((*evaluate_model(model, train_loader, val_loader, CPU, eval_iter), tokens_seen))
    return tuple(map(list, zip(*losses, strict=True)))


def adamw(model):
    return torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.1)


@pytest.fixture
def loaders(tiny_training):
    ids = tiny_training().corpus.train_ids
    windows = [(ids[i : i + 16], ids[i + 1 : i + 17]) for i in range(0, len(ids) - 16, 16)]
    return DataLoader(windows[:20], batch_size=2), DataLoader(windows[20:], batch_size=2)


def test_it_returns_the_same_as_the_book_s_loop(tiny_training, loaders):
    theirs, ours = tiny_training().model, tiny_training().model
    expected = book_loop(theirs, *loaders, adamw(theirs), 2, 3, 2)
    found = train_model_simple(ours, *loaders, adamw(ours), CPU, 2, 3, 2, report=lambda line: None)
    assert found[2] == expected[2]
    assert found[0] == pytest.approx(expected[0], abs=1e-5)
    assert found[1] == pytest.approx(expected[1], abs=1e-5)


def test_it_reports_evaluations_and_samples_line_by_line(tiny_training, loaders):
    run, lines = tiny_training(), []
    train_model_simple(
        run.model, *loaders, adamw(run.model), CPU, 1, 5, 1, "On day", run.corpus.tokenizer,
        sample=lambda model, tokenizer, text, n: f"{text}\n{n}", report=lines.append,
    )  # fmt: skip
    assert [line.split(":")[0] for line in lines] == ["Ep 1 (Step 000000)", "Ep 1 (Step 000005)", "On day 50"]


def test_batches_can_be_used_as_loaders(tiny_training):
    run = tiny_training()
    batches = Batches(run.corpus.train_ids, 16, 8)
    losses, _, tokens = train_model_simple(
        run.model, batches, batches, adamw(run.model), CPU, 3, 4, 1, report=lambda line: None
    )
    assert losses[-1] < losses[0]
    assert tokens == [128 * (1 + 4 * i) for i in range(len(tokens))]


def test_any_module_that_returns_logits_can_be_trained(loaders):
    torch.manual_seed(1)
    theirs, ours = (torch.nn.Sequential(torch.nn.Embedding(257, 8), torch.nn.Linear(8, 257)) for _ in range(2))
    ours.load_state_dict(theirs.state_dict())
    expected = book_loop(theirs, *loaders, adamw(theirs), 2, 3, 2)
    found = train_model_simple(ours, *loaders, adamw(ours), CPU, 2, 3, 2, report=lambda line: None)
    assert found[0] == pytest.approx(expected[0], abs=1e-5)
    assert found[1] == pytest.approx(expected[1], abs=1e-5)


def test_a_loss_that_is_not_a_number_is_an_error(tiny_training, loaders):
    model = tiny_training().model
    with torch.no_grad():
        model.out_head.weight.mul_(1e38)
    with pytest.raises(SettingsError, match="lower lr"):
        train_model_simple(model, *loaders, adamw(model), CPU, 1, 5, 1, report=lambda line: None)
