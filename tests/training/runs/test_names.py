import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import RunError
from playground.training.runs.names import MAX_TITLE_LENGTH, check_name, check_title, free_name


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


@pytest.mark.parametrize(
    "title", ["Die Verwandlung", "変身 №2", "مرحبا", "a b", "<script>alert(1)", "👩‍🔬", "%2e%2e &c."]
)
def test_a_title_may_be_in_any_script(title):
    assert check_title(f" {title} ") == title


@pytest.mark.parametrize(
    "title", ["", "  ", "../x", "a\\b", "a\0b", "a\nb", "ä" * 300, "\u202eevil", "\ud800", "a\u2028b"]
)
def test_fault_17_a_title_that_is_a_path_or_cannot_be_shown_in_a_line_is_refused(title):
    with pytest.raises(RunError, match="is not allowed") as caught:
        check_title(title)
    assert len(str(caught.value)) < 250
    assert "\n" not in str(caught.value)


@given(st.text(max_size=150))
def test_fault_17_any_text_is_a_title_of_one_short_line_or_refused(text):
    try:
        title = check_title(text)
    except RunError:
        return
    assert 0 < len(title) <= MAX_TITLE_LENGTH
    assert not set(title) & set("/\\\0\n\r\u202e")
    assert check_title(title) == title
    assert check_name(free_name(title, lambda _: False))


def test_the_name_of_a_title_keeps_what_is_plain_in_it():
    assert free_name("Größe: café 変身", lambda _: False) == "Groe-cafe"
