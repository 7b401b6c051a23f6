import pytest

from playground.errors import RunError, TextError
from playground.training.jobs.session import run_training
from playground.training.loop.control import Control
from playground.training.loop.events import Evaluated, Finished, Paused, Resumed, Saved, Started, Stepped


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def test_a_training_is_logged_and_its_status_is_kept_up_to_date(new_run):
    run = new_run()
    states = []
    events = []
    for event in run_training(run):
        events.append(event)
        states.append(run.status().state)
    assert run.events()[0] == events
    assert isinstance(events[0], Started)
    assert events[-1].reason == "completed"
    assert states[0] == "running"
    assert states[-1] == "completed"
    status = run.status()
    assert status.step == status.total_steps == status.saved_step == run.steps()[-1]
    assert not status.live


def test_a_complete_run_ends_at_once_when_it_is_resumed(new_run):
    run = new_run(epochs=1)
    list(run_training(run))
    again = list(run_training(run))
    assert not of(Stepped, again)
    assert again[-1].reason == "completed"


def test_samples_are_written_by_the_given_function(new_run):
    run = new_run(sample_tokens=3, epochs=1, start_context="On day")
    events = list(run_training(run, sample=lambda model, tokenizer, start, n: f"{start}|{n}"))
    assert [event.text for event in events if event.type == "sampled"] == ["On day|3"]


def test_fault_40_stop_takes_effect_within_one_step_and_leaves_a_checkpoint(new_run):
    run = new_run(epochs=50)
    events = []
    for event in run_training(run):
        events.append(event)
        if isinstance(event, Stepped) and event.step == 3:
            run.control.stop()
    assert max(event.step for event in of(Stepped, events)) == 3
    assert isinstance(events[-2], Saved)
    assert events[-1].reason == "stopped"
    assert run.steps()[-1] == 3
    assert run.status().state == "stopped"


def test_pause_single_steps_and_continue(new_run):
    run = new_run(epochs=1)
    plan = iter(["pause", "step", "step", "run"])
    events = []
    asked = 0

    def control():  # a new request each time the training waits
        nonlocal asked
        if events and isinstance(events[-1], Stepped | Paused | Evaluated) and (request := next(plan, None)):
            asked += 1
            getattr(run.control, request)()
        return Control()

    for event in run_training(run, control=control):
        events.append(event)  # noqa: PERF402  (`control` looks at it meanwhile)
    assert len(of(Paused, events)) == 1
    assert len(of(Resumed, events)) == 1
    between = events[events.index(of(Paused, events)[0]) : events.index(of(Resumed, events)[0])]
    assert len(of(Stepped, between)) == 2
    assert events[-1].reason == "completed"


def test_old_requests_do_not_reach_a_new_session_unless_they_are_kept(new_run):
    run = new_run(epochs=1)
    run.control.stop()
    assert list(run_training(run))[-1].reason == "completed"
    other = new_run("other", epochs=1)
    other.control.stop()
    assert list(run_training(other, keep_wishes=True))[-1].reason == "stopped"


def test_a_second_training_of_the_same_run_is_refused_and_the_first_continues(store, new_run):
    run = new_run(epochs=1)
    first = run_training(run)
    next(first)
    with pytest.raises(RunError, match="trained already"):
        next(run_training(store.open("run")))
    assert list(first)[-1].reason == "completed"
    assert len(of(Started, run.events()[0])) == 1


def test_an_abandoned_training_is_interrupted_and_can_be_resumed(new_run):
    run = new_run()
    training = run_training(run)
    for _ in range(4):
        next(training)
    assert run.status().state == "running"
    training.close()
    assert run.status().state == "interrupted"
    assert list(run_training(run))[-1].reason == "completed"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TextError("The text is too short."), "The text is too short."),
        (MemoryError(), "batch_size"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "batch_size"),
        (ZeroDivisionError("division by zero"), "unexpected error (ZeroDivisionError: division by zero)"),
    ],
)
def test_any_failure_is_one_sentence_in_the_log_and_the_status(new_run, error, words, caplog):
    run = new_run()

    def broken(*_):
        raise error

    run.spec = run.spec.model_copy(update={"train": run.spec.train.replace(sample_tokens=1)})
    events = list(run_training(run, sample=broken))
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "failed"
    assert words in events[-1].message
    assert run.status().state == "failed"
    assert run.status().message == events[-1].message
    assert bool(caplog.records) == isinstance(error, ZeroDivisionError)
