"""What a model takes and what its training costs, as numbers for pictures (book, sections 5.1 and 5.2).

Each number says where it comes from; what was never published is computed, and its source says so.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.evaluation.reports import OnProgress
from playground.model.presets import PRESETS, STORY_VOCABULARY, count_parameters
from playground.training.runs.run import Which
from playground.training.runs.store import RunStore

BYTES_PER_NUMBER = 4
"""Of float32."""
TRAINING_COPIES = 4
"""Numbers in memory for each weight while training: the weight, its gradient and AdamW's two moments."""

LLAMA_PARAMETERS, LLAMA_TOKENS, LLAMA_HOURS = 7e9, 2e12, 184_320
DOLLARS_PER_8_GPU_HOURS = 30
DOLLARS_PER_GPU_HOUR = DOLLARS_PER_8_GPU_HOURS / 8

_LLAMA = "Touvron and others 2023, quoted in the book"
_PRICE = f"hours × ${DOLLARS_PER_GPU_HOUR} (the book: 8 A100 for about ${DOLLARS_PER_8_GPU_HOURS} an hour)"
_PACE = "computed: these operations on A100s at the pace of Llama 2's training"
_SIX = "6 × parameters × tokens (Kaplan and others 2020)"


@dataclass(frozen=True)
class Figure:
    """A number and where it comes from."""

    value: float
    source: str


@dataclass(frozen=True)
class Training:
    """What a training took."""

    name: str
    tokens: Figure
    operations: Figure
    a100_hours: Figure
    dollars: Figure


def parts_of(config: ModelConfig) -> list[dict[str, Any]]:
    """The parts of a model: `name`, `parameters`, and `operations` of training with one token.

    Embeddings are looked up and norms are small, so that they count no operations (see `flop_per_token`).

    >>> from playground.config import GPT_CONFIG_124M
    >>> from playground.model.presets import flop_per_token
    >>> parts = parts_of(GPT_CONFIG_124M)
    >>> sum(part["parameters"] for part in parts), parts[0]["name"]
    (162419712, 'token embedding')
    >>> sum(part["operations"] for part in parts) == flop_per_token(GPT_CONFIG_124M)
    True
    """
    width, layers = config.emb_dim, config.n_layers
    operations = {
        "attention": 6 * layers * (4 * width * width + width * config.context_length),
        "feed-forward": 6 * layers * 8 * width * width,
        "output head": 6 * config.vocab_size * width,
    }
    return [
        {"name": name, "parameters": count, "operations": operations.get(name, 0)}
        for name, count in count_parameters(config).items()
        if name != "total"
    ]


def sizes() -> list[dict[str, Any]]:
    """The sizes from nano to GPT-2's largest: `name` and `parts`, small ones with the vocabulary of the story.

    >>> [size["name"] for size in sizes()][0], [size["name"] for size in sizes()][-1]
    ('nano', 'GPT-2 1558M')
    """
    found = []
    for preset in PRESETS.values():
        is_gpt2 = preset.data.vocabulary == "gpt2"
        config = preset.model if is_gpt2 else preset.model.replace(vocab_size=STORY_VOCABULARY)
        found.append({"name": preset.name.replace("gpt2-", "GPT-2 "), "parts": parts_of(config)})
    return found


def known_trainings() -> list[Training]:
    """The trainings of GPT-2, GPT-3 and Llama 2 7B, as far as they are known.

    >>> [training.name for training in known_trainings()], known_trainings()[-1].dollars.value
    (['GPT-2 1558M', 'GPT-3', 'Llama 2 7B'], 691200.0)
    """
    gpt2_tokens = 40e9 / (20_479 / 5_145)
    gpt2_operations, gpt3_operations = 6 * 1.558e9 * gpt2_tokens, 3.14e23
    llama_operations = 6 * LLAMA_PARAMETERS * LLAMA_TOKENS
    return [
        Training(
            "GPT-2 1558M",
            Figure(
                gpt2_tokens,
                "one pass over its 40 GB of text (Radford and others 2019), at the 3.98 characters per token of The "
                "Verdict; how many passes were made is not published",
            ),
            Figure(gpt2_operations, f"{_SIX}, for one pass"),
            Figure(a100_hours(gpt2_operations), f"{_PACE}, for one pass; the real hours are not published"),
            Figure(dollars(a100_hours(gpt2_operations)), f"{_PRICE}, for one pass; not what was paid"),
        ),
        Training(
            "GPT-3",
            Figure(300e9, "Brown and others 2020, table 2.1"),
            Figure(gpt3_operations, "Brown and others 2020, table D.1"),
            Figure(a100_hours(gpt3_operations), f"{_PACE}; it ran on V100s, and its hours are not published"),
            Figure(dollars(a100_hours(gpt3_operations)), f"{_PRICE}; not what was paid"),
        ),
        Training(
            "Llama 2 7B",
            Figure(LLAMA_TOKENS, _LLAMA),
            Figure(llama_operations, _SIX),
            Figure(LLAMA_HOURS, _LLAMA),
            Figure(dollars(LLAMA_HOURS), f"{_PRICE}: 184,320 / 8 × 30, about $690,000"),
        ),
    ]


def a100_hours(operations: float) -> float:
    """Hours that operations take on one A100 at the pace of Llama 2's training.

    >>> round(a100_hours(6 * LLAMA_PARAMETERS * LLAMA_TOKENS))
    184320
    """
    return LLAMA_HOURS * operations / (6 * LLAMA_PARAMETERS * LLAMA_TOKENS)


def dollars(hours: float) -> float:
    """The price of hours of one A100.

    >>> dollars(8)
    30.0
    """
    return hours * DOLLARS_PER_GPU_HOUR


def pictures() -> dict[str, Any]:
    """All that does not depend on a run: `sizes`, `trainings`, and what turns parameters into bytes."""
    return {
        "sizes": sizes(),
        "trainings": [asdict(training) for training in known_trainings()],
        "bytes_per_number": BYTES_PER_NUMBER,
        "training_copies": TRAINING_COPIES,
    }


MeasureStep = Callable[[ModelConfig, DataConfig, TrainConfig], float]
"""`playground.cost.measure_step_s`: how many seconds a step takes on this machine."""


def run_cost(
    root: Path, run_name: str, step: Which, measure: MeasureStep, *, on_progress: OnProgress
) -> dict[str, Any]:
    """A run's model and training up to a step beside the known ones, and the pace of this machine.

    `size`: as in `sizes`; `training`: a `Training`; `operations_per_s`: measured here, on parts of this model.
    """
    run = RunStore(root).open(run_name)
    spec, position = run.spec, run.find_model(step)
    n_parameters = count_parameters(spec.model)["total"]
    tokens_per_step = spec.data.batch_size * spec.train.accumulation_steps * spec.model.context_length
    tokens = position * tokens_per_step
    operations = 6.0 * n_parameters * tokens
    on_progress(0.1)
    step_s = measure(spec.model, spec.data, spec.train.replace(device="cpu"))
    training = Training(
        run_name,
        Figure(tokens, f"{position:,} steps of {tokens_per_step:,} tokens"),
        Figure(operations, _SIX),
        Figure(a100_hours(operations), _PACE),
        Figure(dollars(a100_hours(operations)), _PRICE),
    )
    return {
        "size": {"name": run_name, "parts": parts_of(spec.model)},
        "training": asdict(training),
        "operations_per_s": 6.0 * n_parameters * tokens_per_step / step_s,
    }
