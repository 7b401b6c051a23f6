"""Text ⇄ token ids: GPT-2's byte-pair encoding, complete or reduced to the merges that one text needs.

A vocabulary is a subset of the GPT-2 tokens. Renumbered in order, they form a `tiktoken.Encoding`, so everything that
takes a tiktoken tokenizer, the book's code included, works with all three kinds:

    gpt2     all 50,257 tokens
    compact  the 256 bytes, every token that one text uses, and the tokens that those are merged from
    bytes    the 256 bytes alone

Why a compact vocabulary gives the same tokens: byte-pair encoding always applies the merge with the best rank. If only
merges are removed that are never applied to a text, every step on that text stays the same.

Sources: Sennrich et al. 2016, "Neural machine translation of rare words with subword units"; Radford et al. 2019,
"Language models are unsupervised multitask learners".
"""

import base64
import codecs
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from typing import cast, get_args

import numpy as np
import tiktoken
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.config import VocabularyKind
from playground.errors import CheckpointError, PlaygroundError, SettingsError, TextError

END_OF_TEXT = "<|endoftext|>"
"""The only special token: in a text it is encoded as one token, not as 13 characters."""

GPT2_VOCAB_SIZE = 50_257
"""Number of GPT-2's tokens, `<|endoftext|>` included."""

_N_BYTES = 256
_N_GPT2 = GPT2_VOCAB_SIZE - 1  # without <|endoftext|>
_TABLE_SHA256 = "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930"

# GPT-2's pattern for splitting a text into words. `++` is a possessive `+`: the same words without backtracking.
_WORDS = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"

# What `\s` matches in that pattern: Unicode's White_Space. Python's own `\s` also matches \x1c to \x1f.
_SPACE = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# `\s+(?!\S)` does backtrack, and tiktoken fails on a run of a million spaces. The pattern separates the last space of a
# run from the others when a word follows, so cutting the text there in advance changes nothing.
_LONG_BLANK = re.compile(rf"[{_SPACE}]{{256,}}+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_BYTES = re.compile("[\udc80-\udcff]+")


@cache
def gpt2_table() -> tuple[bytes, ...]:
    """The bytes of every GPT-2 token, indexed by id, from the table in the package."""
    data = files("playground.text").joinpath("gpt2.tiktoken").read_bytes()
    if hashlib.sha256(data).hexdigest() != _TABLE_SHA256:
        raise PlaygroundError("The token table playground/text/gpt2.tiktoken is damaged; install the playground again.")
    lines = (line.split() for line in data.splitlines())
    by_rank = {int(rank): base64.b64decode(token) for token, rank in lines}
    return tuple(by_rank[rank] for rank in range(_N_GPT2))


@cache
def gpt2_ranks() -> dict[bytes, int]:
    """GPT-2's tokens with their ids."""
    return {token: rank for rank, token in enumerate(gpt2_table())}


@cache
def _gpt2() -> tiktoken.Encoding:
    return _encoding("gpt2", gpt2_ranks())


def _encoding(name: str, ranks: dict[bytes, int]) -> tiktoken.Encoding:
    return tiktoken.Encoding(name, pat_str=_WORDS, mergeable_ranks=ranks, special_tokens={END_OF_TEXT: len(ranks)})


@dataclass(frozen=True)
class Vocabulary:
    """A subset of the GPT-2 tokens, as GPT-2 ids in increasing order; `<|endoftext|>` is added as the last token.

    A token's id in this vocabulary is its index in `gpt2_ids`. Raises `CheckpointError` when the ids are invalid.

    >>> vocabulary = find_vocabulary("compact", "every effort, every time")
    >>> vocabulary.size, vocabulary.tokenizer.encode("every effort")
    (272, [270, 269])
    """

    kind: VocabularyKind
    gpt2_ids: tuple[int, ...]

    def __post_init__(self) -> None:
        ids = self.gpt2_ids
        if self.kind not in get_args(VocabularyKind):
            raise CheckpointError(
                f"The vocabulary is of the unknown kind {self.kind!r}; it must be compact, gpt2 or bytes."
            )
        if not all(type(i) is int for i in ids) or list(ids[:_N_BYTES]) != list(range(_N_BYTES)):
            raise CheckpointError("The vocabulary does not begin with the 256 bytes, so it is damaged.")
        if any(b <= a for a, b in pairwise(ids)) or ids[-1] >= _N_GPT2:
            raise CheckpointError(
                "The vocabulary's GPT-2 ids are not in increasing order below 50,256, so it is damaged."
            )
        if self.kind != "compact" and len(ids) != {"bytes": _N_BYTES, "gpt2": _N_GPT2}[self.kind]:
            raise CheckpointError(
                f"The vocabulary is called {self.kind} but keeps {len(ids):,} tokens, so it is damaged."
            )

    @property
    def size(self) -> int:
        """Number of tokens, `<|endoftext|>` included: the `vocab_size` of a model."""
        return len(self.gpt2_ids) + 1

    @cached_property
    def tokenizer(self) -> tiktoken.Encoding:
        """The tokenizer of this vocabulary; its `name` is the vocabulary's kind."""
        if self.kind == "gpt2":
            return _gpt2()
        table = gpt2_table()
        return _encoding(self.kind, {table[gpt2_id]: i for i, gpt2_id in enumerate(self.gpt2_ids)})

    def to_json(self) -> str:
        """One line of JSON, read back by `from_json`.

        >>> Vocabulary.from_json(find_vocabulary("bytes", "").to_json()).size
        257
        """
        return json.dumps({"kind": self.kind, "gpt2_ids": self.gpt2_ids}, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> "Vocabulary":
        """Read what `to_json` wrote; raises `CheckpointError` for anything else."""
        try:
            record = json.loads(line)
            kind, ids = record["kind"], record["gpt2_ids"]
        except (ValueError, TypeError, LookupError, RecursionError):
            raise CheckpointError("The vocabulary is not the JSON that was saved, so it is damaged.") from None
        if not isinstance(kind, str) or not isinstance(ids, list):
            raise CheckpointError("The vocabulary is not the JSON that was saved, so it is damaged.")
        return cls(cast("VocabularyKind", kind), tuple(ids))  # checked when it is made


def _merges_of(token: bytes) -> Iterator[bytes]:
    """The tokens that byte-pair encoding merges, step by step, up to and including `token`.

    They are the same in any text, because no merge across the ends of a token was ever applied.
    """
    ranks = gpt2_ranks()
    parts = [token[i : i + 1] for i in range(len(token))]
    while len(parts) > 1:
        pair_ranks = [ranks.get(a + b, _N_GPT2) for a, b in pairwise(parts)]
        i = pair_ranks.index(min(pair_ranks))
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
        yield parts[i]


def vocabulary_of_gpt2_ids(used: set[int]) -> Vocabulary:
    """The compact vocabulary of a text, given the GPT-2 ids that it uses.

    >>> vocabulary_of_gpt2_ids({50256, 1169}).gpt2_ids[256:]  # "the" is merged from "t" and "he"
    (258, 1169)
    """
    table, ranks = gpt2_table(), gpt2_ranks()
    kept = set(range(_N_BYTES))
    for gpt2_id in used:
        if gpt2_id < _N_GPT2 and gpt2_id not in kept:
            kept.update(ranks[part] for part in _merges_of(table[gpt2_id]))
    return Vocabulary("compact", tuple(sorted(kept)))


def find_vocabulary(kind: VocabularyKind, text: str = "") -> Vocabulary:
    """The vocabulary of a kind; for `compact`, the one that `text` needs. Raises `SettingsError` for an unknown kind.

    >>> [find_vocabulary(kind, "Every effort moves you").size for kind in ("compact", "gpt2", "bytes")]
    [275, 50257, 257]
    """
    if kind == "compact":
        return vocabulary_of_gpt2_ids(set(np.unique(encode_to_array(text, _gpt2())).tolist()))
    if kind in ("gpt2", "bytes"):
        return Vocabulary(kind, tuple(range(_N_GPT2 if kind == "gpt2" else _N_BYTES)))
    raise SettingsError(f"vocabulary: {kind!r} is not one; choose compact, gpt2 or bytes.")


def load_tokenizer(kind: VocabularyKind = "gpt2", text: str | None = None) -> tiktoken.Encoding:
    """A tokenizer from the table in the package, without a download.

    Raises `SettingsError` for `compact` without a text, and for an unknown kind.

    >>> load_tokenizer().encode("Every effort moves you")
    [6109, 3626, 6100, 345]
    """
    if kind == "compact" and text is None:
        raise SettingsError("vocabulary: compact is made for one text, so give that text, or choose gpt2 or bytes.")
    return find_vocabulary(kind, text or "").tokenizer


def without_surrogates(text: str) -> str:
    """Join surrogate pairs into characters; a lone surrogate, which cannot be written to a file, becomes U+FFFD.

    >>> without_surrogates("a\\ud83d\\ude00 b\\ud800") == "a😀 b\\ufffd"
    True
    """
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encode(text: str, tokenizer: tiktoken.Encoding) -> list[int]:
    """The token ids of any string, in time linear in its length.

    `<|endoftext|>` becomes the special token; lone surrogates are encoded as U+FFFD.

    >>> encode("you<|endoftext|>", load_tokenizer())
    [5832, 50256]
    """
    return [i for part in _parts(text) for i in tokenizer.encode(part, allowed_special="all")]


def encode_to_array(text: str, tokenizer: tiktoken.Encoding) -> NDArray[np.uint32]:
    """The same ids as `encode`, as an array (T,): an eighth of the memory, and the GIL is released meanwhile.

    >>> encode_to_array("Every effort moves you", load_tokenizer())
    array([6109, 3626, 6100,  345], dtype=uint32)
    """
    arrays = [tokenizer.encode_to_numpy(part, allowed_special="all") for part in _parts(text)]
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _parts(text: str) -> Iterator[str]:
    """The text, cut before the last space of every very long run of spaces that a word follows."""
    text = without_surrogates(text)
    start = 0
    for blank in _LONG_BLANK.finditer(text):
        if blank.end() < len(text) and not text.startswith(END_OF_TEXT, blank.end()):
            yield text[start : blank.end() - 1]
            start = blank.end() - 1
    yield text[start:]


def text_to_token_ids(text: str, tokenizer: tiktoken.Encoding) -> Tensor:
    """The ids of a text as a batch of one, (1, T) (book, chapter 5).

    >>> text_to_token_ids("Every effort moves you", load_tokenizer())
    tensor([[6109, 3626, 6100,  345]])
    """
    return torch.tensor([encode(text, tokenizer)], dtype=torch.long)


def token_ids_to_text(ids: Tensor | Sequence[int], tokenizer: tiktoken.Encoding) -> str:
    """The text of ids `(1, T)` or `(T,)` (book, chapter 5); bytes that are not valid UTF-8 become U+FFFD.

    Raises `TextError` for a batch of several rows and for an id outside the vocabulary.

    >>> token_ids_to_text(torch.tensor([[6109, 3626, 6100, 345]]), load_tokenizer())
    'Every effort moves you'
    """
    if isinstance(ids, Tensor):
        if ids.dim() == 2 and len(ids) != 1:
            raise TextError(f"Expected one row of token ids, got {len(ids)}; turn them into text one by one.")
        ids = ids.flatten().tolist()
    return b"".join(_token_bytes(i, tokenizer) for i in ids).decode("utf-8", "replace")


def _token_bytes(token_id: int, tokenizer: tiktoken.Encoding) -> bytes:
    try:
        return tokenizer.decode_single_token_bytes(token_id)
    except (KeyError, OverflowError):
        raise TextError(f"Token id {token_id} is not in this vocabulary of {tokenizer.n_vocab:,} tokens.") from None


def token_text(token_id: int, tokenizer: tiktoken.Encoding) -> str:
    """One token for display; bytes that are only part of a character are shown as ⟨E2 82⟩.

    Raises `TextError` for an id outside the vocabulary.

    >>> tokenizer = load_tokenizer()
    >>> [token_text(i, tokenizer) for i in encode(" you 😀", tokenizer)]
    [' you', ' ⟨F0 9F 98⟩', '⟨80⟩']
    """
    text = _token_bytes(token_id, tokenizer).decode("utf-8", "surrogateescape")
    return _ESCAPED_BYTES.sub(lambda run: f"⟨{run[0].encode('utf-8', 'surrogateescape').hex(' ').upper()}⟩", text)


class StreamingDecoder:
    """Turns ids into text one by one, and returns whole characters only.

    Everything that `push` and `finish` return, joined, equals `token_ids_to_text` of all ids.

    >>> decoder = StreamingDecoder(load_tokenizer("bytes"))
    >>> [decoder.push(i) for i in encode("é!", load_tokenizer("bytes"))], decoder.finish()
    (['', 'é', '!'], '')
    """

    def __init__(self, tokenizer: tiktoken.Encoding) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token_id: int) -> str:
        """The text that this token completes; empty while a character is incomplete."""
        return self._decoder.decode(_token_bytes(token_id, self._tokenizer))

    def finish(self) -> str:
        """The rest at the end: U+FFFD if the last character is incomplete. The decoder can then be used again."""
        return self._decoder.decode(b"", final=True)
