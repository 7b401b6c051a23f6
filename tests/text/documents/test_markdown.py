import time

import pytest

from playground.errors import TextError
from playground.text.documents import markdown
from playground.text.documents.document import Budget
from playground.text.documents.markdown import read_markdown


def text_of(source: str) -> str:
    return read_markdown(source.encode(), Budget("notes.md")).text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("# Title\n\nSome *text*\nwith `code`.", "Title\n\nSome text with code."),
        ("Title\n=====\ntext", "Title\n\ntext"),
        ("- one\n- two\n  - inner\n\nafter", "one\ntwo\ninner\n\nafter"),
        ("```python\nif x:\n\n    y()\n```\nafter", "if x:\n\n    y()\n\nafter"),
        ("    indented()\n", "indented()"),
        ("> quoted\n> more", "quoted more"),
        ("a [link](http://b.c 'title') and ![a picture](d.png)", "a link and"),
        ("a [link][Ref] here\n\n[ref]: http://b.c", "a link here"),
        ("| a | b |\n|---|---|\n| c | d |", "a\tb\nc\td"),
        ("~~gone~~ 1 \\* 2 &amp; <b>bold</b>", "gone 1 * 2 & bold"),
        ("one  \ntwo", "one\ntwo"),
        ("---\ntitle: T\n---\n# Text", "Text"),
        ("before\n\n---\n\nafter", "before\n\nafter"),
    ],
)
def test_marks_are_removed_and_code_is_kept(source, text):
    assert text_of(source) == text


def long_markdown() -> str:
    part = "# Title {0}\n\nSome *text* {0}.\n\n```\ncode {0}\n\n# no title\n```\n\n- one\n- two\n\n[link {0}][last]\n\n"
    return "".join(part.format(i) for i in range(40)) + "[last]: http://a.b\n"


def test_a_long_file_read_in_pieces_gives_the_same_text(monkeypatch):
    whole = text_of(long_markdown())
    assert "code 7\n\n# no title" in whole
    assert "link 7" in whole
    for characters in (1, 100, 1000):
        monkeypatch.setattr(markdown, "_PIECE_CHARACTERS", characters)
        assert text_of(long_markdown()) == whole


def test_a_piece_ends_at_any_line_when_it_gets_too_long(monkeypatch):
    monkeypatch.setattr(markdown, "_PIECE_CHARACTERS", 50)
    monkeypatch.setattr(markdown, "_LONG_PIECE_CHARACTERS", 100)
    assert text_of("- item\n" * 1000).split() == ["item"] * 1000
    assert text_of("```\n" + "  code\n" * 1000).split("\n") == ["  code"] * 1000


@pytest.mark.parametrize(
    "source", ["[" * 70_000, "![" * 50_000, "a" * 1_000_000, "^" * 1_000_000, " " * 1_000_000 + "a"]
)
def test_fault_54_a_line_of_one_character_takes_no_time(source):
    assert text_of(source) == source.strip()


def test_an_address_that_is_referred_to_often_does_not_fill_the_memory():
    source = "[a] " * 5000 + "\n\n[a]: http://b.c/" + "x" * 30_000
    assert text_of(source) == "a " * 4999 + "a"


def test_reading_stops_at_the_deadline():
    with pytest.raises(TextError, match=r"^notes\.md takes longer than 120 s to read"):
        read_markdown(b"words", Budget("notes.md", deadline_s=time.monotonic() - 1))
