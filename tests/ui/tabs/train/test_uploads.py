import pytest

from playground.errors import TextError
from playground.ui.tabs.train import uploads
from playground.ui.tabs.train.uploads import Uploads
from tests.text.documents.making import make_epub

SENTENCES = "Every effort moves you, said the ferryman. " * 300


@pytest.fixture
def files(tmp_path):
    """The paths of an e-book with a missing chapter, a Markdown file, and an empty file."""
    (tmp_path / "book.epub").write_bytes(make_epub({"one.xhtml": f"<p>{SENTENCES}", "%67one.xhtml": ""}))
    (tmp_path / "notes.md").write_text(f"# Notes\n\n{SENTENCES}")
    (tmp_path / "empty.txt").write_text("")
    return {path.stem: str(path) for path in tmp_path.iterdir()}


MISSING = "1 of 2 chapters are missing from the file."


def test_files_are_joined_and_named_after_the_first(files):
    upload = Uploads(10**9).read([files["notes"], files["book"]])
    assert upload.text == f"Notes\n\n{SENTENCES.strip()}\n\n{SENTENCES.strip()}"
    assert upload.name == "notes.md and 1 more"
    assert upload.notes == (f"book.epub: {MISSING}",)
    assert Uploads(10**9).read([files["book"]]).name == "book.epub"


def test_files_are_read_once_even_if_they_cannot_be_read(files, monkeypatch):
    asked = []

    def refuse(paths, **_):
        asked.append(paths)
        raise TextError("The file is refused.")

    monkeypatch.setattr(uploads, "read_files", refuse)
    reader = Uploads(10**9)
    for _ in range(3):
        with pytest.raises(TextError, match=r"^The file is refused\.$"):
            reader.read([files["book"]])
    assert len(asked) == 1


def test_files_above_the_limit_of_the_server_are_refused(files):
    with pytest.raises(TextError, match=r"^The text of book\.epub has 0\.0 MB"):
        Uploads(5_000).read([files["book"]])


def test_the_file_that_cannot_be_read_is_named(files):
    with pytest.raises(TextError, match=r"^empty\.txt is empty"):
        Uploads(10**9).read([files["book"], files["empty"]])
