"""The chapter's exact figures of its untrained model, computed on this machine (book, sections 5.1.1 and 5.1.2)."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from playground.config import GPT_CONFIG_124M
from playground.evaluation.chapter.costs import BYTES_PER_NUMBER, TRAINING_COPIES
from playground.evaluation.reports import OnProgress
from playground.model.gpt import GPTModel
from playground.sampling.generate import generate
from playground.text.tokenizer import load_tokenizer, text_to_token_ids, token_ids_to_text

SEED = 123
INPUTS = ((16833, 3626, 6100), (40, 1107, 588))
"""“every effort moves” and “I really like”."""
TARGETS = ((3626, 6100, 345), (1107, 588, 11311))
"""“ effort moves you” and “ really like chocolate”."""
_NEW_TOKENS = 10


def exact_figures(*, on_progress: OnProgress) -> dict[str, Any]:
    """`rows` of `what` it is, its value in the `book` and `here` as texts, and whether it `matches`.

    For a process of its own: the weights are
    drawn with the process's random state, and take 650 MB until it ends.
    """
    on_progress(0.05)
    torch.manual_seed(SEED)
    model, tokenizer = GPTModel(GPT_CONFIG_124M).eval(), load_tokenizer()
    on_progress(0.3)
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    memory_gb = n_parameters * BYTES_PER_NUMBER * TRAINING_COPIES / 1e9
    rows = [
        _same("Parameters of GPT_CONFIG_124M", "162,419,712", f"{n_parameters:,}"),
        _same("Memory for weights, gradients and AdamW’s two moments", "2.6 GB", f"{memory_gb:.1f} GB"),
    ]
    for prompt, text, ids in (
        (
            "Hello, I am",
            " Laur inhab DistrinetalkQueue bear confidentlyggyenium",
            "13240 11381 4307 7640 16620 34991 6842 37891 19970 47477",
        ),
        ("Every effort moves you", " rentingetic wasnم refres RexMeCHicular stren", ""),
    ):
        given = text_to_token_ids(prompt, tokenizer)
        written = generate(model, given, _NEW_TOKENS, GPT_CONFIG_124M.context_length)[0, given.shape[1] :]
        rows.append(_same(f"“{prompt}” goes on, greedily", text, token_ids_to_text(written, tokenizer)))
        if ids:
            rows.append(_same("… as token ids", ids, " ".join(map(str, written.tolist()))))
        on_progress(len(rows) / 8)
    return {"rows": [*rows, *_loss_rows(model)]}


def _loss_rows(model: GPTModel) -> list[dict[str, Any]]:
    tokenizer, targets = load_tokenizer(), torch.tensor(TARGETS)
    with torch.inference_mode():
        logits = model(torch.tensor(INPUTS))  # (2, 3, V)
    likeliest = logits.argmax(-1)
    logs = logits.log_softmax(-1).gather(-1, targets[..., None])[..., 0]  # (2, 3)
    loss = -float(logs.mean())
    vocab_size = logits.shape[-1]
    return [
        _same(
            "Likeliest next tokens of both texts",
            "16657 339 42826, 49906 29669 41751",
            ", ".join(" ".join(map(str, row)) for row in likeliest.tolist()),
        ),
        _same("… those of the first text, as text", " Armed heNetflix", token_ids_to_text(likeliest[0], tokenizer)),
        _near("Probabilities of the targets, first text", ["7.4534e-05", "3.1060e-05", "1.1564e-05"], logs[0].exp()),
        _near(
            "Logarithms of the six probabilities",
            ["-9.5043", "-10.3796", "-11.3676", "-11.4798", "-9.7765", "-12.2561"],
            logs.flatten(),
        ),
        _near("Their mean", ["-10.7940"], logs.mean()[None]),
        _near("Cross entropy, the loss", ["10.7940"], torch.tensor([loss])),
        _near("Perplexity", ["48725.8"], torch.tensor([math.exp(loss)], dtype=torch.float64)),
        _near("Blind guessing, ln 50,257", ["10.8249"], torch.tensor([math.log(vocab_size)])),
        _same("… its perplexity, the size of the vocabulary", "50,257", f"{vocab_size:,}"),
    ]


def _same(what: str, book: str, here: str) -> dict[str, Any]:
    return {"what": what, "book": book, "here": here, "matches": book == here}


def _near(what: str, book: Sequence[str], here: Tensor) -> dict[str, Any]:
    """Numbers that are printed like the book's.

    The last printed digit may differ by one, and a probability by 0.015 %: machines add up matrix products in different
    orders, and in float64 the first is 7.4541e-05.
    """
    values = [float(value) for value in here]
    shown = [format(value, _format_of(text)) for value, text in zip(values, book, strict=True)]
    near = all(abs(value - float(text)) <= _tolerance(text) for value, text in zip(values, book, strict=True))
    return {"what": what, "book": " ".join(book), "here": " ".join(shown), "matches": near}


def _format_of(text: str) -> str:
    """The format that prints a number with as many digits: 7.4534e-05 → .4e, -9.5043 → .4f."""
    digits = len(text.split("e")[0].rpartition(".")[2])
    return f".{digits}{'e' if 'e' in text else 'f'}"


def _tolerance(text: str) -> float:
    if "e" in text:
        return 1.5e-4 * float(text)
    return 1.5 * 10.0 ** -len(text.rpartition(".")[2])
