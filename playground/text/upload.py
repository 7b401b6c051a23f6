"""The bytes of a file → clean text, with the encoding detected from the content.

If several encodings are plausible, `UnclearEncodingError` lists them and the user chooses; nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from charset_normalizer import CharsetMatch, from_bytes

from playground.errors import TextError
from playground.text.tokenizer import without_surrogates

ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "windows-1252": "Western European (Windows-1252)",
    "latin-1": "Western European (Latin-1)",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
    "utf-32-le": "UTF-32, little-endian",
    "utf-32-be": "UTF-32, big-endian",
    "shift_jis": "Japanese (Shift-JIS)",
    "euc_jp": "Japanese (EUC-JP)",
    "gb18030": "Chinese, simplified (GB 18030)",
    "big5": "Chinese, traditional (Big5)",
    "euc_kr": "Korean (EUC-KR)",
    "windows-1251": "Cyrillic (Windows-1251)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "windows-1250": "Central European (Windows-1250)",
    "iso8859_2": "Central European (Latin-2)",
    "windows-1253": "Greek (Windows-1253)",
    "mac_roman": "Western European (old Mac)",
}
"""The encodings that a user can choose → their names for display."""

# In practice files use Microsoft's supersets of these two.
_CODECS = {"shift_jis": "cp932", "euc_kr": "cp949"}
# Tried for bytes that are not Unicode; the first one, by far the most common, wins if two fit equally well.
_CANDIDATES = (
    "windows-1252",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
    "windows-1251",
    "koi8_r",
    "windows-1250",
    "iso8859_2",
    "windows-1253",
    "utf-16-le",
    "utf-16-be",
)
_BYTE_ORDER_MARKS = (  # longest first: UTF-32's begins with UTF-16's
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_BINARY = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive (or a Word document)"),
    (b"\xd0\xcf\x11\xe0", "an old Word document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_MIXED_SCRIPTS = re.compile("[A-Za-z][\u0370-\u052f]|[\u0370-\u052f][A-Za-z]")
_SAMPLE_BYTES = 65_536

LARGE_TEXT_BYTES = 4_000_000
"""From this size on a text is processed in pieces, from file to file."""


class UnclearEncodingError(TextError):
    """Several encodings are plausible for a text."""

    def __init__(self, message: str, choices: Iterable[str]) -> None:
        super().__init__(message)
        self.choices = tuple(choices)
        """Keys of `ENCODINGS`, likeliest first."""


def decode_upload(data: bytes, name: str, *, max_bytes: int | None = None, encoding: str | None = None) -> str:
    """Decode the bytes of a file to clean text: see `clean_text`.

    `encoding` is one of `ENCODINGS`. Without it, UTF-8, UTF-16 and UTF-32 are recognised with and without a byte order
    mark, other encodings by how much the result looks like a language. `name` is the file's name in errors. Raises
    `TextError` for an empty, blank or binary file and one above `max_bytes`, `UnclearEncodingError` where the user has
    to choose.

    >>> decode_upload("“Grüße”, sagte er.".encode("utf-16"), "gruss.txt")
    '“Grüße”, sagte er.'
    """
    check_size(len(data), name, max_bytes)
    _refuse_binary(data[:16], name)
    if encoding is not None:
        return clean_text(_decode_as(data, name, encoding), name)
    return clean_text(_decode(data, name), name)


def clean_file(
    source: Path,
    target: Path,
    *,
    max_bytes: int | None = None,
    encoding: str | None = None,
    name: str | None = None,
) -> None:
    """Write what `decode_upload` makes of the file `source` to the file `target`, in UTF-8.

    A large file in UTF-8 is processed in pieces and never in memory as a whole. `name` is the file's name in errors, if
    not its own. Raises like `decode_upload`.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "in.txt").write_bytes(b"one\\r\\ntwo")
    >>> clean_file(folder / "in.txt", folder / "out.txt")
    >>> (folder / "out.txt").read_bytes()
    b'one\\ntwo'
    """
    name, size_bytes = name or source.name, source.stat().st_size
    check_size(size_bytes, name, max_bytes)
    if size_bytes >= LARGE_TEXT_BYTES and encoding in (None, "utf-8"):
        with source.open("rb") as file:
            _refuse_binary(file.read(16), name)
        try:
            _clean_pieces(source, target, name)
            return
        except UnicodeDecodeError:
            pass  # another encoding, or damaged: `decode_upload` detects it in the whole file
    target.write_bytes(decode_upload(source.read_bytes(), name, encoding=encoding).encode())


def _clean_pieces(source: Path, target: Path, name: str) -> None:
    blank = True
    with source.open(encoding="utf-8-sig") as old, target.open("w", encoding="utf-8", newline="\n") as new:
        while piece := old.read(1 << 20):  # the open file has converted \r\n to \n
            blank = blank and piece.isspace()
            new.write(piece if blank else clean_text(f".{piece}", name)[1:])  # the dot: a piece may be blank
    if blank:
        raise TextError(f"{name} holds nothing but blanks; use a text of a few thousand characters.")


def check_size(size_bytes: int, name: str, max_bytes: int | None) -> None:
    """Raise `TextError` for a file above `max_bytes`; None: no limit.

    >>> check_size(4_999_999, "a.txt", 5_000_000)
    """
    if max_bytes is not None and size_bytes > max_bytes:
        raise TextError(
            f"{name} has {size_bytes / 1e6:,.1f} MB and at most {max_bytes / 1e6:,.1f} MB are taken here; "
            "use a shorter text."
        )


def _refuse_binary(head: bytes, name: str) -> None:
    for magic, what in _BINARY:
        if head.startswith(magic):
            raise TextError(f"{name} is {what}, not plain text; save its text as a .txt file and use that.")


def clean_text(text: str, name: str = "The text") -> str:
    """A text as it is used for training: with `\\n` line ends, without U+FEFF and lone surrogates. Idempotent.

    Raises `TextError` if the text is empty or blank, or contains NUL or many other control characters, as binary data
    does.

    >>> clean_text("\\ufeffone\\r\\ntwo")
    'one\\ntwo'
    """
    text = without_surrogates(text).replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
    if not text:
        raise TextError(f"{name} is empty; use a text of a few thousand characters.")
    if text.isspace():
        raise TextError(f"{name} holds nothing but blanks; use a text of a few thousand characters.")
    if "\0" in text or _is_binary(text):
        raise _not_text(name)
    return text


def _not_text(name: str) -> TextError:
    return TextError(f"{name} is not plain text: it contains control characters, as binary files do; use a .txt file.")


def _is_binary(text: str) -> bool:
    return sum(1 for _ in _CONTROL.finditer(text)) > len(text) // 100


def _decode_as(data: bytes, name: str, encoding: str) -> str:
    if encoding not in ENCODINGS:
        raise TextError(f"The encoding {encoding!r} is not one of: {', '.join(ENCODINGS)}.")
    for mark, marked in _BYTE_ORDER_MARKS:
        if marked == encoding:
            data = data.removeprefix(mark)
    try:
        return data.decode(_CODECS.get(encoding, encoding))
    except UnicodeDecodeError as error:
        raise TextError(
            f"{name} is not {ENCODINGS[encoding]}: byte {error.start:,} does not fit; choose another encoding."
        ) from None


def _decode(data: bytes, name: str) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data.removeprefix(mark).decode(encoding)
            except UnicodeDecodeError:
                continue  # e.g. UTF-16 text whose first character is a NUL
    if b"\0" in data:
        return _decode_wide(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_damaged_utf8(data, name, error.start)
    return _decode_legacy(data, name)


def _decode_wide(data: bytes, name: str) -> str:
    """UTF-16 and UTF-32 without a byte order mark: most of every second byte, or of three in four, are zero."""
    little_first = data[1::2].count(0) >= data[0::2].count(0)
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le" if little_first else "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        start = text[:10_000]
        unknown = sum(unicodedata.category(c) in ("Cn", "Co", "Cc") and not c.isspace() for c in start)
        if "\0" not in text and unknown <= len(start) // 100:
            return text
    raise _not_text(name)


def _refuse_damaged_utf8(data: bytes, name: str, first_bad: int) -> None:
    """Raise for UTF-8 with a few damaged bytes: it must not be decoded with another encoding silently."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for _ in re.finditer("[^\0-\x7f\ufffd]", text))
    if good > 4 * bad:
        raise UnclearEncodingError(
            f"{name} is UTF-8 but for {bad:,} damaged character(s), the first at byte {first_bad:,}; "
            "save it again as UTF-8, or choose an encoding.",
            ("utf-8", "windows-1252"),
        )


def _decode_legacy(data: bytes, name: str) -> str:
    """Decode with the encoding from before Unicode whose result looks most like a language."""
    matches = [match for match in _matches(data) if not _MIXED_SCRIPTS.search(str(match))]
    matches.sort(key=lambda match: (round(match.chaos, 2), -match.coherence, _rank(match)))
    if not matches:
        if _is_binary(data.decode("latin-1")):
            raise _not_text(name)
        raise UnclearEncodingError(_unclear(name, ENCODINGS), ENCODINGS)
    best = matches[0]
    rivals = [match for match in matches if _is_rival(match, best)]
    if rivals:
        choices = [_key(match) for match in (best, *rivals)]
        if "windows-1252" not in choices:
            choices.append("windows-1252")
        raise UnclearEncodingError(_unclear(name, choices), choices)
    return _decode_as(data, name, _key(best))


def _matches(data: bytes) -> list[CharsetMatch]:
    lines = (line for line in data.splitlines(keepends=True) if not line.isascii())
    sample = b""
    for line in lines:
        sample += line
        if len(sample) >= _SAMPLE_BYTES:
            break
    codecs = [_CODECS.get(encoding, encoding) for encoding in _CANDIDATES]
    # Lines are split at \n bytes, which occur inside UTF-16 characters: UTF-16 is tried on the unsplit bytes.
    narrow = from_bytes(sample, cp_isolation=[codec for codec in codecs if not codec.startswith("utf")])
    wide = from_bytes(data[:_SAMPLE_BYTES], cp_isolation=[codec for codec in codecs if codec.startswith("utf")])
    return [*narrow, *wide]


def _key(match: CharsetMatch) -> str:
    """The key in `ENCODINGS` of a match of charset-normalizer; the first one if several give the same text."""
    names = {_CODECS.get(key, key).replace("windows-", "cp").replace("-", "_"): key for key in ENCODINGS}
    known = [names[found] for found in (match.encoding, *match.could_be_from_charset) if found in names]
    return min(known, key=list(ENCODINGS).index)


def _rank(match: CharsetMatch) -> int:
    return _CANDIDATES.index(_key(match))


def _is_rival(match: CharsetMatch, best: CharsetMatch) -> bool:
    if str(match) == str(best) or match.chaos > best.chaos + 0.02:
        return False
    is_equal = match.chaos == best.chaos and match.coherence == best.coherence and best.coherence > 0
    return match.coherence > best.coherence - 0.03 and not is_equal


def _unclear(name: str, choices: Iterable[str]) -> str:
    return f"It is unclear how {name} is encoded; choose one of: {', '.join(ENCODINGS[choice] for choice in choices)}."
