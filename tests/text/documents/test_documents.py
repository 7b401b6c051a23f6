import zipfile
from io import BytesIO

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from playground.errors import TextError
from playground.text import documents
from playground.text.documents import archive, document, find_kind, join_documents, read_document, read_files
from playground.text.documents.document import Budget
from playground.text.documents.pdf import join_divided_words, join_lines
from playground.text.documents.pdf_process import PdfError, read_pages
from playground.text.upload import clean_text
from tests.text.documents.making import CHAPTERS, PRINTED, make_docx, make_epub, make_pdf, make_zip

HTML = b"<!DOCTYPE html><title>T</title><h1>Chapter One</h1><p>Every effort moves you.</p>"
MARKDOWN = b"# Chapter One\n\nEvery *effort* moves [you](http://a.b).\n\n```\ncode\n```\n"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (make_pdf([PRINTED]), "poem.txt", "pdf"),
        (b"\n" + make_pdf([PRINTED]), "poem", "pdf"),
        (b"\x00\x01 mail header " + make_pdf([PRINTED]), "a.PDF", "pdf"),
        (b"How to begin a file: %PDF-1.4", "a.txt", "text"),
        (make_docx(), "poem.txt", "docx"),
        (make_zip({"word/document2.xml": "<a/>"}), "a.zip", "docx"),
        (make_docx()[:500], "a.docx", "docx"),
        (make_epub(), "book.zip", "epub"),
        (make_epub()[:500], "book.epub", "epub"),
        (make_zip({"mimetype": "application/zip"}), "a.zip", "text"),
        (HTML, "page", "html"),
        (HTML.decode().encode("utf-16"), "page.txt", "html"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by x -->\n<html xmlns="a">', "page.txt", "html"),
        (b"<p>a part", "part.HTM", "html"),
        (b"<p>a part", "part.txt", "text"),
        (b"An <html> tag", "a.txt", "text"),
        (MARKDOWN, "README.md", "markdown"),
        (MARKDOWN, "README", "text"),
        (b"", "a.md", "markdown"),
        (b"words", "poem.txt", "text"),
    ],
)
def test_fault_12_the_kind_of_a_file_is_told_by_its_content_first(data, name, kind):
    assert find_kind(data, name) == kind


def test_html_with_another_name_is_noted():
    assert read_document(HTML, "page.html").notes == ()
    assert read_document(HTML, "page.txt").notes == ("It begins as HTML does, and is read without its tags.",)


def test_plain_text_is_read_as_an_upload():
    assert read_document("Grüße\r\n".encode("utf-16"), "a.txt").text == "Grüße\n"
    assert read_document("猫".encode("shift_jis"), "a.txt", encoding="shift_jis").text == "猫"


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "a.md", "is empty"),
        (b" \n", "a.html", "nothing but blanks|contains no text"),
        (b"<html><script>x</script>", "a.html", "contains no text"),
        (make_zip({"a": "b"}), "a.zip", "ZIP archive"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a.html", "is a PNG picture"),
    ],
)
def test_fault_50_files_without_text_are_refused_in_one_sentence(data, name, message):
    with pytest.raises(TextError, match=rf"^{name} .*({message})"):
        read_document(data, name)


def test_control_characters_and_soft_hyphens_do_not_reach_the_text():
    assert read_document("<p>ex\u00adam\x0bple\ufeff &#12; end".encode(), "a.html").text == "example end"


def test_files_are_joined_in_their_order():
    files = [("b.md", b"# One"), ("a.txt", b"two\n"), ("c.html", b"<p>three")]
    joined = join_documents(files)
    assert joined.text == "One\n\ntwo\n\n\nthree"
    assert joined.kind == "mixed"
    assert join_documents(files, mark_ends=True).text == "One<|endoftext|>two\n<|endoftext|>three"
    assert join_documents([("a.md", b"# a"), ("b.md", b"b")]).kind == "markdown"


def test_notes_and_errors_name_the_file():
    short = make_epub({"one.xhtml": "<p>Every</p>", "%67one.xhtml": ""})
    joined = join_documents([("a.txt", b"one"), ("b.epub", short)])
    assert joined.notes == ("b.epub: 1 of 2 chapters are missing from the file.",)
    with pytest.raises(TextError, match=r"^b\.epub is damaged"):
        join_documents([("a.txt", b"one"), ("b.epub", short[:100])])


def test_the_number_and_the_size_of_files_are_limited():
    with pytest.raises(TextError, match="No file is given"):
        join_documents([])
    with pytest.raises(TextError, match="101 files are given and at most 100 are read together"):
        join_documents([("a.txt", b"a")] * 101)
    with pytest.raises(TextError, match=r"^a\.txt has 0\.6 MB and at most 0\.5 MB"):
        read_document(b"a" * 600_000, "a.txt", max_bytes=500_000)
    with pytest.raises(TextError, match=r"^The 2 files together have 0\.6 MB and at most 0\.5 MB"):
        join_documents([("a.txt", b"a" * 300_000)] * 2, max_bytes=500_000)


def test_fault_63_the_text_that_a_small_file_unpacks_to_is_limited():
    data = make_epub({"one.xhtml": "<p>words and words</p>" * 40_000})
    assert len(data) < 100_000
    with pytest.raises(TextError, match=r"^The text of book\.epub has 0\.7 MB and at most 0\.5 MB"):
        read_document(data, "book.epub", max_bytes=500_000)


@pytest.fixture
def every_file_is_large(monkeypatch):
    monkeypatch.setattr(documents, "LARGE_TEXT_BYTES", 0)


def test_of_a_large_plain_text_the_path_is_given(every_file_is_large, tmp_path):
    contents = {"a.txt": b"words", "b.docx": make_docx(), "c.md": MARKDOWN, "d": HTML, "e.zip": make_zip({"a": "b"})}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = {name: read_files([tmp_path / name]) for name in contents}
    assert [name for name, text in found.items() if text == tmp_path / name] == ["a.txt", "e.zip"]
    assert "Every effort moves you." in found["b.docx"].text


def test_several_files_are_read_and_joined(every_file_is_large, tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    assert read_files([tmp_path / "b.txt", tmp_path / "a.txt"], mark_ends=True).text == "b.txt<|endoftext|>a.txt"
    with pytest.raises(TextError, match=r"^The 2 files together have"):
        read_files([tmp_path / "b.txt", tmp_path / "a.txt"], max_bytes=5)
    with pytest.raises(TextError, match="No file is given"):
        read_files([])


def test_fault_63_what_an_archive_unpacks_to_is_limited(monkeypatch):
    budget = Budget("book.epub", unpacked_bytes=100_000)
    data = make_zip({"a": bytes(70_000), "b": bytes(70_000)})
    reader = archive.Archive(data, budget)
    assert len(reader.read("a")) == 70_000
    with pytest.raises(TextError, match=r"^book\.epub unpacks to more than 100 MB"):
        reader.read("b")


def test_fault_63_the_directory_of_an_archive_is_limited(monkeypatch):
    monkeypatch.setattr(archive, "MAX_ENTRIES", 50)
    with pytest.raises(TextError, match=r"^book\.docx contains more than 50 files"):
        read_document(make_zip({f"{i}": "" for i in range(51)}), "book.docx")


def test_an_archive_that_lies_about_sizes_is_damaged():
    data = bytearray(make_zip({"a": bytes(70_000)}))
    where = data.index(b"PK\x01\x02") + 24
    data[where : where + 4] = (10).to_bytes(4, "little")
    reader = archive.Archive(bytes(data), Budget("book.epub"))
    with pytest.raises(TextError, match=r"^book\.epub is damaged or was cut off"):
        reader.read("a")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_of_packing_that_documents_do_not_use_are_refused(method):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        file.writestr("word/document.xml", "<a/>")
    with pytest.raises(TextError, match="is damaged or was cut off"):
        read_document(buffer.getvalue(), "a.docx")


def test_fault_65_an_encrypted_archive_is_refused():
    data = bytearray(make_docx())
    at = data.index(b"word/document.xml", data.index(b"PK\x01\x02")) - 46 + 8
    data[at] |= 1
    with pytest.raises(TextError, match=r"^a\.docx is encrypted; save it without a password"):
        read_document(bytes(data), "a.docx")


def test_fault_63_a_document_above_the_limit_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(documents, "MAX_DOCUMENT_BYTES", 1000)
    for data, name in ((make_pdf([PRINTED]), "a.pdf"), (make_docx(), "a.docx"), (HTML * 20, "a.html")):
        with pytest.raises(TextError, match=rf"^{name} has 0\.0 MB and at most 0\.0 MB"):
            read_document(data + bytes(1000), name)
    assert read_document(b"words " * 1000, "a.txt").kind == "text"


def test_the_deadline_holds_for_all_files_together(monkeypatch):
    monkeypatch.setattr(document, "MAX_READ_S", -1.0)
    monkeypatch.setattr(documents, "MAX_READ_S", -1.0)
    with pytest.raises(TextError, match=r"^b\.epub takes longer than"):
        join_documents([("a.txt", b"one"), ("b.epub", make_epub())])


VALID = {
    "a.docx": make_docx(),
    "a.epub": make_epub(CHAPTERS),
    "a.html": HTML,
    "a.md": MARKDOWN,
    "word.docx": make_zip(
        {"word/document.xml": "<w:document xmlns:w='a'><w:p><w:t>Every effort</w:t></w:p></w:document>"}
    ),
}


def mutated(data: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with some of them overwritten, inserted or removed, or cut off."""
    at = st.integers(0, len(data))
    edits = st.lists(st.tuples(at, st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=6)

    def edit(edits: list[tuple[int, int, bytes]]) -> bytes:
        result = data
        for start, removed, inserted in edits:
            result = result[:start] + inserted + result[start + removed :]
        return result

    return st.one_of(edits.map(edit), at.map(lambda end: data[:end]))


@pytest.mark.parametrize("name", sorted(VALID))
@settings(max_examples=150)
@given(st.data())
def test_fault_65_a_mutated_file_gives_text_or_one_sentence(name, data):
    _check_outcome(data.draw(mutated(VALID[name])), name)


def _check_outcome(data: bytes, name: str) -> None:
    assume(find_kind(data, name) != "pdf")  # which another process reads; see the next test
    try:
        text = read_document(data, name).text
    except TextError as error:
        sentence = str(error)
    else:
        sentence = "Fine."
        assert clean_text(text) == text
    assert sentence.endswith(".")
    assert "\n" not in sentence


@settings(max_examples=150)
@given(mutated(make_pdf([PRINTED, PRINTED])))
def test_fault_65_a_mutated_pdf_gives_lines_or_the_name_of_a_reason(data):
    try:
        pages = read_pages(data, max_pages=10, max_characters=10_000)
    except PdfError as error:
        reason = str(error)
    else:
        reason = "damaged"
        join_divided_words(join_lines(pages))
    assert reason in ("encrypted", "damaged", "long")


@settings(max_examples=200)
@given(st.binary(max_size=200), st.sampled_from(["a.pdf", "a.docx", "a.epub", "a.html", "a.md", "a.txt"]))
def test_fault_65_any_bytes_give_text_or_one_sentence(data, name):
    _check_outcome(data, name)
