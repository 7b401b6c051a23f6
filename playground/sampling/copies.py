"""The memorisation meter: which spans of a text are copied from the training text, and from where.

N: tokens of the training text, M: tokens of the text that is looked up. The index is a suffix array over token ids
(Manber and Myers 1993, "Suffix arrays: a new method for on-line string searches"), built by prefix doubling.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tiktoken
from numpy.typing import NDArray
from torch import Tensor

COPIED_TOKENS = 8
"""Tokens in a row that count as copied: shorter spans are found in any text on the same subject."""
MAX_TOKENS = 4_000_000
"""Number of tokens of a training text that are indexed; the rest is left out."""
MAX_EXACT = 512
"""Longest match, in tokens, that is certainly the longest one; a longer match is extended at one position only."""

Ids = Tensor | NDArray[np.integer] | Sequence[int]


@dataclass(frozen=True)
class Match:
    """Tokens `start` to `end` of a text equal those of the training text from `position` on, and none around them."""

    start: int
    end: int
    position: int

    @property
    def length(self) -> int:
        """Number of tokens."""
        return self.end - self.start


@dataclass(frozen=True)
class Copied:
    """What of a text is copied from the training text."""

    n_tokens: int
    matches: tuple[Match, ...]
    """The matches that are not part of a longer one, sorted by start; they may overlap."""

    @cached_property
    def longest(self) -> NDArray[np.int64]:
        """For each token the length of the longest match that contains it, (M,); 0 if there is none."""
        longest = np.zeros(self.n_tokens, np.int64)
        for match in self.matches:
            inside = longest[match.start : match.end]
            np.maximum(inside, match.length, out=inside)
        return longest

    def spans(self, min_length: int) -> list[Match]:
        """The matches of at least `min_length` tokens.

        >>> CopyIndex([1, 2, 3, 4, 5]).find([2, 3, 9, 3, 4, 5]).spans(3)
        [Match(start=3, end=6, position=2)]
        """
        return [match for match in self.matches if match.length >= min_length]

    def share(self, min_length: int) -> float:
        """Share of the tokens that are part of a match of at least `min_length`; 0 for an empty text.

        >>> CopyIndex([1, 2, 3, 4, 5]).find([2, 3, 9, 3, 4, 5]).share(3)
        0.5
        """
        return float((self.longest >= min_length).mean()) if self.n_tokens else 0.0


class CopyIndex:
    """An index of a training text `ids` (N,) in which any other text can be looked up.

    >>> index = CopyIndex([7, 8, 9, 7, 8, 5])
    >>> index.find([7, 8, 5, 5, 9]).matches
    (Match(start=0, end=3, position=3), Match(start=3, end=4, position=5), Match(start=4, end=5, position=2))
    """

    def __init__(self, ids: Ids) -> None:
        self.n_left_out = max(0, len(ids) - MAX_TOKENS)
        """Number of tokens at the end of the training text that are not indexed."""
        self._ids = _array(ids[:MAX_TOKENS])
        self._order = suffix_array(self._ids)
        self._bytes = self._ids.astype(">u4").tobytes()  # big-endian: bytes compare like the numbers

    def find(self, ids: Ids) -> Copied:
        """The copied spans of a text (M,), in time proportional to M and the logarithm of N."""
        wanted = _array(ids)
        needle = wanted.astype(">u4").tobytes()
        matches: list[Match] = []
        length, position, end = 0, 0, 0
        for start in range(len(wanted)):
            if length > MAX_EXACT:  # inside a long match: take the rest of it instead of another search
                length, position = length - 1, position + 1
                continue
            length, position = self._longest(needle[4 * start : 4 * (start + MAX_EXACT)])
            if length == MAX_EXACT:
                length += _common_length(self._ids[position + MAX_EXACT :], wanted[start + MAX_EXACT :])
            if start + length > end:
                end = start + length
                matches.append(Match(start, end, position))
        return Copied(len(wanted), tuple(matches))

    def _longest(self, needle: bytes) -> tuple[int, int]:
        """Length and position of the longest match of a prefix of `needle`: next to its own place in the order."""
        width = len(needle)
        at = bisect_left(self._order, needle, key=lambda i: self._bytes[4 * i : 4 * i + width])
        best = (0, 0)
        for neighbour in self._order[max(0, at - 1) : at + 1].tolist():
            length = _common_prefix(self._bytes[4 * neighbour : 4 * neighbour + width], needle) // 4
            best = max(best, (length, neighbour))
        return best


def suffix_array(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions 0 … N-1 sorted by the rest of the text from there on, (N,); the end of the text sorts first.

    Sorts by the first 2 tokens, then by the first 4, 8 … until no two positions are equal.

    >>> suffix_array(np.array([2, 1, 2, 1])).tolist()
    [3, 1, 2, 0]
    """
    n = len(ids)
    rank, width = ids + 1, 1
    while True:
        after = np.zeros(n, np.int64)
        after[: max(0, n - width)] = rank[width:]
        key = rank * (n + 1 if width > 1 else rank.max(initial=0) + 1) + after
        order = np.argsort(key, kind="stable")
        rank = np.empty(n, np.int64)
        rank[order] = np.cumsum(np.diff(key[order], prepend=-1) > 0)
        width *= 2
        if n == 0 or width >= n or rank[order[-1]] == n:
            return order


class CharacterOffsets:
    """Maps tokens of a text to its characters; of a huge text only the tokens that `CopyIndex` indexes.

    >>> from playground.text.tokenizer import encode, load_tokenizer
    >>> tokenizer = load_tokenizer()
    >>> text = "Ich möchte"
    >>> offsets = CharacterOffsets(encode(text, tokenizer), tokenizer)
    >>> offsets.characters(2, 3), text[slice(*offsets.characters(2, 3))]
    ((3, 5), ' m')
    """

    def __init__(self, ids: Ids, tokenizer: tiktoken.Encoding) -> None:
        tokens = [tokenizer.decode_single_token_bytes(i) for i in range(tokenizer.n_vocab)]
        begins = np.array([sum(byte & 0xC0 != 0x80 for byte in token) for token in tokens])
        # Characters that begin before each token: a character of several tokens belongs to the first of them.
        self._before = np.concatenate([[0], np.cumsum(begins[_array(ids[:MAX_TOKENS])])])

    def characters(self, start: int, end: int) -> tuple[int, int]:
        """The range of characters that begin in the tokens `start` to `end`: the first one, and the end."""
        return int(self._before[start]), int(self._before[end])


def _array(ids: Ids) -> NDArray[np.int64]:
    return (ids.cpu().numpy() if isinstance(ids, Tensor) else np.asarray(ids)).astype(np.int64).reshape(-1)


def _common_length(a: NDArray[np.int64], b: NDArray[np.int64]) -> int:
    n = min(len(a), len(b))
    different = np.flatnonzero(a[:n] != b[:n])
    return int(different[0]) if len(different) else n


def _common_prefix(a: bytes, b: bytes) -> int:
    if b.startswith(a):
        return len(a)
    low, high = 0, len(a)  # equal up to low, not up to high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if a[:middle] == b[:middle] else (low, middle)
    return low
