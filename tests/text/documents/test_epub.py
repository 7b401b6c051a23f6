import pytest

from playground.errors import TextError
from playground.text.documents import read_document
from tests.text.documents.making import CHAPTERS, make_epub, make_zip


def test_chapters_are_read_in_the_order_of_the_spine():
    document = read_document(make_epub(), "book.epub")
    assert document.text == "Chapter One\n\nEvery effort moves you.\n\nChapter Two\n\nSaid the ferryman."
    assert (document.kind, document.notes) == ("epub", ())


def test_names_are_relative_to_the_package_and_may_be_escaped():
    chapters = {"../text/a%20b.xhtml#start": "<p>Every effort</p>"}
    data = make_epub(chapters, {"text/a b.xhtml": "<p>Found</p>"})
    assert read_document(data, "book.epub").text == "Found"


def test_missing_and_blank_chapters_are_skipped_and_the_missing_ones_counted():
    data = make_epub({"one.xhtml": "<p>Every effort</p>", "blank.xhtml": "  "})
    document = read_document(data, "book.epub")
    assert document.text == "Every effort"
    assert document.notes == ()
    names = {"one.xhtml": "<p>Every effort</p>", "%67one.xhtml": ""}
    assert read_document(make_epub(names), "b.epub").notes == ("1 of 2 chapters are missing from the file.",)


def test_empty_elements_of_xhtml_do_not_swallow_the_text():
    data = make_epub({"one.xhtml": '<script src="a.js"/><title/><p>Every <a id="x"/>effort&#160;moves&nbsp;you</p>'})
    assert read_document(data, "book.epub").text == "Every effort moves you"


def encryption(*names: str) -> dict[str, str]:
    items = "".join(f'<CipherData><CipherReference URI="{name}"/></CipherData>' for name in names)
    return {"META-INF/encryption.xml": f"<encryption>{items}</encryption>"}


def test_a_protected_book_is_refused_and_one_with_protected_fonts_is_read():
    with pytest.raises(TextError, match=r"^book\.epub is protected against copying \(DRM\)"):
        read_document(make_epub(CHAPTERS, encryption("OEBPS/two.xhtml")), "book.epub")
    assert read_document(make_epub(CHAPTERS, encryption("OEBPS/font.otf")), "book.epub").text


CONTAINER = '<container><rootfile full-path="book.opf"/></container>'


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"META-INF/container.xml": ""}, "is damaged"),
        ({"META-INF/container.xml": CONTAINER}, "is damaged"),
        ({"META-INF/container.xml": CONTAINER, "book.opf": "<package/>"}, "is damaged"),
        ({"META-INF/container.xml": CONTAINER, "book.opf": "<a>" * 5000}, "is damaged"),
        ({"META-INF/container.xml": CONTAINER, "book.opf": "<a>" + "<b/>" * 1_300_000}, "table of contents"),
    ],
    ids=["no XML", "no package", "no chapters", "nested", "large"],
)
def test_damaged_and_hostile_books_are_refused_in_one_sentence(files, message):
    with pytest.raises(TextError, match=rf"^book\.epub .*{message}"):
        read_document(make_zip(files), "book.epub")


def test_fault_63_a_chapter_nested_too_deeply_is_refused():
    with pytest.raises(TextError, match="nested more than 1,000 deep"):
        read_document(make_epub({"one.xhtml": "<div>" * 2000}), "book.epub")
