"""Fault 56: no line contains half a character, and the lines together are the decoded text."""

import json
import random

import pytest

from playground.text.tokenizer import encode, load_tokenizer, token_ids_to_text
from playground.ui.tabs.generate.log import TokenLines

EMOJI = ["😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪", "❤️", "🦔", "🧑🏿‍🚀"]
CHINESE = [chr(code) for code in range(0x4E00, 0x4E00 + 3000, 7)] + ["𠮷", "，", "。", "「"]
COMBINING = ["é", "ñ", "ạ̈", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤", "क्षि", "ก็", "각", "אָ", "﷽"]
PLAIN = [" ", "\n", "a", " the", "\t", "<|endoftext|>", "\u2028", "\x00", "<script>"]


def strings(n: int = 1000) -> list[str]:
    draw = random.Random(56)
    parts = EMOJI * 12 + CHINESE + COMBINING * 12 + PLAIN * 8
    return ["".join(draw.choices(parts, k=draw.randint(1, 30))) for _ in range(n)]


def shown(ids, tokenizer):
    """The texts of the lines, one for each token."""
    lines = TokenLines(tokenizer)
    return [json.loads(lines.prompt(token))["t"] for token in ids]


@pytest.mark.parametrize("kind", ["gpt2", "bytes", "compact"])
def test_fault_56_a_thousand_strings_stream_without_a_broken_character(kind):
    tokenizer = load_tokenizer(kind, "Emoji 😀 and 漢字 are few here." * 3)
    for text in strings():
        ids = encode(text, tokenizer)
        pieces = shown(ids, tokenizer)
        assert "\ufffd" not in "".join(pieces)
        assert "".join(pieces) == text == token_ids_to_text(ids, tokenizer)


def test_fault_56_a_text_cut_anywhere_shows_whole_characters_only():
    tokenizer = load_tokenizer("bytes")
    for text in strings(100):
        ids = encode(text, tokenizer)
        cut = len(ids) * 2 // 3
        seen = "".join(shown(ids[:cut], tokenizer))
        assert text.startswith(seen)
        whole = token_ids_to_text(ids[:cut], tokenizer)
        assert whole.startswith(seen)
        assert whole[len(seen) :] in ("", "\ufffd")
        lines = TokenLines(tokenizer, ids[:cut])  # continue in the middle of a character
        rest = [json.loads(lines.prompt(token))["t"] for token in ids[cut:]]
        assert seen + "".join(rest) == text


def test_random_tokens_are_shown_as_their_decoded_text():
    tokenizer = load_tokenizer("gpt2")
    draw = random.Random(1)
    for _ in range(100):
        ids = [draw.randrange(tokenizer.n_vocab) for _ in range(60)]
        seen, whole = "".join(shown(ids, tokenizer)), token_ids_to_text(ids, tokenizer)
        assert whole.startswith(seen)
        assert whole[len(seen) :] in ("", "\ufffd")


def test_lines_continue_inside_a_character(context):
    _, tokenizer = context.models.get("tale")
    ids = encode("🦔", tokenizer)  # a hedgehog: not in the text, so it comes in bytes
    assert len(ids) > 1
    parts = [json.loads(TokenLines(tokenizer, ids[:k]).prompt(ids[k]))["t"] for k in range(len(ids))]
    assert parts == [""] * (len(ids) - 1) + ["🦔"]
