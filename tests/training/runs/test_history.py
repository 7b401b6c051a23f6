"""The history of a run: undone steps are left out, and those inherited from a fork's parents are included."""

import pytest

from playground.training.jobs.session import run_training
from playground.training.loop.events import Evaluated, Sampled, Started, Stepped
from playground.training.runs import history
from playground.training.runs.fork import fork
from playground.training.runs.history import find_parent, read_history, without_undone
from playground.training.runs.spec import Parent, write_spec

OTHER_TEXT = "An altogether different text, of which no fork knows anything. " * 40


def started(step=0):
    sizes = {"total_steps": 9, "steps_per_epoch": 9, "tokens_per_step": 1, "n_parameters": 1}
    return Started(step=step, **sizes, device="cpu", precision="float32", threads=1)


def stepped(step, loss=1.0):
    return Stepped(step=step, epoch=0, loss=loss, lr=1, grad_norm=1, tokens_seen=1, tokens_per_s=1)


def evaluated(step):
    return Evaluated(step=step, epoch=0, tokens_seen=1, train_loss=1, val_loss=1, best=True)


@pytest.fixture
def make(store, new_run):
    """Makes a run whose log says that it trained each of `steps` with `loss`; `parent` is (name, step)."""

    def make(name, steps, loss=1.0, parent=None, text=None, **changes):
        run = new_run(name) if text is None else new_run(name, text=text)
        if parent is not None:
            changes["parent"] = Parent(name=parent[0], step=parent[1])
        write_spec(run.folder, run.spec.model_copy(update=changes))
        for event in (started(steps[0] - 1), *(stepped(step, loss) for step in steps)):
            run.log.append(event)
        return store.open(name)

    return make


def losses(run):
    return {event.step: event.loss for event in read_history(run).steps}


def test_steps_that_a_crash_undid_are_left_out():
    killed = [started(0), *(stepped(n) for n in range(1, 5)), evaluated(4)]
    resumed = [started(2), stepped(3), stepped(4)]
    events = without_undone([*killed, *resumed])
    assert [event.step for event in events if isinstance(event, Stepped)] == [1, 2, 3, 4]
    assert evaluated(4) not in events
    assert [event.step for event in events if isinstance(event, Started)] == [0, 2]


def test_nothing_is_left_out_of_a_log_without_a_crash():
    events = [started(0), stepped(1), stepped(2), started(2), stepped(3)]
    assert without_undone(events) == events


def test_steps_evaluations_and_samples_are_read_without_what_was_undone(make):
    run = make("run", [1, 2, 3])
    for event in (evaluated(1), evaluated(3), Sampled(step=3, epoch=1, text="undone"), started(2), stepped(3, 9.0)):
        run.log.append(event)
    run.log.append(Sampled(step=3, epoch=1, text="kept"))
    found = read_history(run)
    assert losses(run) == {1: 1.0, 2: 1.0, 3: 9.0}
    assert [event.step for event in found.evaluations] == [1]
    assert [event.text for event in found.samples] == ["kept"]


def test_a_run_without_a_log_has_an_empty_history(new_run):
    found = read_history(new_run())
    assert (found.steps, found.evaluations, found.samples, found.forked_at) == ([], [], [], 0)
    assert found.evaluated_by(10**9) is None


def test_a_long_log_is_read_in_chunks(make, monkeypatch):
    run = make("run", range(1, 200))
    whole = read_history(run)
    monkeypatch.setattr(history, "_CHUNK_BYTES", 1_000)
    limits = []
    read = type(run).events
    monkeypatch.setattr(type(run), "events", lambda run, at, **limited: limits.append(at) or read(run, at, **limited))
    assert read_history(run) == whole
    assert len(whole.steps) == 199
    assert len(limits) > 10


def test_a_fork_inherits_its_parent_s_history_up_to_its_step(store, new_run):
    parent = new_run("parent", epochs=2, save_freq=2, eval_freq=2, keep_checkpoints=1000)
    list(run_training(parent))
    child = fork(store, "parent", 4, train=parent.spec.train.replace(lr=0.01))
    assert losses(child) == {step: loss for step, loss in losses(parent).items() if step <= 4}
    own = {event.step: event.loss for event in run_training(child) if isinstance(event, Stepped)}
    assert min(own) == 5
    assert losses(child) == {step: loss for step, loss in losses(parent).items() if step <= 4} | own
    found = read_history(child)
    assert [event.step for event in found.own.steps] == sorted(own)
    assert found.evaluated_by(4) == read_history(parent).evaluated_by(4) != found.evaluated_by(5)


def test_steps_of_the_parent_after_the_fork_are_not_inherited(make):
    make("parent", range(1, 10), loss=1.0)
    child = make("child", [5, 6], loss=2.0, parent=("parent", 4))
    assert losses(child) == {1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0, 5: 2.0, 6: 2.0}


def test_the_parent_of_a_parent_counts_up_to_the_older_fork(make):
    make("oldest", range(1, 10), loss=1.0)
    make("middle", range(4, 10), loss=2.0, parent=("oldest", 3))
    youngest = make("youngest", [6, 7], loss=3.0, parent=("middle", 5))
    assert losses(youngest) == {1: 1.0, 2: 1.0, 3: 1.0, 4: 2.0, 5: 2.0, 6: 3.0, 7: 3.0}
    assert read_history(youngest).forked_at == 5


def test_a_fork_that_started_over_inherits_nothing(make):
    make("parent", range(1, 10), loss=1.0)
    child = make("child", [1, 2], loss=2.0, parent=("parent", 4))  # its only checkpoint was damaged
    assert losses(child) == {1: 2.0, 2: 2.0}
    assert len(read_history(child).own.steps) == 2


def test_a_fork_whose_parent_was_deleted_has_its_own_history_alone(store, make):
    make("parent", range(1, 10))
    child = make("child", [5, 6], loss=2.0, parent=("parent", 4))
    store.delete("parent")
    assert find_parent(child) is None
    assert losses(child) == {5: 2.0, 6: 2.0}


@pytest.mark.parametrize("why", ["another text", "younger", "unreadable"])
def test_another_run_with_the_name_of_the_parent_is_not_the_parent(make, why):
    settings = {"another text": {"text": OTHER_TEXT}, "younger": {"created": 2e9}, "unreadable": {}}[why]
    parent = make("parent", range(1, 10), **settings)
    if why == "unreadable":
        (parent.folder / "run.json").write_text("{")
    child = make("child", [5, 6], loss=2.0, parent=("parent", 4))
    assert losses(child) == {5: 2.0, 6: 2.0}


def test_a_parent_s_name_that_is_a_path_is_not_followed(make):
    make("parent", range(1, 10))
    child = make("child", [5, 6], parent=("../checkpoints/parent", 4))
    assert (child.folder / "../../checkpoints/parent/run.json").is_file()
    assert find_parent(child) is None


@pytest.mark.timeout(20)
@pytest.mark.parametrize("created", [1.0, 2.0])
def test_runs_that_name_each_other_or_themselves_as_parents_do_not_loop(make, created):
    one = make("one", [5], parent=("two", 4), created=1.0)
    two = make("two", [5], parent=("one", 4), created=created)
    itself = make("itself", [5], parent=("itself", 4), created=created)
    assert [losses(run).keys() for run in (one, two, itself)] == [{5}, {5}, {5}]
