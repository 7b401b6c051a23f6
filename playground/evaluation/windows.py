"""How a text that is longer than the context is read: in windows, each token predicted once.

N: tokens of the text, T: context length.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from playground.errors import TextError

Reading = Literal["sliding", "chapter"]
"""`sliding`: windows overlap by half, and every token has at least half a context before it (from the second window
on). `chapter`: windows follow each other as in training (book, section 5.1.3), so that the first token of each has a
context of one; what is left over after the last whole window is not read."""


@dataclass(frozen=True)
class Window:
    """Inputs `ids[start:stop]`; of its predictions, those from place `first` in the window on are counted."""

    start: int
    stop: int
    first: int

    @property
    def counted(self) -> range:
        """Positions in the text of the tokens that are predicted and counted."""
        return range(self.start + self.first + 1, self.stop + 1)


def stride_of(context_length: int, reading: Reading = "sliding") -> int:
    """Tokens from the start of one window to that of the next.

    >>> stride_of(128), stride_of(128, "chapter")
    (64, 128)
    """
    return context_length if reading == "chapter" else max(1, context_length - context_length // 2)


def windows(n_tokens: int, context_length: int, reading: Reading = "sliding") -> Iterator[Window]:
    """The windows of a text of N tokens; raises `TextError` if there is nothing to predict.

    >>> list(windows(7, 4))
    [Window(start=0, stop=4, first=0), Window(start=2, stop=6, first=2)]
    >>> [list(window.counted) for window in windows(7, 4)]
    [[1, 2, 3, 4], [5, 6]]
    >>> [list(window.counted) for window in windows(9, 4, "chapter")]
    [[1, 2, 3, 4], [5, 6, 7, 8]]
    """
    if n_tokens < 2:
        raise TextError("A loss needs two tokens, one to be predicted and one before it; use a longer text.")
    last = n_tokens - 1  # inputs end before it
    if reading == "chapter":
        if last < context_length:
            raise TextError(
                f"The text has {n_tokens:,} tokens, and a window as in the chapter needs {context_length + 1:,}; use a "
                "longer text, or sliding windows."
            )
        for start in range(0, last - context_length + 1, stride_of(context_length, reading)):
            yield Window(start, start + context_length, 0)
        return
    stop = min(context_length, last)
    yield Window(0, stop, 0)
    while stop < last:
        done, stop = stop, min(stop + stride_of(context_length, reading), last)
        start = max(0, stop - context_length)
        yield Window(start, stop, done - start)
