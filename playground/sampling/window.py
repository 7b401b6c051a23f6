"""Which part of a text the model is shown once the text outgrows its context."""

from playground.config import PastContext


def window_start(length: int, size: int, past_context: PastContext = "crop") -> int:
    """First place that the model sees of a text of `length` tokens, when its context holds `size`.

    It depends on the length alone, not on how the text came about, so that a text which is gone back to, or read again
    from a receipt, is seen as it was when it was written.

    `crop`, as in the book: the last `size` tokens. The window moves on with every token, and as each token's position
    in it is another one then, all of it has to be read again. `jump`: windows begin at multiples of half the size only,
    and the first that holds the text is taken. One token in `size / 2` costs the reading of half a context, the others
    one step each; in return the model sees between half a context and a whole one, so that what it writes is another
    text, and just behind a jump it may lose the thread a little sooner.

    >>> [window_start(length, 8) for length in (7, 8, 9, 10, 13)]
    [0, 0, 1, 2, 5]
    >>> [window_start(length, 8, "jump") for length in (7, 8, 9, 10, 13)]
    [0, 0, 4, 4, 8]
    """
    over = max(0, length - size)
    if past_context == "crop":
        return over
    half = (size + 1) // 2
    return -(-over // half) * half
