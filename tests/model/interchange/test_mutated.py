"""Files that were damaged anywhere: one sentence or the tensors of the model, never a traceback or much memory."""

import random
import resource
import shutil
from pathlib import Path

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from playground.errors import PlaygroundError
from playground.model.checks import empty_weights
from playground.model.gpt import GPTModel
from playground.model.interchange.book import write_book_file
from playground.model.interchange.opened import open_weights
from tests.model.hub_files import SIZES, published_tensors, tied_model, write_published

FORMATS = ["published", "folder", "shards", "bin", "book", "optimizer"]


def write(kind: str, folder: Path) -> list[Path]:
    """Write a model in a format; returns the files that are mutated."""
    model = tied_model()
    if kind == "published":
        return [write_published(folder / "model.safetensors", published_tensors(model), 4_291)]
    if kind in ("folder", "shards"):
        config = GPT2Config(vocab_size=257, n_positions=16, n_embd=12, n_layer=2, n_head=3, tie_word_embeddings=False)
        GPT2LMHeadModel(config).save_pretrained(folder, max_shard_size="9KB" if kind == "shards" else "1GB")
        names = ["config.json", "*.safetensors", "*.index.json"]
        return [path for name in names for path in sorted(folder.glob(name))]
    if kind == "bin":
        torch.save(published_tensors(model), folder / "pytorch_model.bin")
        return [folder / "pytorch_model.bin"]
    model = GPTModel(SIZES)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.tensor([[1, 2]])).sum().backward()
    optimizer.step()
    write_book_file(folder / "model.pth", model, optimizer if kind == "optimizer" else None)
    return [folder / "model.pth"]


def mutated(content: bytes, draw: random.Random) -> bytes:
    """The bytes with one thing wrong: cut, a few bits or bytes changed (more often at its ends), a piece repeated."""
    at = draw.choice([draw.randrange(len(content)), draw.randrange(min(len(content), 900)), len(content) - 1])
    match draw.randrange(5):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + bytes([content[at] ^ (1 << draw.randrange(8))]) + content[at + 1 :]
        case 2:
            return content[:at] + draw.randbytes(8) + content[at + 8 :]
        case 3:
            return content[:at] + content[at : at + 40] + content[at:]
        case _:
            digit = bytes(draw.choice(b"0123456789") for _ in range(3))
            return content[:at] + digit + content[at + 3 :]


def check_mutated(kind: str, folder: Path, times: int) -> tuple[int, int]:
    """How many of the mutated files were refused, and how many read."""
    pristine, work = folder / "pristine", folder / "work"
    pristine.mkdir()
    files = write(kind, pristine)
    draw, sentences, read = random.Random(kind), list[str](), 0
    expected = {name: weight.shape for name, weight in empty_weights(SIZES).items()}
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(times):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(pristine, work)
        victim = work / draw.choice(files).name
        victim.write_bytes(mutated(victim.read_bytes(), draw))
        try:
            opened = open_weights(work, n_heads=None if kind in ("folder", "shards") else 3)
            weights = dict(opened.tensors())
        except PlaygroundError as error:
            sentences.append(str(error))
            continue
        assert {name: weight.shape for name, weight in weights.items()} == {
            name: shape for name, shape in expected.items() if name in weights
        }
        assert all(weight.dtype == torch.float32 and weight.isfinite().all() for weight in weights.values())
        read += 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 60_000, "of files of 100 KB"
    assert all("\n" not in sentence and len(sentence) < 600 for sentence in sentences)
    return len(sentences), read


@pytest.mark.parametrize("kind", FORMATS)
def test_fault_21_a_mutated_file_is_refused_in_one_sentence_or_is_the_model(tmp_path: Path, kind: str):
    refused, read = check_mutated(kind, tmp_path, 50)
    assert refused > 5
    assert refused + read == 50


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_fault_21_1000_mutated_files_of_each_format(tmp_path: Path, kind: str):
    refused, read = check_mutated(kind, tmp_path, 1000)
    assert refused > 100
    assert refused + read == 1000


@pytest.mark.parametrize("kind", FORMATS)
def test_fault_21_a_file_that_is_cut_off_anywhere_is_refused(tmp_path: Path, kind: str):
    files = write(kind, tmp_path)
    victim = max(files, key=lambda path: path.stat().st_size)
    content = victim.read_bytes()
    for at in (1, 9, len(content) // 3, len(content) - 4000, len(content) - 1):
        victim.write_bytes(content[:at])
        with pytest.raises(PlaygroundError, match=r"cut off or damaged|neither a safetensors|torch\.save|of PyTorch"):
            open_weights(tmp_path, 3)
