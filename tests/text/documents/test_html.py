import pytest

from playground.errors import TextError
from playground.text.documents import read_document
from playground.text.documents.document import Budget
from playground.text.documents.html import html_to_text
from playground.text.upload import UnclearEncodingError


def text_of(html: str) -> str:
    return html_to_text(html, Budget("page.html"))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>Title</h1>\n<p>One\n  two</p><p>three", "Title\n\nOne two\n\nthree"),
        ("Every <b>eff</b>ort <i> moves </i>you", "Every effort moves you"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<div>one</div><div>two <div>three</div></div>four", "one\ntwo\nthree\nfour"),
        ("<ul><li>one<li>two<ul><li>inner</ul><li>three</ul>after", "one\ntwo\ninner\nthree\n\nafter"),
        ("<table><tr><th>a<td>b<tr><td>c<td></table>d", "a\tb\nc\n\nd"),
        ("<pre>\n  one\n\n\n  two\n</pre>after", "  one\n\n\n  two\n\nafter"),
        ("<pre>a<br>b</pre>", "a\nb"),
        ("<pre>never ended", "never ended"),
        ("caf&eacute; &amp; &lt;b&gt; &#128512;", "café & <b> 😀"),
        ("a&nbsp;b\u3000c", "a b\u3000c"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢字"),
        ("<p>a</p><hr><!-- no --><p>b</p>", "a\n\nb"),
        ("<head><title>T</title><link><p>head never ended", "head never ended"),
        ("", ""),
    ],
)
def test_what_becomes_of_the_elements(html, text):
    assert text_of(html) == text


@pytest.mark.parametrize("tag", ["script", "style", "nav", "title", "template", "noscript", "svg"])
def test_what_is_no_text_of_the_page_is_left_out(tag):
    assert text_of(f"<p>before</p><{tag}>no <b>text</b></{tag}><p>after</p>") == "before\n\nafter"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "iso-8859-1"),  # wrong, as on many pages
        ("cp1252", "ISO-8859-1"),
        ("cp1252", "no-such-encoding"),
        ("utf-8-sig", "us-ascii"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_found_or_the_declared_one_is_taken(encoding, declared):
    text = "L'été dernier, à Besançon, j'ai rencontré un garçon très drôle qui rêvait d'un voyage à Noël. “Oui…”"
    data = f'<html><meta charset="{declared}"><p>{text}'.encode(encoding)
    assert read_document(data, "page.html").text == text


@pytest.mark.parametrize(("declared", "codec"), [("Shift_JIS", "cp932"), ("gb2312", "gbk"), ("koi8-r", "koi8-r")])
def test_short_pages_are_read_as_they_declare(declared, codec):
    text = "Привет" if codec == "koi8-r" else "我是猫。"
    assert read_document(f'<html><meta charset="{declared}">{text}'.encode(codec), "page.html").text == text


@pytest.mark.parametrize("declared", ["unicode_escape", "zlib", "punycode", "rot13"])
def test_only_encodings_of_characters_may_be_declared(declared):
    data = f'<meta charset="{declared}">'.encode() + "猫".encode("shift_jis")
    with pytest.raises(UnclearEncodingError):
        read_document(data, "page.html")
    assert read_document(data, "page.html", encoding="shift_jis").text == "猫"


def test_nothing_outside_the_page_is_read(tmp_path):
    (tmp_path / "secret").write_text("secret words")
    address = (tmp_path / "secret").as_uri()
    html = (
        f'<!DOCTYPE html SYSTEM "{address}" [<!ENTITY x SYSTEM "{address}">]><p>a&x;<object data="{address}"></object>'
    )
    assert "secret words" not in text_of(html)


def test_fault_63_elements_nested_too_deeply_are_refused():
    assert text_of("<b>" * 900 + "deep") == "deep"
    with pytest.raises(TextError, match=r"^page\.html has elements nested more than 1,000 deep"):
        text_of("<div>" * 200_000)


@pytest.mark.parametrize("html", ["<!--" * 50_000, "<" * 200_000, "<title " * 30_000, "&" * 200_000, "<a b='" * 30_000])
def test_unfinished_marks_take_time_in_proportion_to_the_page(html):
    assert text_of(html) is not None


def test_reading_stops_at_the_deadline():
    with pytest.raises(TextError, match=r"^page\.html takes longer than 120 s to read"):
        html_to_text("<p>words", Budget("page.html", deadline_s=0.0))
