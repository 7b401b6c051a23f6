"""Imported once by the fork server, so that every training it forks starts at once.

It imports what a training needs and reads the token table. Nothing here may compute with several threads: a process
that is forked afterwards would hang.
"""

from contextlib import suppress

import playground.text.token_file
import playground.training.jobs.child  # noqa: F401
from playground.errors import PlaygroundError
from playground.text.tokenizer import load_tokenizer

with suppress(PlaygroundError):  # a damaged table is reported by the training that needs it
    load_tokenizer("gpt2")
