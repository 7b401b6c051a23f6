"""A resumed training equals one that was never interrupted, bit for bit."""

import pytest
import torch

from playground.training.loop.control import Control
from playground.training.loop.events import Evaluated, Sampled, Stepped

DIFFICULT = {
    "epochs": 3, "batch_size": 4, "accumulation_steps": 3, "drop_last": False, "drop_rate": 0.2, "lr": 3e-3,
    "lr_schedule": "cosine", "warmup_pct": 20, "grad_clip": 1.0, "eval_freq": 4, "sample_tokens": 5,
}  # fmt: skip


def sample(model, tokenizer, text, n):
    return tokenizer.decode(torch.rand(n).mul(50).long().tolist())


def without_times(events):
    """The events without their times."""
    kept = [event for event in events if isinstance(event, Stepped | Evaluated | Sampled)]
    return [event.model_dump_json(exclude={"elapsed_s", "tokens_per_s"}) for event in kept]


def stop_after(steps):
    polls = iter(range(10**6))
    return lambda: Control("stop" if next(polls) == steps else "run")


@pytest.fixture(scope="module")
def uninterrupted(tiny_training):
    """Its events, and its tensors and the state of the random generator at the end."""
    run = tiny_training(**DIFFICULT)
    return without_times(run.train(sample=sample)), run.tensors(), torch.get_rng_state()


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 10, 11, 12, 21, 22, 32])  # an epoch ends after 11, 22 and 33 steps
def test_fault_33_resume_is_bit_exact(tiny_training, uninterrupted, tmp_path, cut):
    expected_events, expected, generator = uninterrupted
    before, after = tiny_training(**DIFFICULT), tiny_training(**DIFFICULT)
    first = before.train(
        sample=sample, control=stop_after(cut), save=lambda position, _: bool(before.write(tmp_path, position))
    )
    torch.rand(7)  # as if other code had run in the new process
    after.load(tmp_path / f"step_{cut:08d}")
    second = after.train(sample=sample)
    assert second[0].total_steps == 33
    assert without_times(first) + without_times(second) == expected_events
    found = after.tensors()
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert torch.equal(torch.get_rng_state(), generator)


def test_fault_33_a_chain_of_many_sessions_is_bit_exact(tiny_training, uninterrupted, tmp_path):
    expected_events, expected, _ = uninterrupted
    pieces, newest = [], None
    while True:
        piece = tiny_training(**DIFFICULT)
        if newest:
            piece.load(newest)
        events = piece.train(
            sample=sample,
            control=stop_after(5),
            save=lambda position, _, piece=piece: bool(piece.write(tmp_path, position)),
        )
        pieces += without_times(events)
        if events[-1].reason == "completed":
            break
        newest = max(tmp_path.glob("step_*"))
    assert pieces == expected_events
    assert all(torch.equal(expected[name], value) for name, value in piece.tensors().items())


def test_elapsed_time_and_best_loss_continue(tiny_training, tmp_path):
    before, after = tiny_training(**DIFFICULT), tiny_training(**DIFFICULT)
    before.train(control=stop_after(6), save=lambda position, _: bool(before.write(tmp_path, position)))
    after.load(tmp_path / "step_00000006")
    events = after.train()
    assert after.position.elapsed_s > 0
    assert events[0].elapsed_s >= after.position.elapsed_s
    assert after.position.best_val_loss is not None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"lr": 1e-3}, "lr (0.003, now 0.001)"),
        ({"seed": 2}, "seed"),
        ({"batch_size": 2}, "batch_size"),
        ({"drop_rate": 0.1}, "drop_rate"),
        ({"threads": 2}, "threads (1, now 2)"),
        ({"epochs": 4}, "epochs"),
        ({"text": "Another text that is long enough for a window or two. " * 9}, "the text"),
    ],
    ids=str,
)  # fmt: skip
def test_fault_34_what_makes_a_resume_inexact_is_named(tiny_training, changes, named):
    before = tiny_training(**DIFFICULT).conditions
    assert named in tiny_training(**{**DIFFICULT, **changes}).conditions.why_not_exact(before)


def test_fault_34_other_device_or_version_is_named(tiny_training):
    before = tiny_training(**DIFFICULT).conditions
    for name in ("device", "device_name", "precision", "torch_version"):
        now = before.model_copy(update={name: "other"})
        assert "now other" in now.why_not_exact(before)


def test_settings_without_effect_on_the_weights_leave_a_resume_exact(tiny_training):
    before = tiny_training(**DIFFICULT).conditions
    changes = {"eval_freq": 9, "eval_iter": 1, "sample_tokens": 0, "save_freq": 2, "keep_checkpoints": 1}
    assert tiny_training(**{**DIFFICULT, **changes}).conditions.why_not_exact(before) == ""
    longer = tiny_training(lr=1e-3, epochs=9).conditions
    assert longer.why_not_exact(tiny_training(lr=1e-3, epochs=2).conditions) == ""


def test_the_reason_for_an_inexact_resume_is_in_its_first_event(tiny_training):
    run = tiny_training(max_steps=1)
    started, *_ = run.train(why_not_exact="Another text.")
    assert (started.exact, started.why_not_exact) == (False, "Another text.")
