"""The chapter's figure on temperature (book, section 5.3.1) with its table, on any words."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from playground.errors import SettingsError
from playground.sampling import TopK, count_draws, entropy_bits, softmax_with_temperature
from playground.ui.tabs.decoding.state import LabState

TEMPERATURES = (1.0, 0.1, 5.0)
DRAWS, SEED = 1000, 123
K = 3
FORMATS = ("pdf", "png")


def make_chapter(state: LabState) -> dict[str, Any]:
    """The chapter's table for the state's words: softmax at T = 1, 0.1, 5 with draws and entropy, and top-k of 3.

    >>> [round(column["entropy"], 3) for column in make_chapter(LabState())["columns"]]
    [1.317, 0.074, 2.884]
    """
    words = [word for word, _ in state.words]
    logits = torch.tensor([logit for _, logit in state.words])
    return {
        "words": words,
        "logits": [logit for _, logit in state.words],
        "columns": [_column(logits, temperature) for temperature in TEMPERATURES],
        "draws": DRAWS,
        "seed": SEED,
        "k": K,
        "top_k": TopK(K)(logits).softmax(-1).tolist(),
        "likeliest": words[int(logits.argmax())],
    }


def _column(logits: torch.Tensor, temperature: float) -> dict[str, Any]:
    probs = softmax_with_temperature(logits, temperature)
    return {
        "temperature": temperature,
        "p": probs.tolist(),
        "counts": count_draws(probs, DRAWS, SEED).tolist(),
        "entropy": float(entropy_bits(probs)),
    }


def save_chapter(state: LabState, suffix: str) -> bytes:
    """The figure as a PDF or PNG file; raises `SettingsError` for another format."""
    from playground.figures import plot_temperatures, save_figure  # importing matplotlib takes long

    if suffix not in FORMATS:
        raise SettingsError(f"The picture is saved as {' or '.join(FORMATS)}, not as {suffix!r}.")
    table = make_chapter(state)
    figure = plot_temperatures(table["words"], {c["temperature"]: c["p"] for c in table["columns"]})
    with TemporaryDirectory() as folder:
        return save_figure(figure, Path(folder) / f"temperatures.{suffix}").read_bytes()
