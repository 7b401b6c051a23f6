"""Read once by the process that trainings are forked from, so that each of them starts at once.

It imports, and reads the token table. Nothing here may compute on several threads: a fork after that hangs.
"""

from contextlib import suppress

import playground.text.token_file
import playground.training.jobs.child  # noqa: F401
from playground.errors import PlaygroundError
from playground.text.tokenizer import load_tokenizer

with suppress(PlaygroundError):  # a damaged table is told of by the training that needs it
    load_tokenizer("gpt2")
