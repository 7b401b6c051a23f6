"""The memorisation meter: which stretches of a text stand word for word in the training text, and where.

N: tokens of the training text, M: tokens of the text that is looked at. The index is a suffix array over token ids
(Manber and Myers 1993, "Suffix arrays: a new method for on-line string searches"), made by prefix doubling.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tiktoken
from numpy.typing import NDArray
from torch import Tensor

MOST_TOKENS = 4_000_000
"""Tokens of a training text that are looked at; what comes after is left out."""
LONG = 512
"""Up to this length a match is the longest there is; beyond it, it is followed along one of its places."""

Ids = Tensor | NDArray[np.integer] | Sequence[int]


@dataclass(frozen=True)
class Match:
    """Tokens `start` to `end` of a text stand in the training text from token `place` on; no match goes further."""

    start: int
    end: int
    place: int

    @property
    def length(self) -> int:
        """Tokens in it."""
        return self.end - self.start


@dataclass(frozen=True)
class Copied:
    """What of a text stands word for word in the training text."""

    n_tokens: int
    matches: tuple[Match, ...]
    """Those that are part of no longer one, by start; they may overlap."""

    @cached_property
    def longest(self) -> NDArray[np.int64]:
        """For each token the length of the longest match it lies in (M,), 0 where the training text lacks the token."""
        longest = np.zeros(self.n_tokens, np.int64)
        for match in self.matches:
            here = longest[match.start : match.end]
            np.maximum(here, match.length, out=here)
        return longest

    def spans(self, min_length: int) -> list[Match]:
        """The matches of at least `min_length` tokens.

        >>> CopyIndex([1, 2, 3, 4, 5]).find([2, 3, 9, 3, 4, 5]).spans(3)
        [Match(start=3, end=6, place=2)]
        """
        return [match for match in self.matches if match.length >= min_length]

    def share(self, min_length: int) -> float:
        """Share of the tokens that lie in a match of at least `min_length`; 0 for no tokens at all.

        >>> CopyIndex([1, 2, 3, 4, 5]).find([2, 3, 9, 3, 4, 5]).share(3)
        0.5
        """
        return float((self.longest >= min_length).mean()) if self.n_tokens else 0.0


class CopyIndex:
    """All the stretches of a training text `ids` (N,), sorted, so that any text can be looked up in it.

    >>> index = CopyIndex([7, 8, 9, 7, 8, 5])
    >>> index.find([7, 8, 5, 5, 9]).matches
    (Match(start=0, end=3, place=3), Match(start=3, end=4, place=5), Match(start=4, end=5, place=2))
    """

    def __init__(self, ids: Ids) -> None:
        self.n_left_out = max(0, len(ids) - MOST_TOKENS)
        """Tokens at the end of the training text that were not looked at."""
        self._ids = _array(ids[:MOST_TOKENS])
        self._order = suffix_array(self._ids)
        self._bytes = self._ids.astype(">u4").tobytes()  # big-endian: compares as the numbers do

    def find(self, ids: Ids) -> Copied:
        """The copied stretches of a text (M,), in time that grows with M and the logarithm of N."""
        wanted = _array(ids)
        needle = wanted.astype(">u4").tobytes()
        matches: list[Match] = []
        length, place, end = 0, 0, 0
        for start in range(len(wanted)):
            if length > LONG:  # inside a long match: it goes on along the same place
                length, place = length - 1, place + 1
                continue
            length, place = self._longest(needle[4 * start : 4 * (start + LONG)])
            if length == LONG:
                length += _in_common(self._ids[place + LONG :], wanted[start + LONG :])
            if start + length > end:
                end = start + length
                matches.append(Match(start, end, place))
        return Copied(len(wanted), tuple(matches))

    def _longest(self, needle: bytes) -> tuple[int, int]:
        """Length and place of the longest match of `needle`'s beginning: a neighbour of where `needle` would go."""
        width = len(needle)
        at = bisect_left(self._order, needle, key=lambda i: self._bytes[4 * i : 4 * i + width])
        best = (0, 0)
        for neighbour in self._order[max(0, at - 1) : at + 1].tolist():
            length = _bytes_in_common(self._bytes[4 * neighbour : 4 * neighbour + width], needle) // 4
            best = max(best, (length, neighbour))
        return best


def suffix_array(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places 0 … N-1 in the order of what stands from there on, (N,); the end of the text comes before any token.

    Sorts by the first 2 tokens, then by the first 4, 8 … until no two places are alike.

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


class TokenPlaces:
    """Where each token of a text stands in it, in characters; of a huge one only the tokens that `CopyIndex` looks at.

    >>> from playground.text.tokenizer import encode, load_tokenizer
    >>> tokenizer = load_tokenizer()
    >>> text = "Ich möchte"
    >>> places = TokenPlaces(encode(text, tokenizer), tokenizer)
    >>> places.characters(2, 3), text[slice(*places.characters(2, 3))]
    ((3, 5), ' m')
    """

    def __init__(self, ids: Ids, tokenizer: tiktoken.Encoding) -> None:
        tokens = [tokenizer.decode_single_token_bytes(i) for i in range(tokenizer.n_vocab)]
        begins = np.array([sum(byte & 0xC0 != 0x80 for byte in token) for token in tokens])
        # Characters that begin before each token. One that began in an earlier token and goes on here counts there.
        self._begun = np.concatenate([[0], np.cumsum(begins[_array(ids[:MOST_TOKENS])])])

    def characters(self, start: int, end: int) -> tuple[int, int]:
        """First character that begins in tokens `start` to `end`, and the one after the last."""
        return int(self._begun[start]), int(self._begun[end])


def _array(ids: Ids) -> NDArray[np.int64]:
    return (ids.cpu().numpy() if isinstance(ids, Tensor) else np.asarray(ids)).astype(np.int64).reshape(-1)


def _in_common(a: NDArray[np.int64], b: NDArray[np.int64]) -> int:
    n = min(len(a), len(b))
    different = np.flatnonzero(a[:n] != b[:n])
    return int(different[0]) if len(different) else n


def _bytes_in_common(a: bytes, b: bytes) -> int:
    if b.startswith(a):
        return len(a)
    low, high = 0, len(a)  # equal up to low, not up to high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if a[:middle] == b[:middle] else (low, middle)
    return low
