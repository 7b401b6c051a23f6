"""The comparisons, and the ratios they aim at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    title: str
    task: str
    size: str
    ours: str
    peer: str | None
    number: str
    unit: str
    target: str = ""
    """What the ratio should be, in words."""
    smaller_is_better: bool = False
    needs_bfloat16: bool = False
    """Whether the figure depends on bfloat16 in hardware."""


def _training(size: str, ours: str, peer: str, target: str, needs: bool = False) -> Row:
    return Row(
        f"training, {size}", "training", size, ours, peer, "tokens_per_s", "tokens/s", target, needs_bfloat16=needs
    )


def _generation(size: str, ours: str, peer: str, target: str, needs: bool = False) -> Row:
    return Row(
        f"generation, {size}", "generation", size, ours, peer, "tokens_per_s", "tokens/s", target, needs_bfloat16=needs
    )


def _evaluation(size: str, peer: str) -> Row:
    return Row(f"evaluation, {size}", "evaluation", size, "ours", peer, "tokens_per_s", "tokens/s")


ROWS = (
    _training("gpt2-124M", "ours-bfloat16", "book", "≥ 3.0", needs=True),
    _training("gpt2-124M", "ours", "book", ""),
    _training("gpt2-124M", "ours-bfloat16", "transformers-bfloat16", "≥ 1.8", needs=True),
    _training("gpt2-124M", "ours", "transformers", ""),
    _training("small", "ours", "transformers", "≥ 2"),
    _training("mini", "ours", "transformers", "≥ 2"),
    _evaluation("gpt2-124M", "book"),
    _evaluation("gpt2-124M", "transformers"),
    _evaluation("mini", "transformers"),
    Row("peak memory, gpt2-124M", "training", "gpt2-124M", "ours", "book", "peak_bytes", "GB", "≤ 0.75", True),
    Row("training loss 0.8", "time_to_loss", "mini", "ours", "book", "seconds", "s", "≤ 1/20", True),
    Row(
        "final training loss", "final_loss", "mini", "ours-bfloat16", "ours", "train_loss", "", "0.98–1.02", True, True
    ),
    Row(
        "final validation loss", "final_loss", "mini", "ours-bfloat16", "ours", "val_loss", "", "0.98–1.02", True, True
    ),
    Row("Start to first loss", "start", "mini", "ours", "book", "seconds", "s", "", True),
    _generation("gpt2-124M", "ours", "transformers", "≥ 1.5"),
    _generation("gpt2-124M", "ours-bfloat16", "transformers-bfloat16", "≥ 1.5", needs=True),
    _generation("gpt2-124M", "ours-int8", "transformers", ""),
    _generation("gpt2-124M", "ours", "book", ""),
    _generation("small", "ours", "transformers", ""),
    _generation("mini", "ours", "transformers", "≥ 4"),
    _generation("mini", "ours-int8", "transformers", ""),
    _generation("mini", "ours", "book", ""),
    Row("1,000 tokens later / at first", "growth", "mini", "ours", None, "later_over_first", "×", "≈ 1", True),
    Row("last / first 250 of 1,000", "growth", "mini", "ours", None, "last_over_first_quarter", "×", "< 4", True),
)
