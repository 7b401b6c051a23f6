import io

import pypdf
import pytest

from playground.errors import TextError
from playground.text.documents import pdf, read_document
from playground.text.documents.document import Budget
from playground.text.documents.pdf import join_divided_words, join_lines, read_pdf
from tests.text.documents.making import LEADING, PRINTED, SIZE, make_pdf

pytestmark = pytest.mark.process  # each PDF is read by a process of its own


def test_a_page_is_read_with_gaps_as_blank_lines_and_divided_words_joined():
    document = read_document(make_pdf([PRINTED]), "book.pdf")
    assert document.text == "Chapter One\n\nEvery effort moves\nyou, said the ferryman\nto the widow."
    assert (document.kind, document.notes) == ("pdf", ())


def test_a_sentence_that_continues_on_the_next_page_has_no_blank_line_in_it():
    pages = [[("Every effort moves", 100)], [("you.", 700)], [("The end.", 700)]]
    assert read_document(make_pdf(pages), "book.pdf").text == "Every effort moves\nyou.\n\nThe end."


def test_letters_beyond_ascii_are_read():
    assert read_document(make_pdf([[("“Grüße” – said (he)", 700)]]), "a.pdf").text == "“Grüße” – said (he)"


def test_pages_without_text_are_counted_in_a_note():
    document = read_document(make_pdf([PRINTED, [], PRINTED, []]), "book.pdf")
    assert document.notes == ("2 of 4 pages contain no text; they may be scans.",)


def test_a_pdf_of_scans_is_refused_with_what_to_do():
    with pytest.raises(TextError, match=r"^scan\.pdf contains no text; its 3 page\(s\) may be scans, .* \(OCR\)"):
        read_document(make_pdf([[], [], []]), "scan.pdf")


def _with_a_damaged_page() -> bytes:
    data = make_pdf([PRINTED, PRINTED])
    second = data.rindex(b"stream\n", 0, data.rindex(b"endstream"))
    return data[: second + 7] + b"\xff" * 40 + data[second + 47 :]


def test_a_damaged_page_is_left_out_with_a_note():
    document = read_document(_with_a_damaged_page(), "book.pdf")
    assert "ferryman" in document.text
    assert len(document.notes) == 1
    assert document.notes[0].startswith("1 of 2 pages ")


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128"])
def test_fault_65_an_encrypted_pdf_is_refused_in_one_sentence(algorithm):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_pdf([PRINTED])))
    writer.encrypt("secret", algorithm=algorithm)
    buffer = io.BytesIO()
    writer.write(buffer)
    with pytest.raises(TextError, match=r"^book\.pdf is encrypted; save it without a password"):
        read_document(buffer.getvalue(), "book.pdf")


def test_a_pdf_that_opens_without_a_password_is_read():
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_pdf([PRINTED])))
    writer.encrypt("", owner_password="secret", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert read_document(buffer.getvalue(), "book.pdf").text.startswith("Chapter One")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        b"%PDF-1.4\n" + b"1 0 obj " * 1000,
        make_pdf([PRINTED])[:300],
        make_pdf([]),
        make_pdf([PRINTED]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"),
        make_pdf([[]], content=b"[" * 100_000),
        make_pdf([[]], content=b" " * 30_000_000),
    ],
    ids=["empty", "no objects", "cut", "no pages", "circular", "nested", "unpacks to too much"],
)
def test_a_damaged_or_hostile_pdf_is_refused_in_one_sentence(data):
    with pytest.raises(TextError, match=r"^book\.pdf (is damaged or too large to read|contains no text); "):
        read_document(data, "book.pdf")


def test_too_many_pages_or_characters_are_refused(monkeypatch):
    data = make_pdf([PRINTED] * 3)
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(TextError, match="more than 2 pages, or too much text; split it"):
        read_document(data, "book.pdf")
    monkeypatch.setattr(pdf, "MAX_PAGES", 3)
    monkeypatch.setattr(pdf, "MAX_CHARACTERS", 100)
    with pytest.raises(TextError, match="or too much text; split it"):
        read_document(data, "book.pdf")


def test_the_process_is_killed_at_the_deadline():
    with pytest.raises(TextError, match=r"^slow\.pdf takes longer than 120 s to read; split it into smaller files\.$"):
        read_pdf(make_pdf([PRINTED] * 100), Budget("slow.pdf", deadline_s=0.0))


def test_fault_63_the_process_ends_at_its_memory_limit_and_the_error_is_one_sentence(monkeypatch):
    data = make_pdf([[]], content=b"(" + b"a" * 5_000_000 + b")")
    with pytest.raises(TextError, match="contains no text"):
        read_document(data, "big.pdf")
    monkeypatch.setattr(pdf, "MAX_MEMORY_BYTES", 60_000_000)  # Python and pypdf take 45 million
    with pytest.raises(TextError, match=r"^big\.pdf is damaged or too large to read"):
        read_document(data, "big.pdf")


def lines(*texts: str, top: float = 700, leading: float = LEADING) -> list:
    return [(text, top - i * leading, SIZE) for i, text in enumerate(texts)]


@pytest.mark.parametrize("leading", [10, 12, 24])
def test_the_usual_distance_of_lines_is_that_of_the_document(leading):
    page = lines("a", "b", "c", "d", leading=leading) + lines("e", "f", "g", top=700 - 5 * leading, leading=leading)
    assert join_lines([page]) == "a\nb\nc\nd\n\ne\nf\ng"


def test_damaged_and_empty_pages_are_skipped_and_columns_make_no_gap():
    assert join_lines([None, [], lines("Left", "side.") + lines("Right", "side.")]) == "Left\nside.\nRight\nside."
    assert join_lines([]) == ""


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("exam-\nple", "example\n"),
        ("exam-\nple of it", "example\nof it"),
        ("exam\u00ad\nple, and", "example,\nand"),
        ("Pre-\nRaphaelite art", "Pre-\nRaphaelite art"),
        ("1999-\n2000", "1999-\n2000"),
        ("a -\nb", "a -\nb"),
        ("well-\nknown and well-known", "well-known\nand well-known"),
        ("exam-\n\nple", "exam-\n\nple"),
        ("one-\ntwo-\nthree four", "onetwo-\nthree four"),
        ("über-\nmäßig", "übermäßig\n"),
    ],
)
def test_divided_words_are_joined_where_that_is_safe(text, joined):
    assert join_divided_words(text) == joined


def test_fault_54_joining_takes_time_in_proportion_to_the_text():
    for text in ("a" * 1_000_000, "a-\n" * 50_000, "-\n" * 500_000, "a-" * 500_000 + "\nb"):
        assert join_divided_words(text)
