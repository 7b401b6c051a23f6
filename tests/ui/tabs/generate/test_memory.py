"""The memorisation meter: what was copied, from where, and beside it the gap of the losses."""

import pytest

from playground.errors import RunError, SettingsError
from playground.text.tokenizer import encode
from playground.training.jobs.session import run_training
from playground.training.runs.fork import fork
from playground.ui.tabs.generate.memory import Memory, losses


@pytest.fixture(scope="module")
def memory(context):
    return Memory(context)


def test_a_copied_sentence_is_found_with_its_place(memory, context):
    run = context.store.open("tale")
    ids = encode(" a word about the letter.zz", run.tokenizer)
    found = memory.copied("tale", 2, ids)["spans"]
    span = next(span for span in found if span["part"] == "train")
    assert span["text"] == " a word about the letter."
    text = run.text()
    assert text[span["character"] :].startswith(span["text"])
    assert text[: span["character"]].endswith(span["before"])
    assert span["before"].endswith("in the house said")
    assert (span["start"], span["end"]) == (0, len(encode(span["text"], run.tokenizer)))


def test_the_validation_part_is_looked_at_as_well(memory, context):
    run = context.store.open("tale")
    corpus = run.corpus()
    found = memory.copied("tale", 2, corpus.val_ids[:8].tolist())["spans"]
    span = next(span for span in found if span["part"] == "val")
    assert span["character"] >= corpus.split
    assert run.text()[span["character"] :].startswith(span["text"])


def test_what_was_never_written_is_not_copied(memory, context):
    ids = encode("zzqx jjkw", context.store.open("tale").tokenizer)
    assert memory.copied("tale", 2, ids)["spans"] == []


def test_the_losses_are_those_of_the_step(context):
    run = context.store.open("tale")
    known = losses(run, 2)
    assert known["train_loss"] > 0
    assert known["val_loss"] > 0
    assert losses(run, -1) == {"train_loss": None, "val_loss": None}


def test_the_losses_of_a_fork_at_a_step_it_inherited_are_those_of_its_parent(context):
    parent = context.store.open("tale")
    forked = fork(context.store, "tale", 2, train=parent.spec.train.replace(max_steps=3))
    list(run_training(forked))
    assert losses(forked, 2) == losses(parent, 2)
    assert losses(forked, 1) == losses(parent, 1)
    assert losses(forked, 1)["val_loss"] > 0
    assert losses(forked, 3) != losses(parent, 2)
    context.store.delete(forked.name)  # other tests count the runs


@pytest.mark.parametrize("ids", [[-1], [10**9], [1.5], ["1"], [True], list(range(30_000))])
def test_ids_that_are_none_are_refused(memory, ids):
    with pytest.raises(SettingsError):
        memory.copied("tale", 2, ids)


def test_an_unknown_run_is_refused(memory):
    with pytest.raises(RunError):
        memory.copied("../tale", 2, [1])
