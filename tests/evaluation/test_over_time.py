"""How a model changed while it was trained."""

import json

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.evaluation.calibration import reliability
from playground.evaluation.over_time import copied_shares, over_time
from playground.evaluation.token_losses import per_token_losses
from playground.training.jobs.session import run_training
from playground.training.loop.events import Sampled
from playground.training.runs.history import History
from playground.training.runs.store import RunStore

TEXT = "The old clock in the tower said a quarter past nine, and nobody believed it.\n" * 40
MODEL = ModelConfig(context_length=16, emb_dim=32, n_heads=2, n_layers=1, drop_rate=0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    train = TrainConfig(epochs=4, lr=1e-2, threads=1, sample_tokens=0, eval_freq=10, snapshot_freq=20)
    made = RunStore(tmp_path_factory.mktemp("runs")).create("clock", TEXT, MODEL, DataConfig(batch_size=4), train)
    list(run_training(made))
    return made


@pytest.fixture(scope="module")
def shares():
    return []


@pytest.fixture(scope="module")
def found(run, shares):
    return over_time(run.folder.parent, "clock", on_progress=shares.append)


def test_calibration_and_losses_by_place_at_every_kept_step(run, found, shares):
    assert found["steps"] == run.model_steps()
    for name, ids in (("train", run.corpus().train_ids), ("validation", run.corpus().val_ids)):
        part = found["parts"][name]
        losses = per_token_losses(run.load_model(), ids)
        assert part["errors"][-1] == reliability(losses.confidence, losses.rank == 0).error
        assert [group["low"] for group in part["places"][-1]] == [1, 2, 4, 8, 16]
        side_by_side = per_token_losses(run.load_model(), ids, reading="chapter")
        first = side_by_side.loss[side_by_side.context == 1].mean().item()
        assert part["places"][-1][0]["loss"] == pytest.approx(first)
        assert part["places"][-1][-1]["high"] == 16
        assert len(part["errors"]) == len(part["places"]) == len(found["steps"])
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    json.dumps(found, allow_nan=False)


def test_both_losses_come_from_the_log(found):
    first, last = found["evals"][0], found["evals"][-1]
    assert first[0] < last[0]
    assert first[1] > last[1]


def test_a_sample_is_copied_as_far_as_eight_tokens_or_more_stand_in_the_training_text(run):
    prompt = run.spec.train.start_context
    written = [
        f"{prompt} The old clock in the tower said a quarter past nine, and nobody believed it.",
        f"{prompt} Clocks nobody tower believed quarter it said past.",
        f"{prompt}",
    ]
    samples = [Sampled(step=i, epoch=i, text=text) for i, text in enumerate(written)]
    (_, copied), (_, own), (_, empty) = copied_shares(run, History(samples=samples))
    assert copied > 0.9
    assert own == 0
    assert empty == 0
