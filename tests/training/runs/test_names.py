import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import RunError
from playground.training.runs.names import check_name, free_name


@pytest.mark.parametrize("name", ["a", "verdict-mini", "run_2.b", "A" * 64, "0", "console"])
def test_an_ordinary_name_is_allowed(name):
    assert check_name(name) == name


HOSTILE = [
    "",
    ".",
    "..",
    "../x",
    "/etc/x",
    "a/b",
    "a\\b",
    "a\0b",
    "a" * 300,
    ".hidden",
    "-rf",
    "a b",
    "a\n",
    "ä",
    "%2e%2e",
    "x.",
]
RESERVED = ["CON", "con", "nul.txt", "COM1", "lpt9.log", "Aux"]


@pytest.mark.parametrize("name", [*HOSTILE, *RESERVED, None, 7])
def test_fault_17_a_run_name_that_is_a_path_or_reserved_is_refused(name):
    with pytest.raises(RunError) as caught:
        check_name(name)
    assert len(str(caught.value)) < 250
    assert "\n" not in str(caught.value)
    assert "\0" not in str(caught.value)


@given(st.text(max_size=200))
def test_fault_17_any_text_becomes_an_allowed_name_inside_the_folder(text):
    name = free_name(text, lambda _: False)
    assert check_name(name) == name
    assert not set(name) & set("/\\\0")


@given(st.text(max_size=100), st.integers(0, 12))
def test_a_taken_name_gets_the_next_free_number(text, n_taken):
    taken: set[str] = set()
    for _ in range(n_taken + 1):
        name = free_name(text, taken.__contains__)
        assert name not in taken
        taken.add(name)
