import json
import random
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from playground.errors import CheckpointError
from playground.text.hub_tokenizer import read_vocabulary, tokenizer_files
from playground.text.samples import load_sample
from playground.text.tokenizer import Vocabulary, encode, find_vocabulary

STORY = load_sample("story")
ODD = ["", " ", "\n\n", "  two", "don't we'll I'M", "naïve café", "日本語のテキスト", "🙂🙃", "a\x00b", "x" * 50]
ODD += ["\t\r\n ", "1234 567"]


@pytest.fixture(scope="module", params=["compact", "gpt2", "bytes"])
def vocabulary(request: pytest.FixtureRequest) -> Vocabulary:
    return find_vocabulary(request.param, STORY)


def write(folder: Path, vocabulary: Vocabulary) -> Path:
    for name, content in tokenizer_files(vocabulary, 1024).items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def strings(number: int) -> list[str]:
    """Pieces of the story, of odd characters, and of both mixed."""
    draw = random.Random(1)
    found = list(ODD)
    while len(found) < number:
        start = draw.randrange(len(STORY))
        piece = STORY[start : start + draw.randrange(1, 120)]
        noise = "".join(chr(draw.choice([draw.randrange(32, 127), draw.randrange(0xA0, 0x2FFF)])) for _ in range(9))
        found.append(draw.choice([piece, piece + noise, noise, f"{piece}<|endoftext|>{noise}"]))
    return found


def test_transformers_gives_the_same_ids_of_1000_strings_and_decodes_them(tmp_path: Path, vocabulary: Vocabulary):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    theirs = AutoTokenizer.from_pretrained(write(tmp_path, vocabulary))
    assert len(theirs) == vocabulary.size
    for text in strings(1000):
        ids = encode(text, vocabulary.tokenizer)
        assert theirs(text)["input_ids"] == ids, text
        assert theirs.decode(ids) == text


@pytest.mark.parametrize("name", ["vocabulary.json", "tokenizer.json", "vocab.json"])
def test_each_of_the_files_tells_the_vocabulary(tmp_path: Path, vocabulary: Vocabulary, name: str):
    (tmp_path / name).write_text(tokenizer_files(vocabulary, 16)[name], encoding="utf-8")
    assert read_vocabulary(tmp_path, vocabulary.size) == vocabulary


def test_the_merges_of_gpt2_are_those_it_was_published_with():
    merges = tokenizer_files(find_vocabulary("gpt2"), 1024)["merges.txt"].splitlines()
    assert merges[:6] == ["#version: 0.2", "Ġ t", "Ġ a", "h e", "i n", "r e"]
    assert (len(merges), merges[-1]) == (50_001, "Ġg azed")


def test_without_a_file_only_the_sizes_of_gpt2_are_known(tmp_path: Path):
    assert read_vocabulary(tmp_path, 50257).kind == "gpt2"
    assert read_vocabulary(tmp_path, 257).kind == "bytes"
    with pytest.raises(CheckpointError, match=r"for 50,304 tokens, and GPT-2 has 50,257: put the tokenizer's"):
        read_vocabulary(tmp_path, 50304)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("tokenizer_config.json", {"tokenizer_class": "LlamaTokenizer"}, "is a LlamaTokenizer, not GPT-2's"),
        ("tokenizer.json", {"model": {"type": "Unigram", "vocab": []}}, "of the type Unigram, not GPT-2's BPE"),
        ("vocab.json", {"Hällo": 0}, "not GPT-2's: its token 'Hällo' is new"),
        ("vocab.json", {'"': 0, "!": 1}, "its tokens are in another order"),
        ("vocab.json", {"!": 0, "<|endoftext|>": 1}, "does not begin with the 256 bytes"),
        ("vocab.json", ["!"], "is not a tokenizer's file"),
        ("tokenizer.json", {"model": 3}, "is not a tokenizer's file"),
        ("vocabulary.json", {"kind": "none"}, "not the JSON that was saved"),
    ],
)
def test_fault_26_a_tokenizer_that_is_not_gpt2_s_is_refused_by_name(tmp_path: Path, name, content, sentence):
    (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CheckpointError, match=sentence):
        read_vocabulary(tmp_path, 50257)


def test_fault_26_a_tokenizer_of_another_size_than_the_weights_is_refused(tmp_path: Path):
    write(tmp_path, find_vocabulary("bytes"))
    with pytest.raises(CheckpointError, match=r"has 257 tokens, but the weights have 50,257"):
        read_vocabulary(tmp_path, 50257)
