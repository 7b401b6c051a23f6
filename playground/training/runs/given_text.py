"""The text of a new run: from the file or string that was given to clean text, a vocabulary and token ids.

A large text takes a while. The page therefore creates a run without reading it (`RunStore.create(…, read_later=True)`):
until the process that trains the run has read it, the run's folder contains the file as it was given, and the digest in
its settings is `UNREAD`.
"""

import os
from collections.abc import Callable
from pathlib import Path

from playground.text.corpus import check_long_enough
from playground.text.token_file import open_corpus
from playground.text.tokenizer import Vocabulary
from playground.text.upload import clean_file, clean_text
from playground.training.runs.files import write_atomic
from playground.training.runs.spec import RunSpec, write_spec

GIVEN_FILE = "given.txt"
"""The file as it was given, until it is read."""
TOKENS_FOLDER = ".tokens"
"""Folder next to the runs with the token ids of large texts, for all runs on them."""
UNREAD = "0" * 64
"""The digest of a text that has not been read."""

Progress = Callable[[int, int], None]
"""(bytes of a large text encoded, bytes in all)"""


def read_given_text(folder: Path, spec: RunSpec, progress: Progress | None = None) -> None:
    """Read the given text of the run in `folder`, and complete its settings.

    Raises TextError if the text cannot be read or is too short; then it stays unread.
    """
    prepare_text(folder, folder / GIVEN_FILE, spec, progress)
    (folder / GIVEN_FILE).unlink()


def prepare_text(
    folder: Path,
    text: str | Path,
    spec: RunSpec,
    progress: Progress | None = None,
    vocabulary: Vocabulary | None = None,
) -> RunSpec:
    """Write text, vocabulary and settings into a run's folder; `text` is the text itself or a file of any size.

    The settings, now complete, are returned. A `vocabulary` that is given is used instead of one made from the text.
    Raises TextError if the text cannot be read or is too short.
    """
    target = folder / "text.txt"
    if isinstance(text, Path):
        clean_file(text, target, name=spec.text_name, encoding=spec.encoding)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    else:
        write_atomic(target, clean_text(text).encode(), durable=True)
    corpus = open_corpus(target, spec.data, vocabulary, cache=folder.parent / TOKENS_FOLDER, progress=progress)
    check_long_enough(corpus, spec.data, spec.model.context_length)
    write_atomic(folder / "vocabulary.json", corpus.vocabulary.to_json().encode(), durable=True)
    model = spec.model.replace(vocab_size=corpus.vocabulary.size)
    complete = spec.model_copy(update={"text_sha256": corpus.sha256, "model": model})
    write_spec(folder, complete)
    return complete
