import gzip
import io
import random
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from playground.errors import TextError
from playground.text import upload
from playground.text.upload import ENCODINGS, UnclearEncodingError, clean_file, clean_text, decode_upload

FRENCH = "L'été dernier, à Besançon, j'ai rencontré un garçon très drôle qui rêvait d'un voyage à Noël.\n"
GERMAN = "Grüße aus Köln! Die schönen Mädchen aßen süße Äpfel und hörten die Glocken läuten.\n"
ENGLISH = "“I don’t know,” she said — and the café… had been shut for years, so they walked on in the rain.\n"
JAPANESE = (
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n何でも薄暗い所でニャーニャー泣いていた。\n"
)
CHINESE = "我是一只猫，还没有名字。不知道生在哪里，只记得在阴暗潮湿的地方喵喵地哭。\n"
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n"
POLISH = "Zażółć gęślą jaźń. Pewnego dnia, gdy słońce świeciło jasno, poszedłem na łąkę.\n"


@pytest.mark.parametrize("text", ["A plain line.\n" * 5, FRENCH, JAPANESE, "😀 and more", "ы"], ids=ascii)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
)
def test_fault_51_unicode_files_are_read_with_and_without_a_byte_order_mark(text, encoding):
    if text == "ы" and encoding in ("utf-16-le", "utf-16-be"):
        pytest.skip("two bytes without a mark can be anything")
    assert decode_upload(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize("mark", [b"\xfe\xff", b"\x00\x00\xfe\xff"])
def test_fault_51_big_endian_byte_order_marks(mark):
    encoding = "utf-16-be" if len(mark) == 2 else "utf-32-be"
    assert decode_upload(mark + FRENCH.encode(encoding), "a.txt") == FRENCH


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "latin-1"),
        (FRENCH, "cp1252"),
        (GERMAN, "latin-1"),
        (ENGLISH * 3, "cp1252"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (CHINESE, "gb18030"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
    ],
)
@pytest.mark.parametrize("repeats", [1, 200])
def test_fault_51_older_encodings_are_detected(text, encoding, repeats):
    assert decode_upload((text * repeats).encode(encoding), "a.txt") == text * repeats


@pytest.mark.parametrize("data", ["café".encode("latin-1"), "naïve".encode("cp1252"), "猫".encode("shift_jis")])
def test_fault_51_ambiguous_bytes_offer_encodings_to_choose_from(data):
    with pytest.raises(UnclearEncodingError, match="choose one of: ") as caught:
        decode_upload(data, "short.txt")
    assert "windows-1252" in caught.value.choices
    assert set(caught.value.choices) <= set(ENCODINGS)
    assert all(ENCODINGS[choice] in str(caught.value) for choice in caught.value.choices)


def test_fault_51_a_chosen_encoding_is_used_or_refused_in_one_sentence():
    data = "猫".encode("shift_jis")
    assert decode_upload(data, "a.txt", encoding="shift_jis") == "猫"
    assert decode_upload(b"\xef\xbb\xbfdear", "a.txt", encoding="utf-8") == "dear"
    with pytest.raises(TextError, match="is not UTF-8: byte 0 does not fit; choose another encoding"):
        decode_upload(data, "a.txt", encoding="utf-8")
    with pytest.raises(TextError, match="not one of"):
        decode_upload(data, "a.txt", encoding="unicode_escape")


def test_fault_51_damaged_utf8_is_not_decoded_with_another_encoding():
    data = (JAPANESE * 20).encode()
    with pytest.raises(UnclearEncodingError, match="UTF-8 but for 1 damaged character"):
        decode_upload(data[:-2], "cut.txt")


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_every_named_encoding_can_be_chosen(encoding):
    assert decode_upload("Plain words".encode(encoding), "a.txt", encoding=encoding) == "Plain words"


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b" \r\n\t", "\u3000".encode()])
def test_fault_50_empty_and_blank_files_get_a_message(data):
    with pytest.raises(TextError, match=r"^nothing\.txt (is empty|holds nothing but blanks)"):
        decode_upload(data, "nothing.txt")


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n1 0 obj\n",
        _zip(),
        gzip.compress(b"words", mtime=0),
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"\x80\x04\x95" + bytes(range(256)),
        random.Random(1).randbytes(5000),
        bytes(1000),
        b"words and then \x00 a zero byte",
        b"\x08\x00\x00\x00\x00\x00\x00\x00{}" + random.Random(2).randbytes(400),
        bytes(range(1, 32)) * 4,
    ],
    ids=lambda data: repr(data[:8]),
)
def test_fault_12_a_binary_file_renamed_to_txt_is_detected_by_content(data):
    with pytest.raises(TextError, match="not plain text") as caught:
        decode_upload(data, "poem.txt")
    assert str(caught.value).startswith("poem.txt is")


def test_a_file_above_the_limit_is_refused_with_both_sizes():
    assert decode_upload(b"x" * 5_000_000, "big.txt", max_bytes=5_000_000)
    with pytest.raises(TextError, match=r"big\.txt has 7\.3 MB and at most 5\.0 MB"):
        decode_upload(b"x" * 7_300_000, "big.txt", max_bytes=5_000_000)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.none() | st.sampled_from(sorted(ENCODINGS)))
@example("a\ufeffb".encode("utf-16"), None)
def test_any_bytes_give_clean_text_or_one_sentence(data, encoding):
    try:
        text = decode_upload(data, "any.txt", encoding=encoding)
    except TextError as error:
        sentence = str(error)
    else:
        sentence = "Fine."
        assert text.strip()
        assert not set(text) & {"\0", "\ufeff", "\r"}
        text.encode()
        assert clean_text(text) == text
    assert sentence.endswith(".")
    assert "\n" not in sentence


@given(st.text())
def test_cleaning_is_idempotent(text):
    try:
        clean = clean_text(text)
    except TextError:
        return
    assert clean_text(clean) == clean


@pytest.fixture
def every_file_is_large(monkeypatch):
    monkeypatch.setattr(upload, "LARGE_TEXT_BYTES", 0)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "shift_jis"])
def test_cleaning_a_file_equals_decoding_its_upload(tmp_path, monkeypatch, large, encoding):
    monkeypatch.setattr(upload, "LARGE_TEXT_BYTES", 0 if large else 10**9)
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    text = (JAPANESE * 3).replace("\n", "\r\n")
    source.write_bytes(text.encode(encoding))
    clean_file(source, target)
    assert target.read_bytes().decode() == decode_upload(source.read_bytes(), "in.txt") == JAPANESE * 3


@pytest.mark.parametrize("text", ["\ufeffa\ufeffb", "  \r\n x", "x" * 10 + "\r", "\r\n" * 9 + "x", "\x1b[1m words"])
def test_cleaning_in_pieces_equals_cleaning_at_once(every_file_is_large, tmp_path, text):
    (tmp_path / "in.txt").write_bytes(text.encode())
    clean_file(tmp_path / "in.txt", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_bytes().decode() == clean_text(text)


@pytest.mark.parametrize("data", [b" \n" * 99, b"words \0 words", b"%PDF-1.7 words", bytes(range(1, 32)) * 99])
def test_a_large_file_is_refused_like_an_upload(every_file_is_large, tmp_path, data):
    (tmp_path / "in.txt").write_bytes(data)
    with pytest.raises(TextError) as refused:
        decode_upload(data, "in.txt")
    with pytest.raises(TextError) as caught:
        clean_file(tmp_path / "in.txt", tmp_path / "out.txt")
    assert str(caught.value) == str(refused.value)
    with pytest.raises(TextError, match="are taken here"):
        clean_file(tmp_path / "in.txt", tmp_path / "out.txt", max_bytes=9)
