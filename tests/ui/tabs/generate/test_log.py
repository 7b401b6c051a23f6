"""The log of a text: what the page keeps is checked when it comes back."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import SettingsError
from playground.ui.tabs.generate.log import last_receipt, line, read_log

HEAD = line(kind="desk", run="story", step=40, context_length=8, vocab_size=100)
PROMPT = line(kind="branch", branch=0, parent=None, at=0) + line(i=1, by="prompt") + line(i=2, by="prompt")


def test_a_branch_shares_its_beginning_with_its_parent():
    text = HEAD + PROMPT + line(i=3) + line(i=4) + line(kind="end", reason="length", n=2)
    text += line(kind="branch", branch=1, parent=0, at=3) + line(i=9, by="hand") + line(i=5)
    log = read_log(text)
    assert [branch.ids for branch in log.branches] == [[1, 2, 3, 4], [1, 2, 3, 9, 5]]
    assert [branch.n_prompt for branch in log.branches] == [2, 2]
    assert log.view == 1


def test_a_branch_inside_the_prompt_has_a_shorter_prompt():
    log = read_log(HEAD + PROMPT + line(kind="branch", branch=1, parent=0, at=1) + line(i=9, by="hand"))
    assert (log.branch.ids, log.branch.n_prompt) == ([1, 9], 1)


def test_a_branch_is_viewed_and_continued():
    text = HEAD + PROMPT + line(i=3) + line(kind="branch", branch=1, parent=0, at=2) + line(i=8, by="hand")
    log = read_log(text + line(kind="view", branch=0))
    assert log.view == 0
    log = read_log(text + line(kind="more", branch=0) + line(i=4))
    assert log.view == 0
    assert log.branches[0].ids == [1, 2, 3, 4]


def test_only_a_request_at_the_very_end_counts():
    asked = HEAD + PROMPT + line(kind="ask", branch=0, at=1, id=7)
    assert read_log(asked).ask.id == 7
    assert read_log(asked + line(kind="view", branch=0)).ask is None


def test_line_separators_inside_a_token_do_not_part_lines():
    assert read_log(HEAD + PROMPT + line(i=3, t="a\u2028b\x85c\u2029")).branch.ids == [1, 2, 3]


@pytest.mark.parametrize(
    "text",
    [
        "not json\n",
        HEAD,
        PROMPT,
        HEAD + line(i=1),
        HEAD + PROMPT + line(i=100),
        HEAD + PROMPT + line(i=-1),
        HEAD + PROMPT + line(kind="ask", branch=0, at=2, id=1),
        HEAD + PROMPT + line(kind="view", branch=3),
        HEAD + PROMPT + line(kind="view"),
        HEAD + PROMPT + line(kind="branch", branch=1, parent=7, at=0),
        HEAD + PROMPT + "[1]\n",
        HEAD + PROMPT + "null\n",
        HEAD + PROMPT + "[" * 100_000 + "\n",
    ],
)
def test_a_damaged_log_is_refused_in_one_sentence(text):
    with pytest.raises(SettingsError, match="press Write"):
        read_log(text)


def test_fault_72_a_line_that_is_nested_too_deeply_is_no_receipt():
    assert last_receipt("[" * 100_000) is None


def test_a_log_cannot_make_the_server_use_much_more_memory_than_its_length():
    bomb = HEAD + PROMPT + line(i=3) * 3000
    bomb += "".join(line(kind="branch", branch=k, parent=k - 1, at=3000) for k in range(1, 1000))
    with pytest.raises(SettingsError):
        read_log(bomb)


@given(st.lists(st.one_of(st.text(), st.dictionaries(st.sampled_from(["kind", "i", "at", "branch"]), st.integers()))))
def test_any_log_is_read_or_refused(lines):
    with suppress(SettingsError):
        read_log("\n".join(json.dumps(each) for each in lines))
