"""The first reading of a run's text: from the file that was given to clean text, a vocabulary and token ids.

A large text takes a while. The page makes such a run without reading it (`RunStore.create(…, read_later=True)`); until
the process that trains it has read it, the run's folder holds the file as it was given, and `UNREAD` stands in its
settings.
"""

import os
from collections.abc import Callable
from pathlib import Path

from playground.training.runs.files import write_atomic
from playground.training.runs.run import GIVEN, TOKENS, Run
from playground.training.runs.spec import RunSpec

UNREAD = "0" * 64
"""In the place of the text's digest."""

Progress = Callable[[int, int], None]
"""Hears how many bytes of a large text are encoded, and how many there are."""


def read_given(run: Run, progress: Progress | None = None) -> Run:
    """The run with its text read. Raises TextError if it cannot be, or is too short; then it is as unread as before."""
    take_in(run.folder, run.folder / GIVEN, run.spec, progress)
    (run.folder / GIVEN).unlink()
    return Run(run.folder)


def take_in(folder: Path, text: str | Path, spec: RunSpec, progress: Progress | None = None) -> None:
    """Write text, vocabulary and settings of a run into its folder; `text` is the text itself or a file of any size."""
    from playground.text.corpus import check_long_enough, clean_text
    from playground.text.token_file import open_corpus
    from playground.text.upload import clean_file

    target = folder / "text.txt"
    if isinstance(text, Path):
        clean_file(text, target, name=spec.text_name, encoding=spec.encoding)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    else:
        write_atomic(target, clean_text(text).encode(), durable=True)
    corpus = open_corpus(target, spec.data, cache=folder.parent / TOKENS, progress=progress)
    check_long_enough(corpus, spec.data, spec.model.context_length)
    found = {
        "text_sha256": corpus.sha256,
        "model": spec.model.replace(vocab_size=corpus.vocabulary.size),
    }
    write_atomic(folder / "vocabulary.json", corpus.vocabulary.to_json().encode(), durable=True)
    write_spec(folder, spec.model_copy(update=found))


def write_spec(folder: Path, spec: RunSpec) -> None:
    """Put a run's settings into its folder."""
    write_atomic(folder / "run.json", spec.model_dump_json(indent=1).encode(), durable=True)
