"""Runs are found by their titles on the command line, and nowhere else."""

import pytest

from playground.cli.titles import TitledStore
from playground.config import ModelConfig
from playground.errors import RunError
from playground.training.runs.store import RunStore

TEXT = "so it goes " * 200
MODEL = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)


@pytest.fixture
def store(tmp_path):
    made = TitledStore(tmp_path)
    for name in ("tale", "変身 mini", "Große Reise"):
        made.create(name, TEXT, MODEL)
    return made


def test_a_run_is_opened_by_its_name_or_its_title(store):
    assert [store.open(name).spec.shown_name for name in ("tale", "変身 mini", " Große Reise ")] == [
        "tale",
        "変身 mini",
        "Große Reise",
    ]
    assert store.open("変身 mini").name == "mini"


def test_a_title_in_other_characters_that_look_the_same_is_the_same(store):
    import unicodedata

    store.create("Café 2", TEXT, MODEL)
    assert store.open(unicodedata.normalize("NFD", "Café 2")).spec.title == "Café 2"


def test_of_two_runs_with_one_title_the_names_are_told(store):
    store.create("Große Reise", TEXT, MODEL)
    with pytest.raises(RunError, match="2 runs are called Große Reise; give the name of one: Groe-Reise"):
        store.open("Große Reise")


@pytest.mark.parametrize("name", ["", "missing", "../tale", "変身", "Große"])
def test_what_is_neither_name_nor_title_is_refused(store, name):
    with pytest.raises(RunError):
        store.open(name)


def test_runs_are_renamed_deleted_and_forked_by_title(store):
    assert store.rename("変身 mini", "Ein neuer Name").spec.title == "Ein neuer Name"
    store.delete("Ein neuer Name")
    assert sorted(store.names()) == ["Groe-Reise", "tale"]
    assert store.undo(next(iter(store.deleted()))).spec.title == "Ein neuer Name"


def test_the_store_of_the_page_knows_no_titles(store):
    with pytest.raises(RunError):
        RunStore(store.root).open("Große Reise")
