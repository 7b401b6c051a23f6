from dataclasses import replace
from threading import Barrier, Thread
from types import SimpleNamespace

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import BusyError, RunError, TextError
from playground.training.runs.store import RunStore
from playground.ui.context import Limits
from playground.ui.tabs.train.choice import Choice
from playground.ui.tabs.train.start import MAX_REMEMBERED, Starter
from playground.ui.visitors import Owners, TrainingQuota

TEXT = "so it goes, and so it went, and nobody asked the river why. " * 20
CHOICE = Choice(
    text=TEXT,
    text_name="river.txt",
    preset="nano",
    model=ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1),
    data=DataConfig(),
    train=TrainConfig(epochs=1),
)


def chosen(**changes):
    return replace(CHOICE, **changes)


class FakeJobs:
    """Records which runs were started; refuses if `busy`."""

    def __init__(self):
        self.started, self.busy = [], False

    def start(self, name):
        if self.busy:
            raise BusyError("The machine is busy; try again later.")
        self.started.append(name)

    def active(self, name):
        return name in self.started


@pytest.fixture
def context(tmp_path):
    jobs = FakeJobs()
    return SimpleNamespace(
        store=RunStore(tmp_path), jobs=jobs, quota=TrainingQuota(jobs), limits=Limits(), owners=Owners()
    )


def test_a_run_is_made_and_started(context):
    name = Starter(context).start(CHOICE)
    assert context.jobs.started == [name]
    spec = context.store.open(name).spec
    assert (spec.preset, spec.text_name, spec.train) == ("nano", "river.txt", CHOICE.train)


def test_fault_39_an_equal_choice_gives_the_same_run_while_it_is_active(context):
    starter, names = Starter(context), []
    together = Barrier(8)

    def press():
        together.wait()
        names.append(starter.start(CHOICE))

    threads = [Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 1
    assert len(context.jobs.started) == 1


def test_an_equal_choice_after_the_end_is_a_new_run(context):
    starter = Starter(context)
    first = starter.start(CHOICE)
    context.jobs.started.clear()
    assert starter.start(CHOICE) != first


def test_a_large_file_is_read_by_the_training_process(context, tmp_path):
    file = tmp_path / "large.txt"
    file.write_bytes(TEXT.encode("utf-16"))
    name = Starter(context).start(chosen(text=file, encoding="utf-16-le"))
    assert context.store.open(name).is_unread
    assert context.store.open(name).spec.encoding == "utf-16-le"


def test_a_different_choice_is_another_run(context):
    starter = Starter(context)
    names = {
        starter.start(CHOICE),
        starter.start(chosen(text=TEXT + ".")),
        starter.start(chosen(train=TrainConfig(epochs=2))),
        starter.start(CHOICE, name="mine"),
    }
    assert len(names) == 4
    assert "mine" in names


def test_a_refused_start_leaves_no_run_behind(context):
    context.jobs.busy = True
    with pytest.raises(BusyError):
        Starter(context).start(CHOICE)
    assert context.store.runs() == []


def test_a_bad_name_or_text_is_refused(context):
    with pytest.raises(RunError):
        Starter(context).start(CHOICE, name="../x")
    with pytest.raises(TextError):
        Starter(context).start(chosen(text="short"))
    assert context.store.runs() == []


def test_a_choice_whose_run_was_deleted_is_a_new_run(context):
    starter = Starter(context)
    first = starter.start(CHOICE)
    context.store.delete(first)
    context.jobs.active = lambda name: context.store.open(name)
    assert starter.start(CHOICE) in {row.name for row in context.store.runs()}


def test_fault_47_on_a_public_server_names_cannot_be_guessed_and_runs_are_not_shared(context):
    context.limits = Limits.public()
    starter = Starter(context)
    mine = starter.start(CHOICE, name="river", visitor="me")
    theirs = starter.start(CHOICE, name="river", visitor="them")
    assert mine != theirs
    assert "river" not in mine + theirs
    assert len(mine) >= 20


def test_fault_43_one_visitor_cannot_flood_a_public_server(context):
    context.limits = Limits.public()
    context.quota = TrainingQuota(context.jobs, max_active=context.limits.max_runs_per_visitor)
    starter = Starter(context)
    for epochs in range(1, context.limits.max_runs_per_visitor + 1):
        starter.start(chosen(train=TrainConfig(epochs=epochs)), visitor="me")
    before = context.store.names()
    with pytest.raises(BusyError, match="stop"):
        starter.start(chosen(train=TrainConfig(epochs=99)), visitor="me")
    assert context.store.names() == before
    starter.start(CHOICE, visitor="someone else")


def test_fault_44_the_number_of_remembered_starts_is_bounded(context):
    starter = Starter(context)
    for epochs in range(1, MAX_REMEMBERED + 10):
        starter.start(chosen(train=TrainConfig(epochs=epochs)))
    assert len(starter._started) == MAX_REMEMBERED
