"""Our vocabularies ⇄ the tokenizer files of transformers: `tokenizer.json`, `vocab.json` and `merges.txt`.

These write bytes as printable characters (Radford et al. 2019): a byte that is one in Latin-1 stays itself, the others
follow from U+0100 on. A merge is a pair of tokens, while tiktoken has only the merged token: it is split again as
byte-pair encoding would have merged it.
"""

import json
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from playground.errors import CheckpointError
from playground.text.tokenizer import END_OF_TEXT, GPT2_VOCAB_SIZE, Vocabulary, find_vocabulary, gpt2_ranks, gpt2_table

VOCABULARY_FILES = ("vocabulary.json", "tokenizer.json", "vocab.json")
"""Where the vocabulary of weights may be, the surest first; the first is ours."""
_CLASSES = ("GPT2Tokenizer", "GPT2TokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend")
_MAX_BYTES = 32 << 20


def tokenizer_files(vocabulary: Vocabulary, context_length: int) -> dict[str, str]:
    """Name and content of the files with which `AutoTokenizer.from_pretrained` gives the same ids as ours.

    >>> files = tokenizer_files(find_vocabulary("compact", "every effort"), 16)
    >>> files["merges.txt"].splitlines()[:3]
    ['#version: 0.2', 'e r', 'o r']
    """
    tokens = [_written(gpt2_table()[gpt2_id]) for gpt2_id in vocabulary.gpt2_ids]
    ids = {token: index for index, token in enumerate([*tokens, END_OF_TEXT])}
    merges = _merges(vocabulary)
    end = {
        "content": END_OF_TEXT, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False
    }  # fmt: skip
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": len(tokens), "special": True, **end}],
        "normalizer": None,
        "pre_tokenizer": level,
        "post_processor": {**level, "trim_offsets": False},
        "decoder": level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": ids,
            "merges": [list(merge) for merge in merges],
        },
    }
    settings = {
        "tokenizer_class": "GPT2Tokenizer",
        "add_prefix_space": False,
        "model_max_length": context_length,
        "bos_token": END_OF_TEXT,
        "eos_token": END_OF_TEXT,
        "unk_token": END_OF_TEXT,
        "clean_up_tokenization_spaces": False,
    }
    return {
        "tokenizer.json": json.dumps(tokenizer, ensure_ascii=False),
        "vocab.json": json.dumps(ids, ensure_ascii=False),
        "merges.txt": "\n".join(["#version: 0.2", *(f"{left} {right}" for left, right in merges)]) + "\n",
        "tokenizer_config.json": json.dumps(settings, indent=2),
        "special_tokens_map.json": json.dumps({f"{name}_token": END_OF_TEXT for name in ("bos", "eos", "unk")}),
        "vocabulary.json": vocabulary.to_json(),
    }


def read_vocabulary(folder: Path, vocab_size: int) -> Vocabulary:
    """The vocabulary of weights in `folder`, from the tokenizer's files there or, for GPT-2's sizes, without any.

    Raises `CheckpointError` for a tokenizer that is not GPT-2's, named, and for one of another size than the weights.
    """
    name = _class_in(folder)
    if name is not None and name not in _CLASSES:
        raise CheckpointError(f"tokenizer_config.json: the tokenizer is a {name[:60]}, not GPT-2's; it is not read.")
    for file in VOCABULARY_FILES:
        if (folder / file).is_file():
            found = _read_file(folder / file)
            break
    else:
        found = _by_size(vocab_size)
    if found.size != vocab_size:
        raise CheckpointError(
            f"The tokenizer has {found.size:,} tokens, but the weights have {vocab_size:,}; the two do not belong "
            f"together."
        )
    return found


def _by_size(vocab_size: int) -> Vocabulary:
    if vocab_size == GPT2_VOCAB_SIZE:
        return find_vocabulary("gpt2")
    if vocab_size == find_vocabulary("bytes").size:
        return find_vocabulary("bytes")
    raise CheckpointError(
        f"The weights are for {vocab_size:,} tokens, and GPT-2 has {GPT2_VOCAB_SIZE:,}: put the tokenizer's "
        f"vocabulary.json, tokenizer.json or vocab.json beside them."
    )


def _read_file(path: Path) -> Vocabulary:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise ValueError("too large")
        if path.name == VOCABULARY_FILES[0]:
            return Vocabulary.from_json(raw.decode())
        content = json.loads(raw)
        ids: Any = content["model"]["vocab"] if path.name == "tokenizer.json" else content
        kind = content["model"].get("type", "BPE") if path.name == "tokenizer.json" else "BPE"
        if kind != "BPE":
            raise CheckpointError(f"{path.name}: the tokenizer is of the type {str(kind)[:60]}, not GPT-2's BPE.")
        if not isinstance(ids, Mapping):
            raise TypeError("not a mapping")
        by_id = {index: token for token, index in ids.items()}
    except CheckpointError:
        raise
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise CheckpointError(f"{path.name} is not a tokenizer's file, or it is damaged; fetch it again.") from None
    tokens = [by_id.get(index) for index in range(len(by_id))]
    if tokens and tokens[-1] == END_OF_TEXT:
        tokens.pop()
    ranks, gpt2_ids = gpt2_ranks(), []
    for token in tokens:
        rank = ranks.get(_read(token)) if isinstance(token, str) and token else None
        if rank is None:
            raise CheckpointError(f"{path.name}: the tokenizer is not GPT-2's: its token {str(token)[:40]!r} is new.")
        gpt2_ids.append(rank)
    if gpt2_ids != sorted(set(gpt2_ids)):
        raise CheckpointError(f"{path.name}: the tokenizer is not GPT-2's: its tokens are in another order.")
    kinds = {find_vocabulary(kind).size - 1: kind for kind in ("bytes", "gpt2")}
    return Vocabulary(kinds.get(len(gpt2_ids), "compact"), tuple(gpt2_ids))  # type: ignore[arg-type]


def _class_in(folder: Path) -> str | None:
    try:
        found = json.loads((folder / "tokenizer_config.json").read_bytes()).get("tokenizer_class")
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def _merges(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """The pair that each merged token of the vocabulary is made of, in the order of the merges."""
    table, ranks = gpt2_table(), gpt2_ranks()
    kept = set(vocabulary.gpt2_ids)
    found = []
    for gpt2_id in vocabulary.gpt2_ids:
        token = table[gpt2_id]
        if len(token) > 1:
            found.append(tuple(map(_written, _halves(token, gpt2_id, ranks, kept))))
    return found  # type: ignore[return-value] # pairs


def _halves(token: bytes, rank: int, ranks: Mapping[bytes, int], kept: set[int]) -> list[bytes]:
    """The two tokens that are merged into `token`: what byte-pair encoding makes of it with the merges before it."""
    parts = [token[i : i + 1] for i in range(len(token))]
    while len(parts) > 2:
        found = [ranks.get(left + right, rank) for left, right in pairwise(parts)]
        usable = [each if each < rank and each in kept else rank for each in found]
        best = min(usable)
        if best == rank:
            break
        at = usable.index(best)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    if len(parts) != 2:
        raise CheckpointError("The vocabulary lacks tokens that others are merged from, so it is damaged.")
    return parts


@cache
def _characters() -> list[str]:
    """The character that each byte is written as."""
    own = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = (byte for byte in range(256) if byte not in own)
    written = {byte: chr(256 + place) for place, byte in enumerate(others)}
    return [written.get(byte, chr(byte)) for byte in range(256)]


@cache
def _bytes_of() -> dict[str, int]:
    return {character: byte for byte, character in enumerate(_characters())}


def _written(token: bytes) -> str:
    return "".join(_characters()[byte] for byte in token)


def _read(token: str) -> bytes:
    """The bytes of a token; empty, which no token is, where it has a character that stands for none."""
    known = _bytes_of()
    return bytes(known[character] for character in token) if known.keys() >= set(token) else b""
