from contextlib import suppress

import docx
import pytest

from playground.errors import TextError
from playground.text.documents import read_document
from tests.text.documents.making import make_docx, make_word_xml, make_zip


def text_of(data: bytes) -> str:
    return read_document(data, "book.docx").text


def test_headings_and_paragraphs_have_blank_lines_between():
    document = read_document(make_docx(), "book.docx")
    assert document.text == "Chapter One\n\nEvery effort moves you.\n\nSaid the ferryman."
    assert (document.kind, document.notes) == ("docx", ())


def test_lists_and_tables_are_in_their_place():
    document = docx.Document()
    document.add_paragraph("Before")
    for item in ("one", "two"):
        document.add_paragraph(item, style="List Bullet")
    document.add_paragraph("Between")
    table = document.add_table(2, 2)
    for row, words in zip(table.rows, (("a", "b"), ("c", "d e")), strict=True):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    document.add_paragraph("After")
    assert text_of(make_docx(document)) == "Before\n\none\n\ntwo\n\nBetween\n\na\tb\nc\td e\n\nAfter"


def paragraph(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_numbered_paragraphs_are_lines_of_one_list():
    number = "<w:numPr><w:numId w:val='1'/></w:numPr>"
    body = paragraph(run("one"), number) + paragraph(run("two"), number) + paragraph(run("after"))
    assert text_of(make_word_xml(body)) == "one\ntwo\n\nafter"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (run("Every ") + run("effort"), "Every effort"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>", "a\tb\nc"),
        ("<w:r><w:t>re</w:t><w:noBreakHyphen/><w:t>do</w:t></w:r>", "re-do"),
        (f"<w:ins>{run('new')}</w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>", "new"),
        (f"<w:moveFrom>{run('from')}</w:moveFrom><w:moveTo>{run('to')}</w:moveTo>", "to"),
        (f"<w:hyperlink>{run('a link')}</w:hyperlink>", "a link"),
        (f"<w:sdt><w:sdtContent>{run('a field')}</w:sdtContent></w:sdt>", "a field"),
        ("<w:r><w:instrText>PAGE</w:instrText></w:r>" + run("7"), "7"),
        (run("    indented"), "    indented"),
    ],
)
def test_what_a_paragraph_contains(inner, text):
    properties = "<w:tabs><w:tab w:val='left'/></w:tabs>"
    body = paragraph(run("before")) + paragraph(inner, properties)
    assert text_of(make_word_xml(body)) == f"before\n\n{text}"


def test_a_text_box_is_read_once():
    box = f"<w:txbxContent>{paragraph(run('box'))}</w:txbxContent>"
    body = paragraph(run("text") + f"<w:r><w:Choice>{box}</w:Choice><w:Fallback>{box}</w:Fallback></w:r>")
    assert text_of(make_word_xml(body)) == "text\n\nbox"


def test_footnotes_come_after_the_text():
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    data = make_zip(
        {
            "word/document.xml": f"<w:document {space}>{paragraph(run('Text'))}</w:document>",
            "word/footnotes.xml": f"<w:footnotes {space}>{paragraph(run('A note'))}</w:footnotes>",
        }
    )
    assert text_of(data) == "Text\n\nA note"


def test_fault_64_an_entity_is_not_expanded_and_no_file_is_read(tmp_path):
    (tmp_path / "secret").write_text("secret words")
    laughs = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {c} "{f"&{b};" * 10}">' for b, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for entity in (laughs, f'<!ENTITY i SYSTEM "{(tmp_path / "secret").as_uri()}">'):
        data = make_word_xml(paragraph(run("x&i;y")), before=f"<!DOCTYPE d [{entity}]>")
        with suppress(TextError):
            assert text_of(data) == "xy"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (make_docx()[:2000], "is damaged or was cut off; open it in the program it comes from"),
        (make_zip({"[Content_Types].xml": "<a/>"}), "is damaged or was cut off"),
        (make_word_xml("<w:p>")[:-40], "is damaged or was cut off"),
        (make_zip({"word/document.xml": "<a><b></a>"}), "is damaged or was cut off"),
        (make_zip({"word/document.xml": ""}), "is damaged or was cut off"),
        (make_word_xml(""), "contains no text"),
        (make_word_xml("<w:p>" * 5000), "nested more than 1,000 deep"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "is an old Word document or has a password; save it as .docx without one"),
    ],
    ids=["cut", "no text part", "no directory", "not XML", "empty part", "no text", "nested", "password"],
)
def test_damaged_and_hostile_documents_are_refused_in_one_sentence(data, message):
    with pytest.raises(TextError, match=rf"^book\.docx .*{message}") as caught:
        text_of(data)
    assert "\n" not in str(caught.value)
