"""The rule of who may see which run, on a private and on a public server."""

import re
from pathlib import Path

import pytest

from playground.config import ModelConfig
from playground.errors import RunError
from playground.training.runs.recorded import NAME
from playground.ui import access
from playground.ui.context import Context, Limits

MODEL = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
TEXT = "It was the best of times, it was the worst of times. " * 20


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """A folder with the runs `mine` and `theirs`, and one whose settings are damaged."""
    folder = tmp_path_factory.mktemp("access") / "checkpoints"
    store = Context.open(folder).store
    for name in ("mine", "theirs", "damaged"):
        store.create(name, TEXT, MODEL)
    (folder / "damaged" / "run.json").write_text("{")
    return folder


@pytest.fixture
def private(checkpoints):
    return Context.open(checkpoints)


@pytest.fixture
def public(checkpoints):
    return Context.open(checkpoints, limits=Limits.public())


def names(summaries):
    return [summary.name for summary in summaries]


def test_a_private_server_lists_every_run_whatever_the_visitor_knows(private):
    assert access.lists_runs(private)
    assert names(access.listed_runs(private)) == names(access.listed_runs(private, ["mine"])) == ["theirs", "mine"]
    assert ["damaged" in sentence for sentence in access.unreadable_runs(private)] == [True]


def test_fault_47_a_public_server_lists_only_the_runs_that_the_visitor_names(public):
    assert not access.lists_runs(public)
    assert access.listed_runs(public) == access.unreadable_runs(public) == []
    known = ["mine", "damaged", "unknown", "../mine", "", "mine\0"]
    assert names(access.listed_runs(public, known)) == ["mine"]


def test_fault_66_the_recorded_run_is_listed_for_everyone_and_changed_by_nobody_on_a_public_server(tmp_path):
    public = Context.open(tmp_path, limits=Limits.public(), recorded_run=True)
    public.store.create("mine", TEXT, MODEL)
    assert names(access.listed_runs(public)) == names(access.listed_runs(public, [NAME])) == [NAME]
    assert names(access.listed_runs(public, ["mine"])) == ["mine", NAME]
    access.check_change(public, "mine")
    with pytest.raises(RunError, match="for every visitor"):
        access.check_change(public, NAME)
    access.check_change(Context.open(tmp_path), NAME)


def test_a_new_run_is_named_as_asked_but_at_random_on_a_public_server(private, public):
    assert [access.new_run_name(private, name) for name in ("wanted", None)] == ["wanted", None]
    random = {access.new_run_name(public, wanted) for wanted in ("wanted", None) for _ in range(20)}
    assert len(random) == 40
    assert all(re.fullmatch("run-[0-9a-f]{16}", name) for name in random)


def test_a_new_run_belongs_to_its_visitor_only_on_a_public_server(private, public):
    assert access.owner_of_new_run(private, "10.0.0.1") == ""
    assert access.owner_of_new_run(public, "10.0.0.1") == "10.0.0.1"


def test_runs_are_renamed_only_where_the_name_is_no_key(private, public):
    access.check_rename(private)
    with pytest.raises(RunError, match="key to a run"):
        access.check_rename(public)


def test_a_public_server_does_not_tell_where_its_runs_lie(private, public, checkpoints):
    assert access.shown_root(private) == str(checkpoints)
    assert access.shown_root(public) == "checkpoints"


def test_no_other_module_of_the_page_decides_who_sees_what():
    page = Path(access.__file__).parent
    deciding = {str(file.relative_to(page)) for file in page.rglob("*.py") if "is_public" in file.read_text("utf-8")}
    assert deciding == {"access.py", "context.py"}
