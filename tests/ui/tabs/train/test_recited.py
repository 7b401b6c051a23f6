"""Words that a run's samples recite from its training text."""

import pytest

from playground.config import DataConfig, ModelConfig
from playground.errors import RunError
from playground.sampling.copies import COPIED_TOKENS
from playground.training.runs.fork import fork
from playground.training.runs.history import read_history
from playground.training.runs.recorded import NAME
from playground.ui.context import Context
from playground.ui.exchange import server_function
from playground.ui.tabs.generate.copied import CopyFinder
from playground.ui.tabs.train import recited as module
from playground.ui.tabs.train.recited import RecitedQuery, RecitedSamples

TEXT = " ".join(
    f"In year {i} the river took hold of the old ferry number {i * 7}, and nobody knew why." for i in range(80)
)


@pytest.fixture
def context(tmp_path):
    context = Context.open(tmp_path, recorded_run=True)
    model = ModelConfig(context_length=8, emb_dim=8, n_heads=2, n_layers=1)
    context.store.create("tale", TEXT, model, DataConfig(vocabulary="gpt2"))
    return context


def recited(context, *texts, run="tale"):
    return RecitedSamples(context, CopyFinder(context)).recited(RecitedQuery(run=run, texts=texts))["pieces"]


def test_finding_16_a_recited_passage_is_found_with_its_source_and_the_rest_is_not(context):
    passage = " the river took hold of the old ferry number 70"
    (pieces,) = recited(context, f"Every effort{passage} 😀 or not")
    assert "".join(piece["text"] for piece in pieces) == f"Every effort{passage} 😀 or not"
    (marked,) = [piece for piece in pieces if piece["source"]]
    assert marked["text"].startswith(passage.rstrip("0"))
    source = marked["source"]
    assert source["tokens"] >= COPIED_TOKENS
    assert source["before"] + source["text"] + source["after"] in TEXT


def test_short_spans_and_the_validation_part_are_not_recited(context):
    run = context.store.open("tale")
    val = run.corpus().val_text
    (own, held_out) = recited(context, " the river took hold of zebras", val[-24:])
    assert [piece["source"] for piece in own] == [None]
    assert all(piece["source"] is None for piece in held_out)


def test_the_pieces_of_the_recorded_runs_samples_are_their_texts_and_some_of_the_last_are_recited(context):
    samples = [row.text for row in read_history(context.store.open(NAME), with_steps=False).samples]
    found = recited(context, *samples[-20:], run=NAME)
    assert ["".join(piece["text"] for piece in pieces) for pieces in found] == samples[-20:]
    assert any(piece["source"] for pieces in found for piece in pieces)


def test_a_sample_is_looked_up_once(context, monkeypatch):
    finder = RecitedSamples(context, CopyFinder(context))
    first = finder.recited(RecitedQuery(run="tale", texts=["so it goes"]))
    monkeypatch.setattr(finder, "_find", None)
    assert finder.recited(RecitedQuery(run="tale", texts=["so it goes"])) == first


def test_fault_81_a_text_that_is_too_large_is_not_indexed(context, monkeypatch):
    monkeypatch.setattr(module, "MAX_TEXT_BYTES", 10)
    assert recited(context, TEXT[:100]) == [[{"text": TEXT[:100], "source": None}]]


def test_fault_81_an_unknown_run_is_refused(context):
    with pytest.raises(RunError):
        recited(context, "x", run="none")


@pytest.mark.parametrize(
    "query",
    [{"texts": ["x"] * 21}, {"texts": ["x" * 8_001]}, {"texts": "x"}, {"texts": [[]]}, {"texts": ["\ud800"]}, {}],
)
def test_fault_81_too_many_or_too_long_samples_are_refused_in_a_sentence(context, query):
    asked = server_function(RecitedSamples(context, CopyFinder(context)).recited)
    assert "texts" in asked({"run": "tale", **query})["error"]


@pytest.mark.parametrize("text", ["", "\0" * 100, "<script>", "\u202e" * 50, "a" * 8_000])
def test_fault_81_the_pieces_of_hostile_samples_are_their_characters(context, text):
    (pieces,) = recited(context, text)
    assert "".join(piece["text"] for piece in pieces) == text


def test_fault_81_a_thousand_samples_take_bounded_memory(context, monkeypatch):
    monkeypatch.setattr(module, "MAX_REMEMBERED", 20)
    finder = RecitedSamples(context, CopyFinder(context))
    for i in range(0, 60, 20):
        finder.recited(RecitedQuery(run="tale", texts=[f"so it goes {n}" for n in range(i, i + 20)]))
    assert len(finder._pieces) == 20


def test_a_fork_recites_from_the_text_that_it_has_from_its_parent(context):
    parent = context.store.open(NAME)
    forked = fork(context.store, NAME, "last", train=parent.spec.train.replace(epochs=21))
    samples = [row.text for row in read_history(forked, with_steps=False).samples]
    assert samples == [row.text for row in read_history(parent, with_steps=False).samples]
    assert recited(context, *samples[-3:], run=forked.name) == recited(context, *samples[-3:], run=NAME)
    assert any(piece["source"] for piece in recited(context, samples[-1], run=forked.name)[0])
