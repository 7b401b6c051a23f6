"""Branches: what would have followed another token, with a cache that is cut back."""

import pytest

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.model.gpt import GPTModel
from playground.sampling import BranchTree, Mirostat, Pipeline, Temperature, stream

PROMPT = [7, 3, 60, 1]
SETTINGS = [
    DecodeConfig(max_new_tokens=7, temperature=1.4, top_k=25),
    DecodeConfig(max_new_tokens=14, temperature=1.0),
    DecodeConfig(max_new_tokens=7, stages=Pipeline([Mirostat(2.0, 0.5), Temperature(1.2)]).to_json()),
]


def fresh(model, decode, ids, drawn, more):
    return [step.id for step in stream(model, ids, decode.replace(max_new_tokens=more), drawn=drawn)]


@pytest.mark.parametrize("decode", SETTINGS)
def test_a_branch_goes_on_as_a_fresh_start_would(tiny, decode):
    tree = BranchTree(tiny, PROMPT, decode)
    trunk = [step.id for step in tree.grow(0)]
    assert trunk == fresh(tiny, decode, PROMPT, 0, decode.max_new_tokens)
    for position, token_id in ((6, 50), (4, 51), (9, 2), (4 + len(trunk), 3)):
        branch = tree.take(0, position, token_id)
        kept = [*trunk[: position - 4], token_id]
        assert branch.ids == kept
        more = [step.id for step in tree.grow(branch.number, 6)]
        assert more == fresh(tiny, decode, [*PROMPT, *kept], len(kept), 6)
        assert tree.branch(branch.number).ids == kept + more
    assert tree.branch(0).ids == trunk


def test_a_branch_can_be_gone_back_to_and_forked_again(tiny):
    decode = SETTINGS[0]
    tree = BranchTree(tiny, PROMPT, decode)
    list(tree.grow(0))
    first = tree.take(0, 6, 50)
    list(tree.grow(first.number))
    second = tree.take(first.number, 8, 9)
    list(tree.grow(second.number, 2))
    assert (second.parent, second.fork) == (1, 8)
    assert tree.branch(2).ids[:4] == [*tree.branch(1).ids[:4]]
    back = [step.id for step in tree.grow(0, 5)]
    whole = fresh(tiny, decode, PROMPT, 0, 12)
    assert tree.branch(0).ids == whole
    assert back == whole[7:]
    assert [branch.to_dict()["parent"] for branch in tree.branches] == [None, 0, 1]


def test_taking_the_drawn_token_changes_nothing(tiny):
    tree = BranchTree(tiny, PROMPT, SETTINGS[0])
    trunk = [step.id for step in tree.grow(0)]
    branch = tree.take(0, 6, trunk[2])
    list(tree.grow(branch.number, 4))
    assert tree.branch(branch.number).ids == trunk


def test_a_token_taken_by_hand_has_its_numbers_too(tiny):
    tree = BranchTree(tiny, PROMPT, SETTINGS[0], top_n=61)
    drawn = list(tree.grow(0))[2]
    for other in drawn.alternatives:
        taken = tree.take(0, 6, other.id).steps[-1]
        assert taken.position == 6
        assert taken.probability == pytest.approx(other.probability, rel=1e-4)
        assert taken.probability_after == pytest.approx(other.probability_after, rel=1e-4)
        assert taken.rank == 1 + sum(third.probability > other.probability for third in drawn.alternatives)


def test_the_cache_is_cut_back_and_not_recomputed(tiny, monkeypatch):
    read, hidden = [], GPTModel.hidden
    tree = BranchTree(tiny, PROMPT, SETTINGS[0])
    list(tree.grow(0))
    monkeypatch.setattr(
        GPTModel,
        "hidden",
        lambda model, ids, *how, **more: (read.append(ids.shape[1]), hidden(model, ids, *how, **more))[1],
    )
    branch = tree.take(0, 7, 50)
    list(tree.grow(branch.number, 3))
    assert read == [1, 1, 1, 1]


def test_stopping_keeps_what_was_taken(tiny):
    tree = BranchTree(tiny, PROMPT, SETTINGS[0])
    steps = tree.grow(0)
    some = [next(steps).id for _ in range(3)]
    steps.close()
    assert tree.branch(0).ids == some
    list(tree.grow(0, 4))
    assert tree.branch(0).ids == fresh(tiny, SETTINGS[0], PROMPT, 0, 7)


def test_what_is_not_there_is_refused(tiny):
    tree = BranchTree(tiny, PROMPT, SETTINGS[0])
    list(tree.grow(0, 2))
    with pytest.raises(SettingsError, match="there is no branch 1"):
        next(tree.grow(1))
    for position in (3, 7):
        with pytest.raises(SettingsError, match="choose 4 to 6"):
            tree.take(0, position, 5)
    with pytest.raises(SettingsError, match="there is no token 61"):
        tree.take(0, 4, 61)
