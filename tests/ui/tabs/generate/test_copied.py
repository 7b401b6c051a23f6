"""The memorisation meter: what was copied, from where, and the losses of both parts."""

import pytest
from pydantic import ValidationError

from playground.errors import RunError, SettingsError
from playground.sampling.copies import CopyIndex
from playground.text.tokenizer import encode
from playground.training.jobs.session import run_training
from playground.training.runs.fork import fork
from playground.ui.tabs.generate.copied import MAX_RUNS, CopiedQuery, CopyFinder, losses_at


@pytest.fixture(scope="module")
def find(context):
    """`find(ids)`: the parts of a text that stand in the text of the run `tale`."""
    finder = CopyFinder(context)
    return lambda ids, run="tale": finder.copied(CopiedQuery(run=run, step=2, ids=ids))["spans"]


def test_a_copied_sentence_is_found_with_its_position(find, context):
    run = context.store.open("tale")
    ids = encode(" a word about the letter.zz", run.tokenizer)
    found = find(ids)
    span = next(span for span in found if span["part"] == "train")
    assert span["text"] == " a word about the letter."
    text = run.text()
    assert text[span["character"] :].startswith(span["text"])
    assert text[: span["character"]].endswith(span["before"])
    assert span["before"].endswith("in the house said")
    assert (span["start"], span["end"]) == (0, len(encode(span["text"], run.tokenizer)))


def test_the_validation_text_is_searched_too(find, context):
    run = context.store.open("tale")
    corpus = run.corpus()
    found = find(corpus.val_ids[:8].tolist())
    span = next(span for span in found if span["part"] == "val")
    assert span["character"] >= corpus.split
    assert run.text()[span["character"] :].startswith(span["text"])


def test_a_text_of_its_own_is_not_copied(find, context):
    ids = encode("zzqx jjkw", context.store.open("tale").tokenizer)
    assert find(ids) == []


def test_the_losses_are_those_of_the_step(context):
    run = context.store.open("tale")
    known = losses_at(run, 2)
    assert known["train_loss"] > 0
    assert known["val_loss"] > 0
    assert losses_at(run, -1) == {"train_loss": None, "val_loss": None}


def test_the_losses_of_a_fork_at_a_step_it_inherited_are_those_of_its_parent(context):
    parent = context.store.open("tale")
    forked = fork(context.store, "tale", 2, train=parent.spec.train.replace(max_steps=3))
    list(run_training(forked))
    assert losses_at(forked, 2) == losses_at(parent, 2)
    assert losses_at(forked, 1) == losses_at(parent, 1)
    assert losses_at(forked, 1)["val_loss"] > 0
    assert losses_at(forked, 3) != losses_at(parent, 2)
    context.store.delete(forked.name)  # other tests count the runs


def test_ids_beyond_the_vocabulary_are_refused(find):
    with pytest.raises(SettingsError, match="tokens of this run"):
        find([10**9])


@pytest.mark.parametrize("ids", [[-1], [1.5], ["1"], [True], list(range(30_000))])
def test_what_is_no_list_of_ids_is_refused(ids):
    with pytest.raises(ValidationError):
        CopiedQuery(run="tale", step=2, ids=ids)


def test_an_unknown_run_is_refused(find):
    with pytest.raises(RunError):
        find([1], run="../tale")


def test_the_texts_of_few_runs_stay_indexed(context, monkeypatch):
    made = []
    monkeypatch.setattr(
        "playground.ui.tabs.generate.copied.CopyIndex", lambda ids: made.append(len(ids)) or CopyIndex(ids)
    )
    finder = CopyFinder(context)
    spec = context.store.open("tale").spec
    for k in range(MAX_RUNS):
        context.store.create(f"copy-{k}", context.store.open("tale").text(), spec.model, spec.data, spec.train)
    names = ["tale", "tale", "copy-0", "tale", "copy-1", "tale", "copy-0"]
    n_made = []
    for name in names:
        finder.copied_share(name, [1, 2, 3], 2)
        n_made.append(len(made) // 2)  # two parts each
    for k in range(MAX_RUNS):
        context.store.delete(f"copy-{k}")
    assert n_made == [1, 1, 2, 2, 3, 3, 4]
