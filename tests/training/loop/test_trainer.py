import math
from itertools import pairwise

import pytest
import torch

from playground.errors import CheckpointError, TextError
from playground.model.presets import flop_per_token
from playground.training.loop import trainer
from playground.training.loop.control import Control
from playground.training.loop.events import Evaluated, Finished, Sampled, Saved, Started, Stepped, Warned
from playground.training.loop.parallel.ranks import Ranks
from playground.training.loop.position import Position
from playground.training.loop.trainer import train


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def losses(events):
    return [event.loss for event in of(events, Stepped)]


def save_nothing(position, reason):
    return 7


def test_the_events_of_a_training_come_in_order(tiny_training):
    run = tiny_training(epochs=2, eval_freq=3, sample_tokens=5)
    events = run.train(sample=lambda model, tokenizer, text, n: f"{text} and {n} more", save=save_nothing)
    started, finished = events[0], events[-1]
    assert isinstance(started, Started)
    assert started.n_parameters == sum(weight.numel() for weight in run.model.parameters())
    assert started.total_steps == 2 * started.steps_per_epoch == len(of(events, Stepped))
    assert (started.tokens_per_step, started.device, started.precision, started.threads) == (128, "cpu", "float32", 1)
    assert started.exact
    assert isinstance(finished, Finished)
    assert finished.reason == "completed"
    steps = [event.step for event in of(events, Stepped)]
    assert steps == list(range(1, started.total_steps + 1))
    assert [event.step for event in of(events, Evaluated)] == [s for s in steps if (s - 1) % 3 == 0 or s == steps[-1]]
    ends = [started.steps_per_epoch, started.total_steps]
    assert [event.step for event in of(events, Sampled)] == ends
    assert of(events, Sampled)[0].text == "Every effort moves you and 5 more"
    assert {event.step for event in of(events, Saved) if event.reason in ("epoch", "end")} <= set(ends)
    assert set(ends) <= {event.step for event in of(events, Saved)}
    assert of(events, Stepped)[-1].epoch == 2.0
    assert of(events, Stepped)[-1].tokens_seen == 128 * started.total_steps
    assert all(b.elapsed_s >= a.elapsed_s for a, b in pairwise(events))


@pytest.mark.parametrize("size", [1, 2])
def test_the_first_event_contains_the_peak_speed_of_all_processes(tiny_training, monkeypatch, size):
    monkeypatch.setattr(trainer, "measure_peak_flop_per_s", lambda device, precision: 5e9)
    run = tiny_training()
    started = next(
        train(run.model, run.optimizer, run.corpus, run.data, run.config, ranks=Ranks(0, size, sharded=size > 1))
    )
    assert started.peak_flop_per_s == size * 5e9
    assert started.share_of_peak(1000) == 1000 * flop_per_token(run.model.config) / (size * 5e9)


def test_it_learns_the_text(tiny_training):
    events = tiny_training(epochs=12, lr=1e-2, sample_tokens=0).train()
    first, *_, last = of(events, Evaluated)
    assert first.train_loss == pytest.approx(math.log(257), abs=0.5)
    assert last.train_loss < 1.5


def test_max_steps_ends_a_training_inside_an_epoch(tiny_training):
    events = tiny_training(epochs=5, max_steps=4).train(save=save_nothing)
    assert [event.step for event in of(events, Stepped)] == [1, 2, 3, 4]
    assert of(events, Saved)[-1].reason == "end"
    assert of(events, Evaluated)[-1].step == 4


def test_a_completed_training_does_nothing_when_resumed(tiny_training):
    events = tiny_training(max_steps=4).train()
    again = tiny_training(max_steps=4)
    again.position = Position(step=4, batch=4)
    assert [event.type for event in again.train()] == ["started", "finished"]
    assert events[-1].reason == again.train()[-1].reason == "completed"


@pytest.mark.parametrize(("batch_size", "accumulation_steps"), [(1, 8), (2, 4), (4, 2)])
def test_accumulated_small_batches_equal_one_large_batch(tiny_training, batch_size, accumulation_steps):
    whole = tiny_training(batch_size=8, epochs=2, drop_last=False, grad_clip=0.5)
    parts = tiny_training(
        batch_size=batch_size, accumulation_steps=accumulation_steps, epochs=2, drop_last=False, grad_clip=0.5
    )
    whole_events, parts_events = whole.train(), parts.train()
    assert losses(parts_events) == pytest.approx(losses(whole_events), abs=2e-5)
    assert parts_events[0].total_steps == whole_events[0].total_steps
    assert [e.tokens_seen for e in of(parts_events, Stepped)] == [e.tokens_seen for e in of(whole_events, Stepped)]
    for (name, a), b in zip(parts.model.named_parameters(), whole.model.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-4), name


def test_the_last_step_of_an_epoch_is_weighted_by_its_tokens(tiny_training):
    run = tiny_training(batch_size=1, accumulation_steps=8, drop_last=False, epochs=1)
    events = run.train()
    *_, before, last = [0] + [event.tokens_seen for event in of(events, Stepped)]
    windows = (len(run.corpus.train_ids) - 1) // 16
    assert (last - before) == 16 * (windows % 8 or 8)


def test_gradients_are_clipped_before_the_step_and_their_norm_is_reported_unclipped(tiny_training):
    free, clipped = tiny_training(max_steps=1), tiny_training(max_steps=1, grad_clip=1e-3)
    free_norm = of(free.train(), Stepped)[0].grad_norm
    assert free_norm > 1e-2
    assert of(clipped.train(), Stepped)[0].grad_norm == pytest.approx(free_norm)
    gradient = torch.cat([weight.grad.flatten() for weight in clipped.model.parameters()])
    assert gradient.norm().item() == pytest.approx(1e-3, rel=1e-3)


def test_every_step_has_the_learning_rate_of_the_schedule(tiny_training):
    events = tiny_training(max_steps=4, lr=0.01, warmup_pct=50, lr_schedule="cosine").train()
    assert [event.lr for event in of(events, Stepped)] == pytest.approx([0.005, 0.01, 0.01, 0.005])


def test_dropout_is_determined_by_the_seed_and_not_by_what_ran_before(tiny_training):
    torch.manual_seed(1)
    first = losses(tiny_training(drop_rate=0.3, max_steps=5).train())
    run = tiny_training(drop_rate=0.3, max_steps=5, eval_freq=1, sample_tokens=1)
    torch.rand(100)
    assert losses(run.train(sample=lambda *_: str(torch.rand(3)))) == first
    assert losses(tiny_training(drop_rate=0.3, max_steps=5, seed=2).train()) != first


def test_the_probe_contains_the_most_likely_tokens_after_the_start_context(tiny_training):
    run = tiny_training(max_steps=3, eval_freq=2, start_context="On day")
    event = of(run.train(), Evaluated)[-1]
    ids = torch.tensor([run.corpus.tokenizer.encode("On day")])
    probabilities = run.model.eval()(ids)[0, -1].softmax(0)
    assert [token for token, _ in event.probe] == probabilities.topk(20).indices.tolist()
    assert [p for _, p in event.probe] == pytest.approx(probabilities.topk(20).values.tolist(), abs=1e-6)


@pytest.mark.parametrize("start_context", ["", "a" * 500], ids=["empty", "longer than the context"])
def test_the_probe_works_with_any_start_context(tiny_training, start_context):
    (event,) = of(tiny_training(max_steps=1, start_context=start_context).train(), Evaluated)
    assert len(event.probe) == (20 if start_context else 0)


def test_a_text_that_is_too_short_for_a_batch_is_refused_before_the_start(tiny_training):
    with pytest.raises(TextError):
        tiny_training(text="short").train()


# --- saving -------------------------------------------------------------------------------------------------------


def test_each_step_is_saved_at_most_once_and_every_save_freq_steps(tiny_training):
    calls = []
    tiny_training(max_steps=7, save_freq=2, eval_freq=1).train(
        save=lambda position, reason: calls.append(position.step) or 1
    )
    assert len(set(calls)) == len(calls)
    assert {2, 4, 6, 7} <= set(calls)


def test_a_new_lowest_validation_loss_is_saved_together_with_it(tiny_training):
    calls = []
    events = tiny_training(max_steps=6, eval_freq=2).train(save=lambda *call: calls.append(call) or 1)
    best = {event.step: event.val_loss for event in of(events, Evaluated) if event.best}
    assert {position.step: position.val_loss for position, reason in calls if reason == "best"} == {
        step: loss for step, loss in best.items() if step < 6
    }
    assert calls[-1][0].best_val_loss == min(best.values())


def test_checkpoints_of_the_best_loss_do_not_take_most_of_the_time_of_a_large_model(tiny_training, monkeypatch):
    monkeypatch.setattr("playground.training.loop.saving._WRITTEN_BYTES_PER_S", 1.0)  # as if a save took an hour
    calls = []
    tiny_training(max_steps=6, eval_freq=1).train(save=lambda position, reason: calls.append(reason) or 1)
    assert calls == ["end"]


def test_fault_31_a_full_disk_is_a_warning_and_training_continues(tiny_training):
    def full(position, reason):
        raise OSError(28, "No space left on device")

    events = tiny_training(max_steps=3, save_freq=1).train(save=full)
    assert len(of(events, Stepped)) == 3
    assert events[-1].reason == "completed"
    assert len(of(events, Warned)) == 3
    assert "No space left on device" in of(events, Warned)[0].message
    assert not of(events, Saved)


# --- divergence ---------------------------------------------------------------------------------------------------


def poisoned(run, at_step):
    """A control that makes the model's output infinite before step `at_step`."""
    polls = []

    def control():
        polls.append(1)
        if len(polls) == at_step:
            with torch.no_grad():
                run.model.final_norm.bias.fill_(1e38)
                run.model.out_head.weight.mul_(1e10)
        return Control()

    return control


def test_fault_60_a_loss_that_is_not_a_number_stops_the_training_at_that_step(tiny_training):
    saved = []
    run = tiny_training(max_steps=9, save_freq=1)
    events = run.train(control=poisoned(run, 4), save=lambda position, reason: saved.append(position.step) or 1)
    assert events[-1].reason == "diverged"
    assert [event.step for event in of(events, Stepped)] == [1, 2, 3]
    assert saved == [1, 2, 3]
    assert "lower lr" in events[-1].message
    assert "step 4" in events[-1].message


def test_fault_60_the_weights_are_not_changed(tiny_training):
    run = tiny_training(max_steps=9)
    run.train(control=poisoned(run, 1))
    assert all(weight.isfinite().all() for weight in run.model.parameters())
    assert not run.optimizer.state


def test_fault_60_weights_made_infinite_by_a_step_are_not_saved(tiny_training):
    def refuse(position, reason):
        raise CheckpointError("not finite")

    events = tiny_training(max_steps=3, save_freq=1).train(save=refuse)
    assert events[-1].reason == "diverged"
    assert len(of(events, Stepped)) == 1


def test_fault_60_an_infinite_gradient_of_a_finite_loss_stops_the_training(tiny_training):
    run = tiny_training(max_steps=3)
    run.model.tok_emb.weight.register_hook(lambda gradient: gradient * math.inf)
    events = run.train()
    assert events[-1].reason == "diverged"
    assert "gradient" in events[-1].message
    assert all(weight.isfinite().all() for weight in run.model.parameters())


# --- control ------------------------------------------------------------------------------------------------------


def following(*commands):
    wanted = iter(commands)
    return lambda: next(wanted)


def test_fault_40_a_stop_takes_effect_before_the_next_step_and_saves_a_checkpoint(tiny_training):
    saved = []
    events = tiny_training().train(
        control=following(Control(), Control(), Control("stop")), save=lambda *call: saved.append(call) or 1
    )
    assert len(of(events, Stepped)) == 2
    assert (saved[-1][0].step, saved[-1][1]) == (2, "stop")
    assert events[-1].reason == "stopped"


def test_a_stop_does_not_save_a_step_twice(tiny_training):
    saved = []
    tiny_training(save_freq=1).train(
        control=following(Control(), Control("stop")), save=lambda position, reason: saved.append(reason) or 1
    )
    assert "stop" not in saved


def test_a_pause_waits_and_a_step_trains_exactly_one_step(tiny_training):
    pause, step, run = Control("pause"), Control("step"), Control("run")
    events = tiny_training(max_steps=4, eval_freq=100).train(
        control=following(run, pause, pause, step, pause, run, run)
    )
    assert [event.type for event in events if event.type != "evaluated"] == [
        "started", "stepped", "paused", "stepped", "resumed", "stepped", "stepped", "finished",
    ]  # fmt: skip


def test_a_pause_does_not_count_as_training(tiny_training, monkeypatch):
    monkeypatch.setattr("playground.training.loop.control._PAUSE_POLL_S", 0.5)
    events = tiny_training(max_steps=1).train(control=following(Control("pause"), Control("pause"), Control()))
    assert events[-1].elapsed_s < 0.9


def test_a_changed_learning_rate_is_an_event_and_is_kept(tiny_training):
    saved = []
    events = tiny_training(max_steps=3, lr=0.01, lr_schedule="cosine", min_lr=0.005).train(
        control=following(Control(), Control(lr=0.001), Control(lr=0.001)),
        save=lambda position, reason: saved.append(position) or 1,
    )
    assert [event.lr for event in events if event.type == "changed"] == [0.001]
    lrs = [event.lr for event in of(events, Stepped)]
    assert lrs[0] == 0.01
    assert lrs[1:] == [0.001, 0.001]  # min_lr does not exceed it
    assert saved[-1].lr == 0.001
