"""The temperature sweep, and the chapter's own picture of temperature with its table."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from playground.errors import SettingsError
from playground.sampling import Pipeline, Stage, Temperature, TopK, count_draws, entropy_bits, softmax_with_temperature
from playground.ui.tabs.decoding.picture import shown_ids
from playground.ui.tabs.decoding.source import Source
from playground.ui.tabs.decoding.state import LabState

CHAPTER_TEMPERATURES = (1.0, 0.1, 5.0)
CHAPTER_DRAWS, CHAPTER_SEED, CHAPTER_K = 1000, 123, 3
LOWEST, HIGHEST, POINTS = 0.05, 5.0, 61
MOST_LINES = 9


def make_sweep(state: LabState, source: Source) -> dict[str, Any]:
    """Probabilities after all stages, and their entropy in bits, at temperatures from 0.05 to 5.

    The other stages stay as they are; without a temperature among those that are on, one is added at the end.

    >>> from playground.ui.tabs.decoding.source import toy_source
    >>> sweep = make_sweep(LabState(), toy_source(LabState()))
    >>> len(sweep["temperatures"]), len(sweep["lines"])
    (61, 9)
    """
    trace = state.pipeline.trace(source.logits, source.context)
    ids = shown_ids(state, source, trace)[:MOST_LINES]
    temperatures = [LOWEST * (HIGHEST / LOWEST) ** (i / (POINTS - 1)) for i in range(POINTS)]
    probs = [_at(state.stages, t)(source.logits, source.context).softmax(-1) for t in temperatures]
    entropy = [float(entropy_bits(row)) for row in probs]
    now = next((stage.temperature for stage in state.stages if stage.on and isinstance(stage, Temperature)), 1.0)
    return {
        "temperatures": temperatures,
        "lines": [{"word": source.name(i), "p": [float(row[i]) for row in probs]} for i in ids],
        "entropy": entropy,
        "now": now,
        "here": [float(trace.after[i]) for i in ids],
        "entropy_here": trace.rows[-1].entropy_bits,
    }


def _at(stages: tuple[Stage, ...], temperature: float) -> Pipeline:
    """The stages with the first temperature that is on replaced, or one added at the end."""
    changed = list(stages)
    for i, stage in enumerate(changed):
        if stage.on and isinstance(stage, Temperature):
            changed[i] = Temperature(temperature)
            return Pipeline(changed)
    return Pipeline([*changed, Temperature(temperature)])


def make_chapter(state: LabState) -> dict[str, Any]:
    """The chapter's table on the state's words: softmax at T = 1, 0.1, 5, its 1,000 draws each, entropy, top-k of 3.

    >>> [round(column["entropy"], 3) for column in make_chapter(LabState())["columns"]]
    [1.317, 0.074, 2.884]
    """
    words = [word for word, _ in state.words]
    logits = torch.tensor([logit for _, logit in state.words])
    columns = []
    for temperature in CHAPTER_TEMPERATURES:
        probs = softmax_with_temperature(logits, temperature)
        columns.append(
            {
                "temperature": temperature,
                "p": probs.tolist(),
                "counts": count_draws(probs, CHAPTER_DRAWS, CHAPTER_SEED).tolist(),
                "entropy": float(entropy_bits(probs)),
            }
        )
    top_k = TopK(CHAPTER_K)(logits)
    return {
        "words": words,
        "logits": [logit for _, logit in state.words],
        "columns": columns,
        "draws": CHAPTER_DRAWS,
        "seed": CHAPTER_SEED,
        "k": CHAPTER_K,
        "top_k": top_k.softmax(-1).tolist(),
        "likeliest": words[int(logits.argmax())],
    }


def save_chapter(state: LabState, suffix: str) -> bytes:
    """The chapter's grouped bars as a PDF or PNG file; raises `SettingsError` for another format."""
    from playground.figures import plot_temperatures, save_figure

    if suffix not in ("pdf", "png"):
        raise SettingsError(f"The picture is saved as pdf or png, not as {suffix!r}.")
    table = make_chapter(state)
    figure = plot_temperatures(table["words"], {c["temperature"]: c["p"] for c in table["columns"]})
    with TemporaryDirectory() as folder:
        return save_figure(figure, Path(folder) / f"temperatures.{suffix}").read_bytes()
